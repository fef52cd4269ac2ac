"""From a series to the run that formed it, as a partner's programme follows it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from assets.models import Asset, AssetType, Quantity, Sensor, Source, SourceKind
from assets.services import NewSensor, NewTerm, add_sensor
from assets.timegrid import TimeGrid
from forecasting.models import ForecastRun
from forecasting.models import RunState as ForecastState
from forecasting.services import request_forecast
from scheduling.services import request_schedule
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import (
    HOUR,
    a_customer,
    a_device,
    a_sensor,
    a_site,
    a_site_with_battery,
    believe,
)

READ = """query ($id: ID!, $start: DateTime!, $end: DateTime!, $asOf: DateTime,
        $sources: [SourceKind!]) {
    sensor(id: $id) { series(start: $start, end: $end, asOf: $asOf, sources: $sources)
    { values sources { kind runs } } } }"""
SUM = """query ($id: ID!, $start: DateTime!, $end: DateTime!) {
    seriesSum(beneath: $id, quantity: POWER, start: $start, end: $end, sources: [SCHEDULER])
    { series { sources { runs } } } }"""


def a_client(tenant: Tenant, customer: Customer, now: datetime, **how: Any) -> GraphQLClient:
    issued = issue_token(
        actor=PLATFORM, name="t", role=Role.VIEWER, customer=customer, now=now, **how
    )
    return GraphQLClient(host_of(tenant), issued.key)


def runs(client: GraphQLClient, sensor: Sensor, now: datetime, **asked: Any) -> dict[str, Any]:
    span = {"start": now.isoformat(), "end": (now + 2 * HOUR).isoformat()}
    told = client.execute(READ, id=node_id(sensor), **span, **asked)["sensor"]["series"]
    return {each["kind"]: each["runs"] for each in told["sources"]}


def foretell(sensor: Sensor, start: datetime, values: list[float], at: datetime) -> None:
    kind = SourceKind.FORECASTER
    believe(sensor, start, values, at=at, kind=kind, name="f", version="1")


def a_forecast(sensor: Sensor, now: datetime, at: datetime, value: float) -> ForecastRun:
    """A run that is done, with what it believes of two hours."""
    run = request_forecast(actor=PLATFORM, sensor=sensor, now=at)
    run.knowledge_time = at
    run.source = Source.objects.of(SourceKind.FORECASTER, "f", "1")
    run.state = ForecastState.READY
    run.save()
    foretell(sensor, now, [value, value], at)
    return run


def test_a_forecast_names_its_run_and_that_of_what_was_known_then(
    tenant: Tenant, customer: Customer, now: datetime
) -> None:
    hall = a_device(a_site(customer), "Hall", AssetType.LOAD)
    sensor = a_sensor(hall, Quantity.POWER)
    other = a_sensor(hall, Quantity.POWER, name="other")
    early = a_forecast(sensor, now, now - 3 * HOUR, 1.0)
    late = a_forecast(sensor, now, now - HOUR, 2.0)
    a_forecast(other, now, now - HOUR, 3.0)
    believe(sensor, now, [9.0], at=now + HOUR)
    client = a_client(tenant, customer, now)

    told = runs(client, sensor, now, asOf=(now + HOUR).isoformat())

    assert told == {"METER": [], "FORECASTER": [node_id(late)]}
    before = runs(client, sensor, now, asOf=(now - 2 * HOUR).isoformat())
    assert before == {"FORECASTER": [node_id(early)]}
    less = NewSensor("less", Quantity.POWER, HOUR, terms=(NewTerm(sensor), NewTerm(other, -1.0)))
    virtual = add_sensor(actor=PLATFORM, asset=hall, sensor=less)
    told = runs(client, virtual, now, asOf=now.isoformat())
    assert set(told["FORECASTER"]) == {
        node_id(run) for run in ForecastRun.objects.filter(knowledge_time=now - HOUR)
    }


def test_a_schedule_names_its_run_to_who_may_see_it(
    tenant: Tenant, customer: Customer, now: datetime, run_jobs: Callable[..., int]
) -> None:
    site = a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)
    other = a_site_with_battery(a_customer("Second"), now, [0.1, 0.5], known_at=now - HOUR)
    grid = TimeGrid(now, HOUR, 2)
    run = request_schedule(actor=PLATFORM, asset=site, grid=grid, now=now)
    theirs = request_schedule(actor=PLATFORM, asset=other, grid=grid, now=now)
    run_jobs()
    run.refresh_from_db()
    theirs.refresh_from_db()
    # As if both had ended at once: the place tells them apart.
    type(theirs).objects.filter(pk=theirs.pk).update(finished_at=run.finished_at)
    power = Sensor.objects.get(asset__parent=site, quantity=Quantity.POWER)
    asked = {"sources": ["SCHEDULER"]}

    assert runs(a_client(tenant, customer, now), power, now, **asked) == {
        "SCHEDULER": [node_id(run)]
    }
    narrow = a_client(tenant, customer, now, subtree=Asset.objects.get(pk=power.asset_id).path)
    assert runs(narrow, power, now, **asked) == {"SCHEDULER": []}
    span = {"start": now.isoformat(), "end": (now + 2 * HOUR).isoformat()}
    total = a_client(tenant, customer, now).execute(SUM, id=node_id(site), **span)["seriesSum"]
    assert total["series"]["sources"] == [{"runs": [node_id(run)]}]


def test_only_so_many_runs_are_looked_for(
    tenant: Tenant, customer: Customer, now: datetime
) -> None:
    sensor = a_sensor(a_site(customer), Quantity.POWER, resolution=timedelta(minutes=1))
    minute, client = timedelta(minutes=1), a_client(tenant, customer, now)
    run = a_forecast(sensor, now + 118 * minute, now - 9 * HOUR, 1.0)  # the oldest

    def told(n_others: int) -> bool:
        for i in range(n_others):
            foretell(sensor, now + i * minute, [1.0], now - i * minute)
        return node_id(run) in runs(client, sensor, now)["FORECASTER"]

    assert told(99)
    assert not told(100)
