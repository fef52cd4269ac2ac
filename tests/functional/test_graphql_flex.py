"""Setting up sites and devices once, and planning them by their names."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assets.models import Asset, AssetType, Quantity, SourceKind
from assets.timegrid import TimeGrid
from scheduling.flex.context import SiteContext
from scheduling.models import AssetFlex, ScheduleRun
from scheduling.services import DeviceFlex, keep_context, keep_device, request_schedule
from tenants.accounts.models import Customer
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, node_id
from tests.factories import (
    HOUR,
    a_customer,
    a_device,
    a_sensor,
    a_site_with_battery,
    believe,
)

SET_DEVICE = """
    mutation ($input: SetDeviceFlexInput!) {
      setDeviceFlex(input: $input) {
        object { kind validFrom validTo document powerSensor { id } }
        errors { code field detail }
      }
    }
"""
SET_CONTEXT = """
    mutation ($input: SetSiteContextInput!) {
      setSiteContext(input: $input) {
        object { kind document asset { name } }
        errors { code field detail }
      }
    }
"""
REQUEST = """
    mutation ($input: RequestScheduleInput!) {
      requestSchedule(input: $input) {
        object { id state start end stepMinutes }
        errors { code field detail }
      }
    }
"""
KEPT = """
    query ($filters: AssetFlexFilter) {
      assetFlexes(first: 20, filters: $filters) { edges { node { kind asset { name } } } }
    }
"""


@pytest.fixture
def manager(customer: Customer, client_of: Callable[..., GraphQLClient]) -> GraphQLClient:
    return client_of(customer, Role.MANAGER)


def context_of(given: dict[str, Any], **more: Any) -> SiteContext:
    return SiteContext.model_validate({**given, **more})


def constant(value: float) -> dict[str, float]:
    return {"constant": value}


DEVICES: dict[str, dict[str, Any]] = {
    "load": {"powerKw": constant(3)},
    "pv": {"availableKw": constant(3)},
    "battery": {
        "capacityKwh": 10,
        "stockAtStartKwh": 5,
        "chargeLimitKw": constant(5),
        "dischargeLimitKw": constant(5),
        "chemistry": "LFP_HOME",
        "surcharges": [{"aboveKw": 3, "costPerKwh": 0.01}],
        "goals": [
            {"kind": "MIN", "points": [{"stockKwh": 4, "at": "2026-03-28T14:00:00Z"}]},
        ],
    },
    "ev": {
        "arrival": "2026-03-28T12:00:00Z",
        "departure": "2026-03-28T15:00:00Z",
        "capacityKwh": 60,
        "stockAtArrivalKwh": 10,
        "stockAtDepartureKwh": 20,
        "charger": {"currentMaxA": 32, "phases": [1, 3]},
    },
    "heatPump": {
        "electricLimitKw": constant(5),
        "capacityKwh": 20,
        "stockAtStartKwh": 5,
        "usageKw": constant(2),
        "carnot": {"supplyC": constant(40), "outdoorC": constant(5)},
    },
    "building": {
        "electricLimitKw": constant(5),
        "heatCapacityKwhPerK": 5,
        "lossKwPerK": 0.2,
        "outdoorC": constant(5),
        "temperatureAtStartC": 20,
    },
    "process": {"powerKw": 5, "durationMinutes": 60, "flexibility": "BREAKABLE"},
    "store": {"chargeLimitKw": constant(5), "stockAtStartKwh": 1, "chargeEfficiency": constant(3)},
    "feeder": {"stock": "tank", "chargeLimitKw": constant(5)},
    "adjustable": {"dischargeLimitKw": constant(5), "costPerKwh": 0.3},
    "converter": {
        "ports": [
            {"name": "in", "direction": "IN", "limitKw": constant(5)},
            {"name": "out", "node": "heat", "direction": "OUT", "ratio": 0.9},
        ]
    },
}


@pytest.mark.parametrize("kind", sorted(DEVICES))
def test_each_kind_of_device_is_kept_and_read_back(
    manager: GraphQLClient, site: Asset, kind: str
) -> None:
    device = a_device(site, kind, AssetType.LOAD)
    power = a_sensor(device, Quantity.POWER)
    flex = {"asset": node_id(device), "flex": {kind: DEVICES[kind]}, "powerSensor": node_id(power)}

    answer = manager.execute(SET_DEVICE, input={"device": flex})["setDeviceFlex"]

    assert answer["errors"] == []
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind)
    assert answer["object"]["kind"] == snake
    assert answer["object"]["validTo"] is None
    kept = manager.execute(KEPT, filters={"asset": node_id(device)})["assetFlexes"]["edges"]
    assert kept == [{"node": {"kind": snake, "asset": {"name": kind}}}]


def test_a_site_is_set_up_and_planned_by_its_name_alone(
    manager: GraphQLClient, site: Asset, run_jobs: Callable[..., int]
) -> None:
    """Prices are known to the end of the fifth hour, so that far is planned, in quarters."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)  # as the interface does
    price = a_sensor(site, Quantity.PRICE)
    prices = [0.1, 0.5, 0.1, 0.5, 0.3]
    believe(price, hour, prices, at=hour - HOUR, kind=SourceKind.MARKET, name="exchange")
    read = {"sensor": node_id(price)}
    context = {
        "prices": {"importPerKwh": read, "exportPerKwh": read},
        "connection": {"importLimitKw": constant(50)},
        "peaks": [{"name": "month", "pricePerKw": 0.001, "averageMinutes": 15}],
    }
    kept = manager.execute(SET_CONTEXT, input={"asset": node_id(site), "context": context})
    assert kept["setSiteContext"]["errors"] == []
    assert kept["setSiteContext"]["object"]["document"]["prices"]["import_per_kwh"] == read
    battery = a_device(site, "Battery", AssetType.BATTERY)
    power = a_sensor(battery, Quantity.POWER, resolution=timedelta(minutes=15))
    flex = {**DEVICES["battery"], "goals": [], "endValuePerKwh": 0.0, "stockAtStartKwh": 0.0}
    device = {
        "asset": node_id(battery),
        "flex": {"battery": flex},
        "powerSensor": node_id(power),
    }
    manager.execute(SET_DEVICE, input={"device": device})

    answer = manager.execute(REQUEST, input={"asset": node_id(site)})["requestSchedule"]

    assert answer["errors"] == []
    assert answer["object"]["end"] == (hour + 5 * HOUR).isoformat()
    assert answer["object"]["stepMinutes"] == 15
    run_jobs()
    [run] = ScheduleRun.objects.all()
    assert run.state == "READY", run.failure


def test_the_window_by_default_starts_with_the_running_step(
    customer: Customer, now: datetime
) -> None:
    """Asked for at 12:20, with prices until 16:00."""
    prices = [0.1, 0.5, 0.1, 0.5]
    site = a_site_with_battery(customer, now, prices, known_at=now - HOUR)

    run = request_schedule(actor=PLATFORM, asset=site, now=now + timedelta(minutes=20))

    assert (run.start, run.end) == (now + timedelta(minutes=15), now + 4 * HOUR)


def test_half_a_window_is_refused(manager: GraphQLClient, site: Asset, now: datetime) -> None:
    given = {"asset": node_id(site), "start": now.isoformat()}

    [error] = manager.execute(REQUEST, input=given)["requestSchedule"]["errors"]

    assert error["field"] == ["end"]


@pytest.mark.parametrize(
    ("flex", "field", "words"),
    [
        ({"battery": {**DEVICES["battery"], "capacityKwh": -1}}, "capacityKwh", "greater than 0"),
        (
            {"ev": {**DEVICES["ev"], "departure": "2026-03-28T12:00:00Z"}},
            "ev",
            "departure should be after arrival",
        ),
        ({"heatPump": {**DEVICES["heatPump"], "cop": constant(3)}}, "heatPump", "either cop"),
        ({"load": {"powerKw": {"perStep": [1, None]}}}, "powerKw", "a value is missing"),
        (
            {
                "load": {
                    "powerKw": {
                        "quantile": {"sensor": "U2Vuc29yOjk5", "cumulativeProbability": 0.9}
                    }
                }
            },
            "powerKw",
            "no such Sensor",
        ),
    ],
)
def test_a_wrong_device_is_named_and_nothing_is_kept(
    manager: GraphQLClient, site: Asset, flex: dict[str, Any], field: str, words: str
) -> None:
    device = a_device(site, "Device", AssetType.LOAD)
    given = {
        "asset": node_id(device),
        "flex": flex,
        "powerSensor": node_id(a_sensor(device, Quantity.POWER)),
    }

    errors = manager.execute(SET_DEVICE, input={"device": given})["setDeviceFlex"]["errors"]

    assert any(field in error["field"] or words in error["detail"] for error in errors)
    assert any(words in error["detail"] for error in errors), errors
    assert not AssetFlex.objects.exists()


def test_what_is_kept_ends_when_it_was_to_end(site: Asset, now: datetime) -> None:
    context = SiteContext.model_validate({"prices": {"import_per_kwh": 0.1}})
    keep_context(actor=PLATFORM, asset=site, context=context, valid_from=now)
    keep_context(
        actor=PLATFORM,
        asset=site,
        context=context,
        valid_from=now + HOUR,
        valid_to=now + 2 * HOUR,
    )

    def valid(hours: float) -> int:
        return AssetFlex.objects.valid_at(now + hours * HOUR).count()

    assert [valid(hours) for hours in (-1, 0, 0.5, 1.5, 2, 3)] == [0, 1, 1, 1, 0, 0]


def test_a_planner_sets_nothing_and_a_stranger_sees_nothing(
    client_of: Callable[..., GraphQLClient], customer: Customer, site: Asset, now: datetime
) -> None:
    context = SiteContext.model_validate({"prices": {"import_per_kwh": 0.1}})
    keep_context(actor=PLATFORM, asset=site, context=context, valid_from=now)
    given = {"asset": node_id(site), "context": {"connection": {"importLimitKw": constant(1)}}}
    planner = client_of(customer, Role.PLANNER)
    stranger = client_of(a_customer("Other Ltd"), Role.MANAGER)

    [refused] = planner.execute(SET_CONTEXT, input=given)["setSiteContext"]["errors"]
    [unknown] = stranger.execute(SET_CONTEXT, input=given)["setSiteContext"]["errors"]

    assert refused["code"] == "FORBIDDEN"
    assert unknown["code"] == "NOT_FOUND"
    assert len(planner.execute(KEPT)["assetFlexes"]["edges"]) == 1
    assert stranger.execute(KEPT)["assetFlexes"]["edges"] == []


def test_a_session_that_is_over_is_no_part_of_the_plan(site: Asset, now: datetime) -> None:
    context = SiteContext.model_validate({"prices": {"import_per_kwh": 0.1}})
    keep_context(actor=PLATFORM, asset=site, context=context, valid_from=now)
    point = a_device(site, "Point", AssetType.CHARGE_POINT)
    car = {
        "kind": "ev",
        "arrival": (now - 5 * HOUR).isoformat(),
        "departure": (now - HOUR).isoformat(),
        "capacity_kwh": 50.0,
        "stock_at_arrival_kwh": 10.0,
        "stock_at_departure_kwh": 40.0,
        "charge_limit_kw": 11.0,
    }
    pole = a_device(site, "Pole", AssetType.LOAD)
    for asset, document in ((point, car), (pole, {"kind": "load", "power_kw": 1.0})):
        power = a_sensor(asset, Quantity.POWER)
        device = DeviceFlex(asset=asset, document=document, power_sensor=power)
        keep_device(actor=PLATFORM, device=device, valid_from=now - 6 * HOUR)

    run = request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)

    assert [device["name"] for device in run.problem["site"]["devices"]] == ["Pole"]
