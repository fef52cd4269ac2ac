"""Series as columns, as a partner's programme reads them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from django.core.exceptions import ValidationError

from assets.models import AssetType, Quantity, Sensor, Source, SourceKind
from assets.queries import beliefs
from assets.services import SeriesOfBeliefs, change_sensor, record_many
from assets.timegrid import TimeGrid
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, QUARTER, a_customer, a_device, a_sensor, a_site, believe

ARGUMENTS = """$start: DateTime!, $end: DateTime!, $resolution: String, $timeZone: String,
    $aggregation: Aggregation, $sources: [SourceKind!], $asOf: DateTime, $quantiles: [Float!]! = [],
    $fill: Fill! = NONE, $maxPoints: Int"""
PASSED = """start: $start, end: $end, resolution: $resolution, timeZone: $timeZone,
    aggregation: $aggregation, sources: $sources, asOf: $asOf, quantiles: $quantiles, fill: $fill,
    maxPoints: $maxPoints"""
FIELDS = """start end step stepSeconds starts unit values quality
    sources { name version kind events } quantiles { probability values }"""
ONE = f"query ($id: ID!, {ARGUMENTS}) {{ sensor(id: $id) {{ series({PASSED}) {{ {FIELDS} }} }} }}"
MANY = f"query ($ids: [ID!]!, {ARGUMENTS}) {{ series(sensors: $ids, {PASSED}) {{ {FIELDS} }} }}"


@pytest.fixture
def partner(tenant: Tenant, customer: Customer, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="t", role=Role.VIEWER, customer=customer, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


@pytest.fixture
def hall(customer: Customer) -> Sensor:
    """Power by the quarter of an hour."""
    site = a_site(customer)
    return a_sensor(a_device(site, "Hall", AssetType.LOAD), Quantity.POWER, resolution=QUARTER)


@pytest.fixture
def read(partner: GraphQLClient, hall: Sensor, now: datetime) -> Callable[..., Any]:
    """Return a reader of ``hall`` from ``now`` over some hours."""

    def series(hours: float = 2, *, of: Sensor = hall, **asked: Any) -> Any:
        span = {"start": now.isoformat(), "end": (now + hours * HOUR).isoformat()}
        return partner.execute(ONE, id=node_id(of), **{**span, **asked})["sensor"]["series"]

    return series


def forecast(sensor: Sensor, start: datetime, values: list[float], q: float, at: datetime) -> None:
    series = SeriesOfBeliefs(
        sensor=sensor,
        source=Source.objects.of(SourceKind.FORECASTER, "naive", "1"),
        grid=TimeGrid(start, sensor.resolution, len(values)),
        values=np.array(values),
        belief_time=at,
        cumulative_probability=q,
    )
    record_many(actor=PLATFORM, series=[series])


def test_a_gap_is_null_and_quality_says_so(
    read: Callable[..., Any], hall: Sensor, now: datetime
) -> None:
    believe(hall, now, [1, 2, np.nan, 4, 5, 6, 7, 8], at=now)

    series = read()

    assert series["values"] == [1, 2, None, 4, 5, 6, 7, 8]
    assert series["quality"] == "MM-MMMMM"
    assert (series["step"], series["stepSeconds"], series["unit"]) == ("PT15M", 900, "kW")
    assert series["starts"] is None
    assert series["sources"] == [{"name": "meter", "version": "", "kind": "METER", "events": 7}]
    hourly = read(resolution="PT1H")
    assert (hourly["values"], hourly["quality"]) == ([None, 6.5], "-M")
    energy = read(resolution="PT1H", aggregation="ENERGY", fill="LINEAR")
    assert (energy["values"], energy["quality"], energy["unit"]) == ([2.5, 6.5], "EM", "kWh")


def test_what_was_measured_wins_over_the_forecast_and_both_are_told(
    read: Callable[..., Any], hall: Sensor, now: datetime
) -> None:
    for q, shift in ((0.1, -1.0), (0.5, 0.0), (0.9, 1.0)):
        forecast(hall, now, [10.0 + shift] * 4, q, now - HOUR)
    believe(hall, now, [20, 21], at=now + HOUR)

    series = read(1, asOf=(now + HOUR).isoformat(), quantiles=[0.1, 0.9])

    assert (series["values"], series["quality"]) == ([20, 21, 10, 10], "MMFF")
    assert {each["kind"]: each["events"] for each in series["sources"]} == {
        "METER": 2, "FORECASTER": 2,
    }  # fmt: skip
    fan = {each["probability"]: each["values"] for each in series["quantiles"]}
    assert fan == {0.5: [20, 21, 10, 10], 0.1: [9] * 4, 0.9: [11] * 4}
    before = read(1, asOf=(now - HOUR).isoformat())
    assert (before["values"], before["quality"]) == ([10] * 4, "FFFF")
    assert read(1, asOf=(now - 2 * HOUR).isoformat())["quality"] == "----"


def test_a_schedule_is_read_by_its_source(
    read: Callable[..., Any], hall: Sensor, now: datetime
) -> None:
    believe(hall, now, [5.0] * 4, at=now, kind=SourceKind.SCHEDULER, name="highs")

    assert read(1)["quality"] == "----"
    planned = read(1, sources=["SCHEDULER"])
    assert (planned["values"], planned["quality"]) == ([5.0] * 4, "SSSS")


def test_days_follow_the_zone(read: Callable[..., Any], hall: Sensor, now: datetime) -> None:
    # Clocks go forward on the 29th: Amsterdam's day of 23 hours begins on the 28th at 23:00Z.
    start = datetime.fromisoformat("2026-03-28T23:00Z")
    believe(hall, start, [4.0] * (92 + 96), at=now)
    span = {"start": start.isoformat(), "end": "2026-03-30T22:00Z"}

    series = read(**span, resolution="P1D", aggregation="ENERGY")

    assert series["values"] == [4.0 * 23, 4.0 * 24]
    assert series["starts"] == ["2026-03-28T23:00:00+00:00", "2026-03-29T22:00:00+00:00"]
    assert (series["step"], series["stepSeconds"]) == ("P1D", None)
    assert read(**span, resolution="P1D", timeZone="UTC")["values"] == [4.0] * 3
    hall.time_zone = "Asia/Kathmandu"  # at 5:45 from UTC: its days begin at 18:15Z
    change_sensor(actor=PLATFORM, sensor=hall)
    own = read(**span, resolution="P1D")
    assert own["starts"][1:] == ["2026-03-29T18:15:00+00:00", "2026-03-30T18:15:00+00:00"]
    assert (
        read(**span, resolution="P1D", timeZone="Europe/Amsterdam")["starts"][1][11:16] == "22:00"
    )
    hall.time_zone = "Mars/Olympus"
    with pytest.raises(ValidationError) as caught:
        change_sensor(actor=PLATFORM, sensor=hall)
    assert "is no time zone" in caught.value.message_dict["time_zone"][0]


def test_a_chart_asks_for_as_many_points_as_it_is_wide(
    read: Callable[..., Any], hall: Sensor, now: datetime
) -> None:
    values = [float(i % 7) for i in range(192)]
    believe(hall, now, values, at=now)

    series = read(48, maxPoints=50, aggregation="ENERGY")

    assert series["step"] == "PT1H"
    assert sum(series["values"]) == pytest.approx(sum(values) / 4, abs=1e-9)
    assert read(48, maxPoints=500)["step"] == "PT15M"


def test_several_sensors_come_in_one_statement(
    partner: GraphQLClient,
    hall: Sensor,
    now: datetime,
    tenant: Tenant,
    django_assert_num_queries: Any,
) -> None:
    stock = a_sensor(hall.asset, Quantity.STOCK)
    stranger = a_sensor(a_site(a_customer("Second")), Quantity.POWER)
    believe(hall, now, [1.0] * 4 + [3.0] * 4, at=now)
    believe(stock, now, [10.0, 20.0], at=now)
    believe(stranger, now, [666.0, 666.0], at=now)
    ids = [node_id(row) for row in (stock, stranger, hall, hall.asset)]
    asked = {"start": now.isoformat(), "end": (now + 2 * HOUR).isoformat(), "resolution": "PT1H"}
    partner.execute(MANY, ids=ids, **asked)

    # Public schema, host, tenant's schema, token; then sensors and sources. The beliefs come by
    # COPY, which Django does not count.
    with (
        django_assert_num_queries(6),
        patch.object(beliefs, "_read", wraps=beliefs._read) as copied,
    ):
        series = partner.execute(MANY, ids=ids, **asked)["series"]
    assert copied.call_count == 1

    assert [each and each["values"] for each in series] == [[10, 20], None, [1, 3], None]
    assert [each and each["unit"] for each in series] == ["kWh", None, "kW", None]


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"resolution": "PT20M"}, "STEP", "resolution"),
        ({"resolution": "15"}, "STEP", "resolution"),
        ({"resolution": "P1D", "timeZone": "Europe/Nowhere"}, "TIME_ZONE", "timeZone"),
        ({"timeZone": "../../etc/passwd"}, "TIME_ZONE", "timeZone"),
        ({"aggregation": "SUM"}, "NOT_ALLOWED", "aggregation"),
        ({"quantiles": [1.0]}, "OUT_OF_RANGE", "quantiles"),
        ({"quantiles": [0.5] * 21}, "TOO_LONG", "quantiles"),
        ({"maxPoints": 0}, "OUT_OF_RANGE", "maxPoints"),
        ({"sources": []}, "LENGTH", "sources"),
        ({"end": "2026-03-28T12:20Z"}, "WINDOW", "end"),
        ({"start": "2026-03-28T12:05Z", "end": "2026-03-28T12:20Z"}, "TIME", "start"),
        ({"end": "2036-03-28T12:00Z", "maxPoints": 10}, "WINDOW", ""),
        ({"end": "2096-03-28T12:00Z", "maxPoints": 10}, "TOO_LONG", "end"),
    ],
)
def test_a_wrong_argument_is_named(
    partner: GraphQLClient,
    hall: Sensor,
    now: datetime,
    asked: dict[str, Any],
    code: str,
    field: str,
) -> None:
    span = {"start": now.isoformat(), "end": (now + 2 * HOUR).isoformat()}
    variables = {"id": node_id(hall), **span, **asked}
    if not field:  # ten years fit a chart
        assert len(partner.execute(ONE, **variables)["sensor"]["series"]["values"]) <= 10
        return

    [error] = partner.errors(ONE, **variables)

    assert (error["extensions"]["code"], error["extensions"]["field"]) == (code, [field])


def test_cost_follows_what_is_told_and_read(
    partner: GraphQLClient, hall: Sensor, now: datetime
) -> None:
    year = {"start": "2025-01-01T00:00Z", "end": "2026-01-01T00:00Z"}

    def cost(**asked: Any) -> float:
        body = partner.post(ONE, id=node_id(hall), **year, **asked).json()
        return float(body["extensions"]["cost"]["requested"])

    assert cost() == pytest.approx(1 + 1 + 1 + 35.04 + 3.504 + 2, abs=1.0)
    assert cost(maxPoints=1000) < 10
    assert cost(maxPoints=1000, quantiles=[0.1, 0.9]) > cost(maxPoints=1000) + 8
