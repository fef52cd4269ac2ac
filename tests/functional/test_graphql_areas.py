"""Sites of several customers beneath one limit: planned together, each seeing its own."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from assets.models import AssetType, Quantity, Sensor, SourceKind
from assets.queries import read_series
from assets.services import add_asset
from assets.timegrid import TimeGrid
from scheduling.flex.context import SiteContext
from scheduling.models import ScheduleRun
from scheduling.services import keep_context, request_schedule
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, node_id
from tests.factories import (
    HOUR,
    a_customer,
    a_sensor,
    a_site_with_battery,
    an_actor,
    believe,
)

REQUEST = """
    mutation ($input: RequestScheduleInput!) {
      requestSchedule(input: $input) { errors { code } }
    }
"""


def context_of(given: dict[str, Any], **more: Any) -> SiteContext:
    return SiteContext.model_validate({**given, **more})


def test_sites_of_two_customers_are_planned_beneath_one_station_and_each_sees_its_own(
    client_of: Callable[..., GraphQLClient],
    tenant: Tenant,
    now: datetime,
    run_jobs: Callable[..., int],
) -> None:
    """8 kW reach the station, 3 of them for what nobody moves: the batteries share 5."""
    owners = [a_customer("North Ltd"), a_customer("South Ltd")]
    area = add_asset(actor=PLATFORM, parent=None, name="Area", asset_type=AssetType.FEEDER)
    uncontrolled = a_sensor(area, Quantity.POWER)
    believe(uncontrolled, now, [3.0, 0.0], at=now - HOUR)
    sites = [a_site_with_battery(each, now, [0.1, 0.5], known_at=now - HOUR) for each in owners]
    station = context_of(
        {"connection": {"import_limit_kw": 8.0}, "uncontrolled_kw": {"sensor": uncontrolled.pk}},
        members=[site.pk for site in sites],
    )
    keep_context(actor=PLATFORM, asset=area, context=station, valid_from=now)
    batteries = [
        Sensor.objects.get(
            asset__path__startswith=owner.root_path or "nowhere",
            asset__name="Battery",
            quantity=Quantity.POWER,
        )
        for owner in owners
    ]
    of_area = an_actor(None, Role.PLANNER)

    request_schedule(actor=of_area, asset=area, grid=TimeGrid(now, HOUR, 2), now=now)
    run_jobs()

    [run] = ScheduleRun.objects.all()
    assert run.state == "READY", run.failure
    planned = [
        read_series(
            sensor,
            TimeGrid(now, HOUR, 2),
            known_at=run.finished_at or now,
            kinds=[SourceKind.SCHEDULER],
        )
        for sensor in batteries
    ]
    assert planned[0][0] + planned[1][0] == pytest.approx(5.0)
    for owner, other in (owners, owners[::-1]):
        client = client_of(owner, Role.PLANNER)
        seen = client.execute("{ sensors(first: 50) { edges { node { id } } } }")
        ids = {edge["node"]["id"] for edge in seen["sensors"]["edges"]}
        assert node_id(batteries[owners.index(owner)]) in ids
        assert node_id(batteries[owners.index(other)]) not in ids
        runs = client.execute("{ scheduleRuns(first: 5) { edges { node { id } } } }")
        assert runs["scheduleRuns"]["edges"] == []
        denied = client.execute(REQUEST, input={"asset": node_id(area)})["requestSchedule"]
        assert denied["errors"][0]["code"] == "NOT_FOUND"


def test_who_may_not_ask_for_a_member_may_not_ask_for_the_whole(
    tenant: Tenant, now: datetime
) -> None:
    own, other = a_customer("North Ltd"), a_customer("South Ltd")
    site = a_site_with_battery(own, now, [0.1, 0.5], known_at=now - HOUR)
    foreign = a_site_with_battery(other, now, [0.1, 0.5], known_at=now - HOUR)
    station = context_of({"prices": {"import_per_kwh": 0.1}}, members=[foreign.pk])
    keep_context(actor=PLATFORM, asset=site, context=station, valid_from=now - HOUR / 2)
    planner = an_actor(own, Role.PLANNER)

    with pytest.raises(PermissionDenied):
        request_schedule(actor=planner, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)
    with pytest.raises(ValidationError, match="no such Asset"):
        keep_context(actor=an_actor(own, Role.MANAGER), asset=site, context=station, valid_from=now)
