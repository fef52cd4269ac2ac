"""Sensors whose readings are points in time, as a box sends them and a partner reads them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_tenants.utils import schema_context

from assets.models import AssetType, Belief, Quantity, Sensor, Source, SourceKind
from assets.services import NewSensor, NewTerm, add_sensor, record_series
from assets.timegrid import Instants
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, QUARTER, a_customer, a_device, a_sensor, a_site, believe

MINUTE = timedelta(minutes=1)
RECORD = """mutation ($i: RecordReadingsInput!) { recordReadings(input: $i) {
    object { given changed } errors { field code detail } } }"""
FIELDS = """start end step stepSeconds starts unit values quality sources { name events }
    quantiles { probability values }"""
READ = f"""query ($id: ID!, $start: DateTime!, $end: DateTime!, $resolution: String,
    $aggregation: Aggregation, $asOf: DateTime, $maxPoints: Int, $fill: Fill! = NONE) {{
    sensor(id: $id) {{ resolutionMinutes series(start: $start, end: $end, resolution: $resolution,
        aggregation: $aggregation, asOf: $asOf, maxPoints: $maxPoints, fill: $fill) {{ {FIELDS} }}
    }} }}"""
LATEST = """query ($id: ID!) { latestValues(beneath: $id) { sensors starts values lateSeconds } }"""
SUM = """query ($id: ID!, $start: DateTime!, $end: DateTime!, $resolution: String) {
    seriesSum(beneath: $id, quantity: STOCK, start: $start, end: $end, resolution: $resolution) {
        series { values } missing } }"""


@pytest.fixture
def box(tenant: Tenant, customer: Customer, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="b", role=Role.MANAGER, customer=customer, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


@pytest.fixture
def charge(customer: Customer) -> Sensor:
    """State of charge, read when the box comes to it."""
    battery = a_device(a_site(customer), "Battery", AssetType.BATTERY)
    return a_sensor(battery, Quantity.STOCK, name="charge", resolution=timedelta(0))


@pytest.fixture
def send(box: GraphQLClient, charge: Sensor) -> Callable[..., Any]:
    def told(moments: list[datetime], values: list[float | None], **more: Any) -> Any:
        series = {
            "sensor": node_id(charge),
            "times": [each.isoformat() for each in moments],
            "values": values,
            "unit": "kWh",
            **more,
        }
        return box.execute(RECORD, i={"series": [series]})["recordReadings"]

    return told


@pytest.fixture
def read(box: GraphQLClient, charge: Sensor, now: datetime) -> Callable[..., Any]:
    def series(hours: float = 1, *, of: Sensor = charge, **asked: Any) -> Any:
        span = {"start": now.isoformat(), "end": (now + hours * HOUR).isoformat()}
        return box.execute(READ, id=node_id(of), **span, **asked)["sensor"]["series"]

    return series


def test_points_are_kept_to_the_microsecond_and_once(
    send: Callable[..., Any], read: Callable[..., Any], now: datetime
) -> None:
    times = [now + timedelta(minutes=20, microseconds=7), now + 3 * MINUTE, now + 30 * MINUTE]

    first = send(times, [2, 1, None])
    again = send(times[::-1], [None, 1, 2])

    assert first == {"object": {"given": 2, "changed": 2}, "errors": []}
    assert again["object"] == {"given": 2, "changed": 0}
    series = read()
    assert series["starts"] == [each.isoformat() for each in sorted(times[:2])]
    assert (series["values"], series["quality"], series["unit"]) == ([1, 2], "MM", "kWh")
    assert (series["step"], series["stepSeconds"]) == ("PT0S", None)
    assert series["sources"] == [{"name": "api", "events": 2}]
    assert Belief.objects.order_by("event_start").first().belief_time == times[1]  # type: ignore[union-attr]


def test_a_point_holds_until_the_next_but_for_an_hour_at_most(
    send: Callable[..., Any], read: Callable[..., Any], now: datetime
) -> None:
    send([now - 10 * MINUTE, now + 20 * MINUTE, now + 25 * MINUTE], [8, 2, 5])

    def quarters(**asked: Any) -> Any:
        return read(2, resolution="PT15M", **asked)["values"]

    held = [5.0] * 3  # from 30 to 75 minutes; at 85 the hour is over
    assert quarters(aggregation="MEAN") == pytest.approx(
        [8, (8 + 2 + 5) / 3, *held, None, None, None]
    )
    assert quarters() == [8, 8, *held, 5, None, None]  # FIRST, as is usual of a stock
    assert quarters(aggregation="LAST") == [8, 5, *held, None, None, None]
    assert quarters(aggregation="MIN") == [8, 2, *held, None, None, None]
    assert quarters(aggregation="MAX") == [8, 8, *held, None, None, None]
    filled = read(2, resolution="PT15M", aggregation="MAX", fill="PREVIOUS")
    assert (filled["values"][-1], filled["quality"]) == (5, "MMMMMEEE")
    assert read(2, maxPoints=2)["stepSeconds"] is None  # two points in the span
    assert read(2, maxPoints=1)["stepSeconds"] == 7200


def test_a_sensor_says_for_how_long_its_points_hold(
    send: Callable[..., Any], read: Callable[..., Any], charge: Sensor, now: datetime
) -> None:
    Sensor.objects.filter(pk=charge.pk).update(expected_within=3 * HOUR)
    send([now - 2 * HOUR], [4])

    assert read(2, resolution="PT1H")["values"] == [4, None]


def test_a_point_is_not_foretold(
    send: Callable[..., Any], read: Callable[..., Any], now: datetime
) -> None:
    send([now], [4])

    then = read(resolution="PT15M", aggregation="MEAN", asOf=(now + 20 * MINUTE).isoformat())

    assert then["values"] == [4, None, None, None]


def test_a_correction_leaves_what_was_known(
    send: Callable[..., Any], read: Callable[..., Any], now: datetime
) -> None:
    send([now], [4], beliefTime=now.isoformat())
    send([now], [6], beliefTime=(now + HOUR).isoformat())

    assert read()["values"] == [6]
    assert read(asOf=(now + MINUTE).isoformat())["values"] == [4]
    assert read(asOf=(now - MINUTE).isoformat())["values"] == []


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"times": None, "start": "2026-03-28T10:00Z"}, "series.0.times", "REQUIRED"),
        ({"times": ["2026-03-28T10:00Z"] * 2}, "series.0.times", "LENGTH"),
        ({"times": ["2126-03-28T10:00Z"]}, "series.0.start", "TIME"),
        ({"unit": "kW"}, "series.0.unit", "UNIT"),
    ],
)
def test_what_is_no_point_is_refused(
    send: Callable[..., Any], now: datetime, given: dict[str, Any], field: str, code: str
) -> None:
    refused = send([now], [1], **given)

    assert [(".".join(each["field"]), each["code"]) for each in refused["errors"]] == [
        (field, code)
    ]
    assert not Belief.objects.exists()


def test_two_values_of_one_moment_are_refused(send: Callable[..., Any], now: datetime) -> None:
    refused = send([now, now], [1, 2])

    assert refused["errors"][0]["code"] == "INCONSISTENT"
    assert not Belief.objects.exists()


def test_times_are_refused_of_a_sensor_with_events(
    send: Callable[..., Any], charge: Sensor, now: datetime
) -> None:
    hourly = a_sensor(charge.asset, Quantity.STOCK)

    refused = send([now], [1], sensor=node_id(hourly))

    assert [(".".join(each["field"]), each["code"]) for each in refused["errors"]] == [
        ("series.0.start", "REQUIRED")
    ]


@pytest.mark.parametrize("aggregation", ["ENERGY", "SUM"])
def test_what_points_cannot_tell_is_refused_by_name(
    box: GraphQLClient, charge: Sensor, now: datetime, aggregation: str
) -> None:
    power = a_sensor(charge.asset, Quantity.POWER, name="power", resolution=timedelta(0))
    span = {"start": now.isoformat(), "end": (now + HOUR).isoformat(), "resolution": "PT15M"}

    refusal = box.errors(READ, id=node_id(power), aggregation=aggregation, **span)[0]

    assert aggregation in str(refusal)
    assert "power has points in time" in str(refusal)


def test_the_latest_point_and_how_late_the_next_is(
    box: GraphQLClient, send: Callable[..., Any], charge: Sensor
) -> None:
    Sensor.objects.filter(pk=charge.pk).update(expected_within=10 * MINUTE)
    at = timezone.now() - 15 * MINUTE
    send([at - HOUR, at], [1, 2])

    latest = box.execute(LATEST, id=node_id(charge.asset))["latestValues"]

    assert (datetime.fromisoformat(latest["starts"][0]), latest["values"]) == (at, [2])
    assert 290 < latest["lateSeconds"][0] < 360


def test_a_sum_is_told_on_steps(
    box: GraphQLClient, send: Callable[..., Any], charge: Sensor, now: datetime
) -> None:
    other = a_sensor(charge.asset, Quantity.STOCK, resolution=QUARTER)
    believe(other, now, [1, 2, 3, 4], at=now + HOUR)
    send([now, now + 20 * MINUTE], [10, 20])
    asked = {
        "id": node_id(charge.asset), "start": now.isoformat(), "end": (now + HOUR).isoformat(),
    }  # fmt: skip

    total = box.execute(SUM, **asked, resolution="PT15M")["seriesSum"]

    assert (total["series"]["values"], total["missing"]) == ([11, 12, 23, 24], [0, 0, 0, 0])
    Sensor.objects.filter(pk=other.pk).delete()
    assert "ask for a resolution" in str(box.errors(SUM, **asked)[0])


def test_energy_has_a_span_and_virtual_sensors_have_events(charge: Sensor) -> None:
    with pytest.raises(ValidationError, match="energy is of a span of time"):
        a_sensor(charge.asset, Quantity.ENERGY, resolution=timedelta(0))
    double = NewSensor("double", Quantity.STOCK, HOUR, terms=(NewTerm(charge, 2.0),))
    with pytest.raises(ValidationError, match="points in time"):
        add_sensor(actor=PLATFORM, asset=charge.asset, sensor=double)
    with pytest.raises(ValidationError, match="neither planned nor foretold"):
        _plan(charge)


def _plan(charge: Sensor) -> None:
    record_series(
        actor=PLATFORM,
        sensor=charge,
        source=Source.objects.of(SourceKind.SCHEDULER, "highs"),
        grid=Instants(np.array(["2026-03-28T10:00"], dtype="datetime64[us]")),
        values=np.ones(1),
        belief_time=None,
    )


def test_another_customer_and_another_tenant_see_no_point(
    tenant: Tenant,
    other_tenant: Tenant,
    send: Callable[..., Any],
    charge: Sensor,
    now: datetime,
) -> None:
    send([now], [4])
    stranger = issue_token(
        actor=PLATFORM, name="s", role=Role.MANAGER, customer=a_customer("Stranger"), now=now
    )
    with schema_context(other_tenant.schema_name):
        foreign = issue_token(actor=PLATFORM, name="f", role=Role.MANAGER, customer=None, now=now)
        assert not Belief.objects.exists()
    clients = [
        GraphQLClient(host_of(tenant), stranger.key),
        GraphQLClient(host_of(other_tenant), foreign.key),
    ]
    span = {"start": now.isoformat(), "end": (now + HOUR).isoformat()}
    point = {
        "sensor": node_id(charge), "times": [now.isoformat()], "values": [9], "unit": "kWh"
    }  # fmt: skip
    for client in clients:
        assert client.execute(READ, id=node_id(charge), **span)["sensor"] is None
        refused = client.execute(RECORD, i={"series": [point]})["recordReadings"]
        assert [each["code"] for each in refused["errors"]] == ["NOT_FOUND"]
    connection.set_tenant(tenant)
    assert [each.value for each in Belief.objects.all()] == [4]
