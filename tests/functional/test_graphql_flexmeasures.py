"""Asking for a schedule in FlexMeasures notation, through the interface."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from assets.models import Asset, AssetType, Quantity, Sensor, SourceKind
from scheduling.models import ScheduleRun
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site, believe

REQUEST = """
    mutation ($input: RequestFlexmeasuresScheduleInput!) {
      requestFlexmeasuresSchedule(input: $input) {
        object { id state }
        errors { code field detail }
      }
    }
"""


@pytest.fixture
def power(site: Asset) -> Sensor:
    return a_sensor(a_device(site, "Battery", AssetType.BATTERY), Quantity.POWER)


@pytest.fixture
def planner(tenant: Tenant, customer: Customer, now: datetime) -> GraphQLClient:
    token = issue_token(
        actor=PLATFORM, name="t", role=Role.PLANNER, customer=customer, now=now - HOUR
    )
    return GraphQLClient(host_of(tenant), token.key)


def asked(site: Asset, power: Sensor, price: Any, now: datetime, **model: Any) -> dict[str, Any]:
    battery = {
        "sensor": node_id(power),
        "soc-at-start": "0 kWh",
        "soc-min": "0 kWh",
        "soc-max": "10 kWh",
        "power-capacity": "5 kW",
        **model,
    }
    return {
        "asset": node_id(site),
        "start": now.isoformat(),
        "end": (now + 2 * HOUR).isoformat(),
        "stepMinutes": 60,
        "problem": {
            "flex_context": {"consumption-price": price, "site-power-capacity": "9 kW"},
            "devices": [{"name": "battery", "flex_model": battery}],
        },
    }


def test_sensors_stand_for_what_is_believed(
    planner: GraphQLClient,
    site: Asset,
    power: Sensor,
    now: datetime,
    run_jobs: Callable[..., int],
) -> None:
    price = a_sensor(site, Quantity.PRICE)
    believe(price, now, [0.1, 0.5], at=now - HOUR, kind=SourceKind.MARKET, name="exchange")
    given = asked(site, power, {"sensor": node_id(price)}, now)

    answer = planner.execute(REQUEST, input=given)["requestFlexmeasuresSchedule"]

    assert answer["errors"] == []
    run_jobs()
    [run] = ScheduleRun.objects.all()
    assert run.state == "READY", run.failure
    assert run.cost == pytest.approx(5 * 0.1 - 5 * 0.5)


def test_a_target_after_the_end_is_planned_for(
    planner: GraphQLClient,
    site: Asset,
    power: Sensor,
    now: datetime,
    run_jobs: Callable[..., int],
) -> None:
    price = a_sensor(site, Quantity.PRICE)
    known = [0.5, 0.4, 0.1]
    believe(price, now, known, at=now - HOUR, kind=SourceKind.MARKET, name="exchange")
    target = {"datetime": (now + 3 * HOUR).isoformat(), "value": "5 kWh"}
    given = asked(site, power, {"sensor": node_id(price)}, now, **{"soc-targets": [target]})

    answer = planner.execute(REQUEST, input=given)["requestFlexmeasuresSchedule"]

    assert answer["errors"] == []
    run_jobs()
    [run] = ScheduleRun.objects.all()
    assert run.cost == pytest.approx(5 * 0.1)


def test_a_wrong_field_is_named_and_nothing_is_stored(
    planner: GraphQLClient, site: Asset, power: Sensor, now: datetime
) -> None:
    given = asked(site, power, "100 EUR/MWh", now, colour="red")

    [error] = planner.execute(REQUEST, input=given)["requestFlexmeasuresSchedule"]["errors"]

    assert error["detail"] == "unknown field"
    assert "colour" in error["field"][-1]
    assert not ScheduleRun.objects.exists()


def test_a_sensor_of_another_customer_does_not_exist(
    planner: GraphQLClient, site: Asset, power: Sensor, now: datetime
) -> None:
    foreign = a_sensor(a_site(a_customer("Other Ltd")), Quantity.PRICE)
    given = asked(site, power, {"sensor": node_id(foreign)}, now)

    [error] = planner.execute(REQUEST, input=given)["requestFlexmeasuresSchedule"]["errors"]

    assert error["code"] == "NOT_FOUND"
    assert not ScheduleRun.objects.exists()
