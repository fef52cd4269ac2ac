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

Planned = Callable[[dict[str, Any]], ScheduleRun]

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


@pytest.fixture
def planned(planner: GraphQLClient, run_jobs: Callable[..., int]) -> Planned:
    """Ask for what is given, which is right, and return the one run, when it has ended."""

    def run_of(given: dict[str, Any]) -> ScheduleRun:
        answer = planner.execute(REQUEST, input=given)["requestFlexmeasuresSchedule"]
        assert answer["errors"] == []
        run_jobs()
        [run] = ScheduleRun.objects.all()
        return run

    return run_of


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
    planned: Planned,
    site: Asset,
    power: Sensor,
    now: datetime,
) -> None:
    price = a_sensor(site, Quantity.PRICE)
    believe(price, now, [0.1, 0.5], at=now - HOUR, kind=SourceKind.MARKET, name="exchange")
    given = asked(site, power, {"sensor": node_id(price)}, now)

    run = planned(given)

    assert run.state == "READY", run.failure
    assert run.cost == pytest.approx(5 * 0.1 - 5 * 0.5)


def test_a_target_after_the_end_is_planned_for(
    planned: Planned,
    site: Asset,
    power: Sensor,
    now: datetime,
) -> None:
    price = a_sensor(site, Quantity.PRICE)
    known = [0.5, 0.4, 0.1]
    believe(price, now, known, at=now - HOUR, kind=SourceKind.MARKET, name="exchange")
    target = {"datetime": (now + 3 * HOUR).isoformat(), "value": "5 kWh"}
    given = asked(site, power, {"sensor": node_id(price)}, now, **{"soc-targets": [target]})

    run = planned(given)

    assert run.cost == pytest.approx(5 * 0.1)


def test_a_wrong_field_is_named_and_nothing_is_stored(
    planner: GraphQLClient, site: Asset, power: Sensor, now: datetime
) -> None:
    given = asked(site, power, "100 EUR/MWh", now, colour="red")

    [error] = planner.execute(REQUEST, input=given)["requestFlexmeasuresSchedule"]["errors"]

    assert error["detail"] == "unknown field"
    assert "colour" in error["field"][-1]
    assert not ScheduleRun.objects.exists()


@pytest.mark.parametrize("junk", [None, 5, "x", [1], True])
def test_series_that_are_no_object_are_refused(
    planner: GraphQLClient, site: Asset, power: Sensor, now: datetime, junk: Any
) -> None:
    given = asked(site, power, "100 EUR/MWh", now)
    given["problem"]["series"] = junk

    [error] = planner.execute(REQUEST, input=given)["requestFlexmeasuresSchedule"]["errors"]

    assert (error["field"], error["detail"]) == (["problem", "series"], "should be an object")


def test_a_sensor_of_another_customer_does_not_exist(
    planner: GraphQLClient, site: Asset, power: Sensor, now: datetime
) -> None:
    foreign = a_sensor(a_site(a_customer("Other Ltd")), Quantity.PRICE)
    given = asked(site, power, {"sensor": node_id(foreign)}, now)

    [error] = planner.execute(REQUEST, input=given)["requestFlexmeasuresSchedule"]["errors"]

    assert error["code"] == "NOT_FOUND"
    assert not ScheduleRun.objects.exists()


def test_a_meter_of_energy_is_the_power_of_a_load(
    planned: Planned,
    site: Asset,
    power: Sensor,
    now: datetime,
) -> None:
    """3 and 2 kWh in an hour each are drawn whatever the battery does, which stands still."""
    meter = a_sensor(site, Quantity.ENERGY)
    believe(meter, now, [3.0, 2.0], at=now - HOUR, kind=SourceKind.METER, name="meter")
    given = asked(site, power, "100 EUR/MWh", now)
    given["problem"]["flex_context"]["inflexible-consumption"] = [{"sensor": node_id(meter)}]

    run = planned(given)

    assert run.cost == pytest.approx((3 + 2) * 0.1)


@pytest.mark.parametrize(
    ("quantity", "field"),
    [
        (Quantity.TEMPERATURE, "consumption-price"),
        (Quantity.CO2, "consumption-price"),
        (Quantity.STOCK, "inflexible-consumption"),
        (Quantity.STOCK, "consumption-price"),
        (Quantity.POWER, "consumption-price"),
        (Quantity.ENERGY, "soc-minima"),
        (Quantity.POWER, "soc-minima"),
        (Quantity.STOCK, "soc-usage"),
    ],
)
def test_a_sensor_of_something_else_is_refused_at_its_field(
    planner: GraphQLClient,
    site: Asset,
    power: Sensor,
    now: datetime,
    quantity: Quantity,
    field: str,
) -> None:
    other = a_sensor(site, quantity)
    believe(other, now, [0.1, 0.5], at=now - HOUR, kind=SourceKind.METER, name="meter")
    given = asked(site, power, "100 EUR/MWh", now)
    problem = given["problem"]
    holder = problem["devices"][0]["flex_model"] if "soc" in field else problem["flex_context"]
    reference = {"sensor": node_id(other)}
    holder[field] = [reference] if field in {"inflexible-consumption", "soc-usage"} else reference

    errors = planner.execute(REQUEST, input=given)["requestFlexmeasuresSchedule"]["errors"]

    [error] = errors
    assert error["code"] == "NOT_ALLOWED"
    assert field in error["field"]
    assert not ScheduleRun.objects.exists()


@pytest.mark.parametrize(("said", "held"), [(None, 4.0), ("2 kWh", 2.0)])
def test_the_stock_at_the_start_is_what_is_said_else_what_is_measured(
    planned: Planned,
    site: Asset,
    power: Sensor,
    now: datetime,
    said: str | None,
    held: float,
) -> None:
    """All that is held is sold: nothing asks for it at the end."""
    level = a_sensor(power.asset, Quantity.STOCK)
    believe(level, now, [4.0], at=now, kind=SourceKind.METER, name="bms")
    model: dict[str, Any] = {"state-of-charge": {"sensor": node_id(level)}}
    given = asked(site, power, "100 EUR/MWh", now, **model)
    kept = given["problem"]["devices"][0]["flex_model"]
    kept["soc-at-start"] = said
    if said is None:
        del kept["soc-at-start"]

    run = planned(given)

    assert run.cost == pytest.approx(-held * 0.1)


def test_a_stock_that_devices_share_starts_as_measured(
    planned: Planned,
    site: Asset,
    power: Sensor,
    now: datetime,
) -> None:
    level = a_sensor(power.asset, Quantity.STOCK)
    believe(level, now, [4.0], at=now, kind=SourceKind.METER, name="bms")
    shared = {"state-of-charge": {"sensor": node_id(level)}}
    given = asked(site, power, "100 EUR/MWh", now, **shared)
    devices = given["problem"]["devices"]
    del devices[0]["flex_model"]["soc-at-start"]
    devices.append({"name": "second", "flex_model": {"power-capacity": "1 kW", **shared}})

    run = planned(given)

    assert run.cost == pytest.approx(-4 * 0.1)


def test_what_sensors_tell_of_production_is_turned(
    planned: Planned,
    site: Asset,
    power: Sensor,
    now: datetime,
) -> None:
    """Sensors count power positive into the asset: a roof of 3 kW gives -3."""
    roof = a_sensor(a_device(site, "Roof", AssetType.PV), Quantity.POWER)
    believe(roof, now, [-3.0, -2.0], at=now - HOUR, kind=SourceKind.FORECASTER, name="sun")
    given = asked(site, power, "100 EUR/MWh", now)
    sun = {"sensor": node_id(roof)}
    given["problem"]["flex_context"]["inflexible-production"] = [sun]
    given["problem"]["devices"].append(
        {"name": "other roof", "flex_model": {"production-capacity": sun}}
    )

    run = planned(given)

    assert run.cost == pytest.approx(-2 * (3 + 2) * 0.1)


def test_a_window_begins_with_the_step_that_its_start_lies_in(
    planned: Planned,
    site: Asset,
    power: Sensor,
    now: datetime,
) -> None:
    price = a_sensor(site, Quantity.PRICE)
    believe(price, now, [0.1, 0.5], at=now - HOUR, kind=SourceKind.MARKET, name="exchange")
    given = asked(site, power, {"sensor": node_id(price)}, now)
    later = {"start": (now + HOUR / 4).isoformat(), "end": (now + HOUR * 2.25).isoformat()}

    run = planned(given | later)

    assert (run.start, run.end) == (now, now + 2 * HOUR)
    assert run.cost == pytest.approx(5 * 0.1 - 5 * 0.5)


def test_a_step_that_does_not_divide_the_hour_is_refused_at_its_field(
    planner: GraphQLClient, site: Asset, power: Sensor, now: datetime
) -> None:
    given = asked(site, power, "100 EUR/MWh", now) | {"stepMinutes": 8}

    [error] = planner.execute(REQUEST, input=given)["requestFlexmeasuresSchedule"]["errors"]

    assert (error["code"], error["field"]) == ("STEP", ["stepMinutes"])
