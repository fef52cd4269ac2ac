"""Latest values and sums of many sensors, as a partner's programme reads them."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from django_tenants.utils import schema_context

from assets.models import Asset, AssetType, Quantity, Sensor, Source, SourceKind
from assets.queries import read_latest, read_series
from assets.services import change_sensor, remove_sensor
from assets.timegrid import TimeGrid
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, QUARTER, a_customer, a_device, a_sensor, believe

LATEST = """query ($id: ID!, $quantity: Quantity, $sources: [SourceKind!]) {
    latestValues(beneath: $id, quantity: $quantity, sources: $sources)
    { sensors starts values quality lateSeconds } }"""
RECORD = """mutation ($i: RecordReadingsInput!) {
    recordReadings(input: $i) { errors { detail } } }"""
SUM = """query ($id: ID!, $start: DateTime!, $end: DateTime!, $resolution: String,
        $types: [AssetType!], $name: String, $aggregation: Aggregation) {
    seriesSum(beneath: $id, quantity: POWER, start: $start, end: $end, resolution: $resolution,
        assetTypes: $types, name: $name, aggregation: $aggregation)
    { sensors missing series { step unit values quality sources { name events } } } }"""


def a_partner(tenant: Tenant, customer: Customer) -> GraphQLClient:
    now = timezone.now()
    issued = issue_token(actor=PLATFORM, name="t", role=Role.VIEWER, customer=customer, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


@pytest.fixture
def partner(tenant: Tenant, customer: Customer) -> GraphQLClient:
    return a_partner(tenant, customer)


@pytest.fixture
def hour() -> datetime:
    """The last full hour: what is latest is told by the clock of the request."""
    return timezone.now().replace(minute=0, second=0, microsecond=0)


def at(site: Asset, name: str, kind: AssetType = AssetType.LOAD, **how: Any) -> Sensor:
    return a_sensor(a_device(site, name, kind), Quantity.POWER, **how)


def test_the_latest_of_each_sensor_and_what_is_late(
    partner: GraphQLClient, site: Asset, hour: datetime
) -> None:
    fresh, stale, silent, odd = (at(site, name) for name in ("a", "b", "c", "d"))
    for sensor in (fresh, stale, silent, odd):
        sensor.expected_within, sensor.maximum = timedelta(minutes=30), 100.0
        change_sensor(actor=PLATFORM, sensor=sensor)
    believe(fresh, hour - 3 * HOUR, [1.0, 2.0, 3.0], at=hour)
    believe(stale, hour - 9 * HOUR, [4.0], at=hour)
    believe(odd, hour - HOUR, [101.0], at=hour)
    believe(fresh, hour, [9.0] * 5, at=hour, kind=SourceKind.FORECASTER, name="f")

    told = partner.execute(LATEST, id=node_id(site))["latestValues"]

    assert told["sensors"] == [node_id(each) for each in (fresh, stale, silent, odd)]
    assert told["values"] == [3.0, 4.0, None, 101.0]
    assert told["quality"] == "MM-X"
    assert told["starts"][0] == (hour - HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told["starts"][2] is None
    late = told["lateSeconds"]
    assert late[0] == 0 or timezone.now() > hour + 1.5 * HOUR
    assert 6.5 * 3600 <= late[1] < 8.6 * 3600  # nine hours, less two events and half an hour
    assert late[2] > 30 * 86_400


def test_nothing_is_late_of_which_nothing_is_expected(
    partner: GraphQLClient, site: Asset, hour: datetime
) -> None:
    at(site, "a")

    assert partner.execute(LATEST, id=node_id(site))["latestValues"]["lateSeconds"] == [None]


def test_latest_by_quantity_and_source(partner: GraphQLClient, site: Asset, hour: datetime) -> None:
    power = at(site, "a")
    a_sensor(power.asset, Quantity.STOCK)
    believe(power, hour, [7.0], at=hour, kind=SourceKind.SCHEDULER, name="s")

    asked = {"id": node_id(site), "quantity": "POWER", "sources": ["SCHEDULER"]}
    told = partner.execute(LATEST, **asked)["latestValues"]

    assert (told["sensors"], told["values"], told["quality"]) == ([node_id(power)], [7.0], "S")


def test_a_sum_tells_how_many_are_missing(
    partner: GraphQLClient, site: Asset, now: datetime
) -> None:
    first, second = at(site, "a"), at(site, "b")
    believe(first, now, [1.0, 2.0], at=now)
    believe(second, now, [10.0], at=now)

    span = {"start": now.isoformat(), "end": (now + 3 * HOUR).isoformat()}
    told = partner.execute(SUM, id=node_id(site), **span)["seriesSum"]

    assert told["series"]["values"] == [11.0, 2.0, None]
    assert (told["sensors"], told["missing"]) == (2, [0, 1, 2])
    assert told["series"]["quality"] == "MM-"
    assert told["series"]["sources"] == [{"name": "meter", "events": 3}]


def test_a_sum_of_events_of_several_lengths_needs_a_resolution(
    partner: GraphQLClient, site: Asset, now: datetime
) -> None:
    hours, quarters = at(site, "a"), at(site, "b", resolution=QUARTER)
    believe(hours, now, [1.0], at=now)
    believe(quarters, now, [4.0, 8.0, 4.0, 8.0], at=now)
    asked = {"id": node_id(site), "start": now.isoformat(), "end": (now + HOUR).isoformat()}

    told = partner.execute(SUM, **asked, resolution="PT1H", aggregation="ENERGY")["seriesSum"]

    assert (told["series"]["values"], told["series"]["unit"]) == ([7.0], "kWh")
    refused = partner.errors(SUM, **asked)
    assert "ask for a resolution" in str(refused)


def test_a_sum_of_some_types_and_names(partner: GraphQLClient, site: Asset, now: datetime) -> None:
    grid, load = at(site, "grid", AssetType.GRID_CONNECTION), at(site, "hall")
    believe(grid, now, [5.0], at=now)
    believe(load, now, [5.0], at=now)
    asked = {"id": node_id(site), "start": now.isoformat(), "end": (now + HOUR).isoformat()}

    told = partner.execute(SUM, **asked, types=["LOAD"])["seriesSum"]

    assert (told["sensors"], told["series"]["values"]) == (1, [5.0])
    assert partner.execute(SUM, **asked, name="nothing")["seriesSum"] is None


def test_another_customers_and_another_tenants_fleet_is_not_there(
    partner: GraphQLClient, tenant: Tenant, other_tenant: Tenant, site: Asset, now: datetime
) -> None:
    at(site, "a")
    neighbour = a_partner(tenant, a_customer("Neighbour"))
    with schema_context(other_tenant.schema_name):
        stranger = a_partner(other_tenant, a_customer("Stranger"))
    span = {"start": now.isoformat(), "end": (now + HOUR).isoformat()}

    for who in (neighbour, stranger):
        assert who.execute(LATEST, id=node_id(site))["latestValues"] is None
        assert who.execute(SUM, id=node_id(site), **span)["seriesSum"] is None


def test_the_lowest_rank_is_believed_whatever_came_last(
    partner: GraphQLClient, site: Asset, now: datetime
) -> None:
    sensor = at(site, "a")
    believe(sensor, now, [1.0, 1.0], at=now, name="main meter")
    believe(sensor, now, [2.0], at=now + HOUR, name="check meter")
    Source.objects.filter(name="check meter").update(rank=1)

    assert read_series(sensor, TimeGrid(now, HOUR, 2), known_at=now + HOUR) == pytest.approx([1, 1])


def test_of_the_latest_event_too_the_lowest_rank_is_believed_then_what_came_last(
    site: Asset, hour: datetime
) -> None:
    ranked, equal = at(site, "a"), at(site, "b")
    for sensor, second in ((ranked, "check meter"), (equal, "new meter")):
        believe(sensor, hour, [1.0], at=hour, name="main meter")
        believe(sensor, hour, [2.0], at=hour + QUARTER, name=second)
    Source.objects.filter(name="check meter").update(rank=1)

    latest = read_latest([equal.pk, ranked.pk], now=hour + HOUR)

    assert latest.values.tolist() == [2.0, 1.0]


def test_a_sensor_that_is_gone_leaves_the_others_in_their_places(
    site: Asset, hour: datetime
) -> None:
    first, gone, last = (at(site, name) for name in ("a", "b", "c"))
    for value, sensor in enumerate((first, gone, last)):
        believe(sensor, hour, [float(value)], at=hour)
    ids = [first.pk, gone.pk, last.pk]
    remove_sensor(actor=PLATFORM, sensor=gone)

    latest = read_latest(ids, now=hour + HOUR)

    assert latest.values[[0, 2]].tolist() == [0.0, 2.0]
    assert np.isnan(latest.values[1])


def test_readings_of_a_sensor_that_counts_generation_are_turned(
    tenant: Tenant, site: Asset, customer: Customer, hour: datetime
) -> None:
    roof = at(site, "roof", AssetType.PV)
    roof.outward_positive = True
    change_sensor(actor=PLATFORM, sensor=roof)
    now = timezone.now()
    issued = issue_token(actor=PLATFORM, name="g", role=Role.MANAGER, customer=customer, now=now)
    box = GraphQLClient(host_of(tenant), issued.key)
    series = {"sensor": node_id(roof), "start": (hour - HOUR).isoformat(), "values": [2500.0]}

    mutation = (
        "mutation ($i: RecordReadingsInput!) { recordReadings(input: $i) { errors { detail } } }"
    )
    box.execute(mutation, i={"series": [{**series, "unit": "W"}]})

    assert box.execute(LATEST, id=node_id(site))["latestValues"]["values"] == [-2.5]
