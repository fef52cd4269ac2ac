"""Every kind of job, of every app: safe to repeat, and to die just before the end.

Runs over the registry. A new kind fails here until ``REQUESTS`` says how it is asked for.
"""

import atexit
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest

from assets.models import Asset, Quantity
from assets.timegrid import TimeGrid
from forecasting.services import request_forecast
from integrations.services import (
    ask_import,
    bind_channel,
    bring_file,
    keep_connection,
    mapping_from,
    read_now,
)
from scheduling.services import (
    request_battery_identification,
    request_schedule,
    request_study,
)
from tenants import jobs
from tenants.database import connection
from tenants.models import Job, JobState, Tenant
from tenants.permissions import PLATFORM
from tests.entsoe import TOKEN, ZONE, Peer, entsoe
from tests.factories import HOUR, a_customer, a_sensor, a_site, a_site_with_battery, believe
from tests.workers import HandClock


def ask_for_schedule(now: datetime) -> None:
    site: Asset = a_site_with_battery(a_customer(), now, [0.1, 0.5, 0.1, 0.5], known_at=now - HOUR)
    request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 4), now=now)


def ask_for_refined_schedule(now: datetime) -> None:
    site: Asset = a_site_with_battery(
        a_customer(), now, [0.1, 0.5, 0.1, 0.5], known_at=now - HOUR, quadratic_loss_per_kw=0.01
    )
    request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 4), now=now)


def ask_for_identification(now: datetime) -> None:
    site = a_site_with_battery(a_customer(), now, [0.1, 0.5], known_at=now - HOUR)
    battery = Asset.objects.get(parent=site, name="Battery")
    grid = TimeGrid(now - 48 * HOUR, HOUR, 24)
    request_battery_identification(actor=PLATFORM, asset=battery, grid=grid, now=now)


def ask_for_study(now: datetime) -> None:
    site = a_site_with_battery(a_customer(), now, [0.1, 0.5], known_at=now - HOUR)
    window = {"start": now - 48 * HOUR, "end": now - 24 * HOUR, "step_minutes": 60}
    given = {"kind": "battery", "window": window, "load_kw": 1.0, "sizes_kwh": [5.0]}
    request_study(actor=PLATFORM, asset=site, given=given, now=now)


def ask_for_forecast(now: datetime) -> None:
    load = a_sensor(a_site(a_customer()), Quantity.POWER)
    days = 21
    believe(load, now - timedelta(days=days), [1.0, 2.0, 3.0] * 8 * days, at=now)
    request_forecast(actor=PLATFORM, sensor=load, now=now, forecaster="seasonal_naive")


def ask_for_prices(now: datetime) -> None:
    price = a_sensor(a_site(a_customer()), Quantity.PRICE)
    peer = entsoe_that_stays()
    exchange = keep_connection(
        actor=PLATFORM,
        name="Exchange",
        connector="entsoe",
        settings={"url": peer.address, "token": TOKEN, "zone": ZONE},
    )
    bind_channel(actor=PLATFORM, connection=exchange, channel="price", sensor=price)
    read_now(actor=PLATFORM, connection=exchange, start=now, end=now + timedelta(days=1), now=now)


def ask_for_import(now: datetime) -> None:
    load = a_sensor(a_site(a_customer()), Quantity.POWER)
    content = b"time,kW\n2026-03-27T00:00Z,1\n2026-03-27T01:00Z,2\n"
    file = bring_file(actor=PLATFORM, asset=load.asset, name="f.csv", content=content, now=now)
    columns = [{"column": "kW", "sensor": load.pk, "unit": "kW"}]
    mapping = mapping_from({"columns": columns})
    ask_import(actor=PLATFORM, file=file, mapping=mapping, now=now)


@cache
def entsoe_that_stays() -> Peer:
    return PEERS.enter_context(entsoe())


PEERS = ExitStack()
atexit.register(PEERS.close)

#: By kind: how a tenant comes to have such a job, with all that it needs.
REQUESTS: dict[str, Callable[[datetime], None]] = {
    "forecasting.forecast": ask_for_forecast,
    "integrations.import_file": ask_for_import,
    "integrations.read": ask_for_prices,
    "scheduling.identify": ask_for_identification,
    "scheduling.refine": ask_for_refined_schedule,
    "scheduling.solve": ask_for_schedule,
    "scheduling.study": ask_for_study,
}

KINDS = pytest.mark.parametrize("kind", sorted(jobs.kinds()))


class DiedBeforeTheEnd(BaseException):
    """As a kill does, it passes by all handlers of errors."""


@pytest.fixture
def job_of(tenant: Tenant, now: datetime) -> Callable[[str], Job]:
    def ask(kind: str) -> Job:
        assert kind in REQUESTS, f"say in REQUESTS how a job of kind {kind} is asked for"
        REQUESTS[kind](now)
        return Job.objects.get(kind=kind)

    return ask


def rows_of_everything(schema_name: str) -> dict[str, list[str]]:
    """Return all rows of all tables of a tenant, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema_name])
        tables = [row[0] for row in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{schema_name}"."{table}" t ORDER BY 1')
            found[table] = [row[0] for row in cursor.fetchall()]
    return found


def run_at(job: Job, clock: HandClock) -> Any:
    assert jobs.run_next(job.queue, clock=clock) is not None
    connection.set_schema_to_public()
    return Job.objects.get(pk=job.pk)


@KINDS
def test_a_job_that_runs_again_changes_nothing(
    job_of: Callable[[str], Job], tenant: Tenant, now: datetime, kind: str
) -> None:
    job, clock = job_of(kind), HandClock(now)
    assert run_at(job, clock).state == JobState.DONE
    before = rows_of_everything(tenant.schema_name)
    Job.objects.filter(pk=job.pk).update(state=JobState.READY)
    clock.move(minutes=10)
    assert run_at(job, clock).state == JobState.DONE
    assert rows_of_everything(tenant.schema_name) == before


@KINDS
def test_a_job_that_died_before_its_end_is_done_by_the_next(
    job_of: Callable[[str], Job],
    tenant: Tenant,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    job, clock = job_of(kind), HandClock(now)
    before = rows_of_everything(tenant.schema_name)

    def die(claim: jobs.Claim) -> None:
        raise DiedBeforeTheEnd

    with monkeypatch.context() as patched:
        patched.setattr(jobs.Claim, "finishing", die)
        with pytest.raises(DiedBeforeTheEnd):
            jobs.run_next(job.queue, clock=clock)
    jobs.sweep(now=clock.move(minutes=1))
    assert run_at(job, clock).state == JobState.DONE
    assert rows_of_everything(tenant.schema_name) != before


@KINDS
def test_a_job_that_is_given_up_tells_its_app(
    job_of: Callable[[str], Job], tenant: Tenant, now: datetime, kind: str
) -> None:
    """Else a run would look as if it were still to come."""
    job, clock = job_of(kind), HandClock(now)
    before = rows_of_everything(tenant.schema_name)
    for _ in range(3):
        jobs.claiming.claim_next(job.queue, clock=clock)
        jobs.sweep(now=clock.move(minutes=1))
    connection.set_schema_to_public()
    assert Job.objects.get(pk=job.pk).state == JobState.QUARANTINED
    assert rows_of_everything(tenant.schema_name) != before
