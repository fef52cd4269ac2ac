"""Bad input through the interface: the field is named, the limit told, nothing half stored."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from strawberry.relay import to_base64

from assets.models import Asset, Belief, Quantity, Sensor, Source
from scheduling.models import ScheduleRun
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Job, Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, a_sensor, a_site, a_site_with_battery

RECORD = """
    mutation ($input: RecordReadingsInput!) {
      recordReadings(input: $input) {
        object { given changed }
        errors { code field detail limits { minimum maximum allowed } }
      }
    }
"""
SCHEDULE = """
    mutation ($input: RequestScheduleInput!) {
      requestSchedule(input: $input) {
        object { id }
        errors { code field detail limits { minimum maximum allowed } }
      }
    }
"""
SERIES = """
    query ($id: ID!, $start: DateTime!, $end: DateTime!, $step: String) {
      sensor(id: $id) { series(start: $start, end: $end, resolution: $step) { values } }
    }
"""
NO_SENSOR = to_base64("Sensor", 999999)


@pytest.fixture
def planner(tenant: Tenant, customer: Customer, now: datetime) -> GraphQLClient:
    token = issue_token(
        actor=PLATFORM, name="t", role=Role.PLANNER, customer=customer, now=now - HOUR
    )
    return GraphQLClient(host_of(tenant), token.key)


@pytest.fixture
def sensor(customer: Customer) -> Sensor:
    return a_sensor(a_site(customer, "Yard"), Quantity.POWER)


@pytest.fixture
def site(customer: Customer, now: datetime) -> Asset:
    return a_site_with_battery(customer, now, [0.1, 0.5, 0.1, 0.5], known_at=now - HOUR)


def stored() -> tuple[int, ...]:
    """Count the rows that a refused request may not leave."""
    models = (Belief, Source, ScheduleRun, Job)
    return tuple(model._default_manager.count() for model in models)


def readings(of: Sensor, **changes: Any) -> dict[str, Any]:
    series = {
        "sensor": node_id(of),
        "start": "2026-03-01T00:00:00Z",
        "values": [1.0, 2.0],
        "unit": "kW",
        **changes,
    }
    return {"series": [series]}


@pytest.mark.parametrize(
    ("changes", "code", "field", "words"),
    [
        ({"values": []}, "LENGTH", "values", "at least one"),
        ({"start": "2026-03-01T00:07:00Z"}, "TIME", "start", "multiples of 1:00:00"),
        ({"start": "2090-03-01T00:00:00Z"}, "TIME", "start", "clock"),
        ({"unit": "EUR/MWh"}, "UNIT", "unit", "is no unit of POWER"),
        ({"unit": "bananas"}, "UNIT", "unit", "is no unit of POWER"),
        ({"unit": ""}, "UNIT", "unit", "is no unit of POWER"),
        ({"sensor": NO_SENSOR}, "NOT_FOUND", "sensor", "no such Sensor"),
        ({"sensor": "QXNzZXQ6MQ=="}, "NOT_FOUND", "sensor", "no such Sensor"),
        ({"values": [1e300], "unit": "MW"}, "OUT_OF_RANGE", "values", "1e+303 is no plausible"),
        ({"values": [None, None]}, "LENGTH", "values", "at least one"),
    ],
)
def test_a_wrong_reading_is_named(
    planner: GraphQLClient,
    sensor: Sensor,
    changes: dict[str, Any],
    code: str,
    field: str,
    words: str,
) -> None:
    before = stored()

    answer = planner.execute(RECORD, input=readings(sensor, **changes))["recordReadings"]

    assert answer["object"] is None
    [error] = answer["errors"]
    assert (error["code"], error["field"]) == (code, ["series", "0", field])
    assert words in error["detail"]
    assert stored() == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"values": ["1"]}, "a number or null"),
        ({"values": [True]}, "a number or null"),
        ({"values": 5}, "a list of numbers"),
        ({"values": [10**400]}, "too large"),
        ({"start": "2026-03-01T00:00:00"}, "no offset"),
        ({"start": "yesterday"}, "ISO 8601"),
        ({"start": 5}, "a time as text"),
        ({"speed": 5}, "speed"),
    ],
)
def test_what_no_field_takes_is_refused_with_its_place(
    planner: GraphQLClient, sensor: Sensor, changes: dict[str, Any], words: str
) -> None:
    before = stored()

    [error] = planner.errors(RECORD, input=readings(sensor, **changes))

    assert "series[0]" in error["message"]
    assert words in error["message"]
    assert stored() == before


def test_a_number_that_is_none_is_no_json(planner: GraphQLClient, sensor: Sensor) -> None:
    before = stored()

    answer = planner.post(RECORD, input=readings(sensor, values=[float("nan")]))

    assert answer.status_code == 400
    assert stored() == before


def test_of_several_series_all_are_stored_or_none(planner: GraphQLClient, sensor: Sensor) -> None:
    good, bad = readings(sensor)["series"][0], readings(sensor, unit="EUR")["series"][0]

    answer = planner.execute(RECORD, input={"series": [good, bad]})["recordReadings"]

    assert answer["errors"][0]["field"] == ["series", "1", "unit"]
    assert not Belief.objects.exists()


def test_each_wrong_series_is_told(planner: GraphQLClient, sensor: Sensor) -> None:
    def one(**changes: Any) -> Any:
        return readings(sensor, **changes)["series"][0]

    in_words = [one(unit="EUR"), one(), one(values=[None])]
    in_time = [one(start="2090-03-01T00:00:00Z"), one(), one(start="2090-03-01T00:00:00Z")]
    off = [one(start="2026-03-01T00:07:00Z"), one(values=[1e300], unit="MW")]

    fields = [
        [each["field"] for each in planner.execute(RECORD, input={"series": given})[
            "recordReadings"]["errors"]]
        for given in (in_words, in_time, off)
    ]  # fmt: skip

    assert fields == [
        [["series", "0", "unit"], ["series", "2", "values"]],
        [["series", "0", "start"], ["series", "2", "start"]],
        [["series", "0", "start"], ["series", "1", "values"]],
    ]
    assert not Belief.objects.exists()


def test_no_series_at_all_is_said(planner: GraphQLClient, sensor: Sensor) -> None:
    answer = planner.execute(RECORD, input={"series": []})["recordReadings"]

    assert answer["errors"][0]["field"] == ["series"]


@pytest.mark.parametrize(
    ("changes", "code", "field", "words"),
    [
        ({"hours": 0}, "WINDOW", ["end"], "at least one step"),
        ({"hours": -1}, "WINDOW", ["end"], "at least one step"),
        ({"hours": 24 * 3652}, "TOO_LONG", ["end"], "at most"),
        ({"stepMinutes": 7}, "WINDOW", ["end"], "whole number of steps"),
        ({"stepMinutes": -15}, "WINDOW", ["end"], "positive"),
        ({"engine": "abacus"}, "NOT_ALLOWED", ["engine"], "known: auto"),
    ],
)
def test_a_wrong_window_is_named(
    planner: GraphQLClient,
    site: Asset,
    now: datetime,
    changes: dict[str, Any],
    code: str,
    field: list[str],
    words: str,
) -> None:
    before = stored()
    hours = changes.pop("hours", 4)
    asked = {
        "asset": node_id(site),
        "start": now.isoformat(),
        "end": (now + timedelta(hours=hours)).isoformat(),
        "stepMinutes": 60,
        **changes,
    }

    answer = planner.execute(SCHEDULE, input=asked)["requestSchedule"]

    [error] = answer["errors"]
    assert (error["code"], error["field"]) == (code, field)
    assert words in error["detail"]
    assert stored() == before


@pytest.mark.parametrize(
    ("changes", "code", "field", "limits"),
    [
        ({"capacityKwh": -10.0}, "OUT_OF_RANGE", "capacityKwh", {"minimum": 0.0}),
        ({"capacityKwh": 0.0}, "OUT_OF_RANGE", "capacityKwh", {"minimum": 0.0}),
        ({"chargeEfficiency": -0.1}, "OUT_OF_RANGE", "chargeEfficiency", {"minimum": 0.0}),
        ({"chargeLimitKw": {"constant": -5.0}}, "OUT_OF_RANGE", "chargeLimitKw", {"minimum": 0.0}),
        ({"stockAtStartKwh": 11.0}, "OUT_OF_RANGE", "stock_at_start_kwh is 11.0 kWh, above", {}),
        ({"chargeLimitKw": {"perStep": [5.0]}}, "LENGTH", "charge_limit_kw has 1 values", {}),
        ({"chargeLimitKw": {"perStep": [5.0, None, 5.0, 5.0]}}, "INVALID", "chargeLimitKw", {}),
        ({"chargeLimitKw": {"sensor": NO_SENSOR}}, "NOT_FOUND", "chargeLimitKw", {}),
        ({"lossPerHour": {"constant": 1.5}}, "OUT_OF_RANGE", "lossPerHour", {"maximum": 1.0}),
    ],
)
def test_a_wrong_battery_is_named(
    planner: GraphQLClient,
    site: Asset,
    now: datetime,
    changes: dict[str, Any],
    code: str,
    field: str,
    limits: dict[str, float],
) -> None:
    before = stored()
    battery = {
        "capacityKwh": 10.0,
        "chargeLimitKw": {"constant": 5.0},
        "dischargeLimitKw": {"constant": 5.0},
        "stockAtStartKwh": 0.0,
        **changes,
    }
    device = Asset.objects.get(name="Battery")
    power = Sensor.objects.get(asset=device, quantity=Quantity.POWER)
    asked = {
        "asset": node_id(site),
        "start": now.isoformat(),
        "end": (now + 4 * HOUR).isoformat(),
        "stepMinutes": 60,
        "devices": [
            {"asset": node_id(device), "flex": {"battery": battery}, "powerSensor": node_id(power)}
        ],
    }

    answer = planner.execute(SCHEDULE, input=asked)["requestSchedule"]

    error = answer["errors"][0]
    assert error["code"] == code, error
    assert field in error["field"] or field in error["detail"]
    for name, value in limits.items():
        assert error["limits"][name] == value
    assert stored() == before


@pytest.mark.parametrize(
    ("start", "end", "step", "words"),
    [
        ("2026-03-01T00:00Z", "2026-03-01T00:00Z", None, "at least one step"),
        ("2026-03-01T00:00Z", "2036-03-01T00:00Z", "PT1M", "at most"),
        ("2026-03-01T00:00Z", "2026-03-02T00:00Z", "PT45M", "multiple"),
        ("2026-03-01T00:00Z", "2026-03-02T00:00Z", "PT-60M", "is no resolution"),
        ("2026-03-01T00:07Z", "2026-03-02T00:07Z", None, "multiple"),
    ],
)
def test_a_wrong_read_is_named(
    planner: GraphQLClient, sensor: Sensor, start: str, end: str, step: str | None, words: str
) -> None:
    [error] = planner.errors(SERIES, id=node_id(sensor), start=start, end=end, step=step)

    assert words in error["message"]
    assert error["extensions"]["code"] not in ("INTERNAL", None)


@pytest.mark.parametrize(
    "variables",
    [
        {"id": "nonsense"},
        {"id": ""},
        {"id": "U2Vuc29yOg=="},
        {"id": "U2Vuc29yOmFiYw=="},
        {"id": "U2Vuc29yOjk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"},
    ],
)
def test_identifiers_that_name_nothing(
    planner: GraphQLClient, sensor: Sensor, variables: dict[str, Any]
) -> None:
    query = """query ($id: ID!) {
        sensor(id: $id) { name } asset(id: $id) { name } node(id: $id) { id }
    }"""
    body = planner.post(query, **variables).json()

    told = [error.get("extensions", {}).get("code") for error in body.get("errors", [])]
    assert "INTERNAL" not in told, body
