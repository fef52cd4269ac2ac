"""What will go is told to who uses it, and counted by tenant, month and caller."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.utils import timezone
from graphql import build_schema, parse
from redis import Redis

from assets.models import Asset
from assets.timegrid import TimeGrid
from scheduling.models import ScheduleRun
from scheduling.services import request_schedule
from tenants.accounts.tokens import issue_token
from tenants.graphql import deprecations
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, a_customer, a_site_with_battery

OLD = "query ($id: ID!) { scheduleRun(id: $id) { setpoints { device powerKw start } } }"
NEW = "query ($id: ID!) { scheduleRun(id: $id) { setpoints { device power { values } } } }"
SDL = """
    input Paint { colour: String shade: Int @deprecated(reason: "Until 2027-06-01: use colour.") }
    type Car { old: Int @deprecated(reason: "Until 2027-06-01: use new.") new: Int }
    type Query {
      car(paint: Paint, at: Int @deprecated(reason: "Until 2027-06-01: use paint.")): Car
    }
"""


@pytest.fixture
def site(tenant: Tenant, now: datetime) -> Asset:
    return a_site_with_battery(a_customer(), now, [0.1, 0.5], known_at=now - HOUR)


@pytest.fixture
def partner(tenant: Tenant, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="t", role=Role.MANAGER, customer=None, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


@pytest.fixture
def run(site: Asset, now: datetime, run_jobs: Callable[..., int]) -> ScheduleRun:
    run = request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)
    run_jobs()
    return run


@pytest.fixture
def month(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return this month, with nothing counted yet; other workers count beside us."""
    month = f"{timezone.now():%Y-%m}"
    key_of = deprecations._key
    monkeypatch.setattr(deprecations, "_key", lambda *of: f"test-{os.getpid()}:{key_of(*of)}")
    deprecations._redis().delete(deprecations._key(tenant.schema_name, month))
    return month


@pytest.mark.parametrize(
    ("document", "places"),
    [
        ("{ car { new } }", []),
        ("{ car { fast: old } }", ["Car.old"]),
        ("{ car { ...f } } fragment f on Car { old }", ["Car.old"]),
        ("{ car(at: 1) { new } }", ["Query.car(at)"]),
        ('{ car(paint: {colour: "red", shade: 1}) { new } }', ["Paint.shade"]),
    ],
)
def test_fields_arguments_and_inputs_are_found(document: str, places: list[str]) -> None:
    assert sorted(deprecations.deprecated_in(build_schema(SDL), parse(document))) == places


def test_the_answer_tells_and_the_operator_sees_who(
    partner: GraphQLClient, run: ScheduleRun, tenant: Tenant, month: str
) -> None:
    body = partner.post(OLD, id=node_id(run)).json()
    partner.post(OLD, id=node_id(run))

    told = body["extensions"]["deprecations"]
    assert [each["place"] for each in told] == ["DeviceSetpoints.powerKw", "DeviceSetpoints.start"]
    assert told[0]["reason"] == "Until 2027-06-01: use `power { values }`."
    assert body["data"]["scheduleRun"]["setpoints"][0]["powerKw"]
    out = StringIO()
    call_command("deprecated_uses", stdout=out)
    caller = partner.key.split("_")[1]
    line = f"{tenant.schema_name}\tDeviceSetpoints.powerKw\ttoken:lst_{caller}\t2"
    assert line in out.getvalue().splitlines()


def test_what_stays_is_not_told(partner: GraphQLClient, run: ScheduleRun, month: str) -> None:
    body = partner.post(NEW, id=node_id(run)).json()

    assert "deprecations" not in body["extensions"]
    assert deprecations.uses("first_tenant", month) == {}


def test_each_tenant_is_counted_by_itself(
    partner: GraphQLClient, run: ScheduleRun, month: str, other_tenant: Tenant
) -> None:
    before = deprecations.uses(other_tenant.schema_name, month)

    partner.post(OLD, id=node_id(run))

    assert deprecations.uses(other_tenant.schema_name, month) == before


def test_without_redis_the_answer_is_the_same(partner: GraphQLClient, run: ScheduleRun) -> None:
    nobody = Redis(port=1, socket_connect_timeout=timedelta(seconds=0.1).total_seconds())
    with patch.object(deprecations, "_redis", lambda: nobody):
        body: Any = partner.post(OLD, id=node_id(run)).json()

    assert body["data"]["scheduleRun"]["setpoints"]
    assert len(body["extensions"]["deprecations"]) == 2
