"""Beliefs by month: the same beliefs, reads and writes, in one tenant that chose it."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command

from assets import periodic
from assets.models import AssetType, Belief, Quantity, Sensor, Source, SourceKind, SupersededBelief
from assets.queries import read_latest, read_series
from assets.services import (
    SeriesOfBeliefs,
    are_partitioned,
    forget_beliefs,
    forget_months,
    partition_beliefs,
    record_many,
    thin_forecasts,
    unite_beliefs,
)
from assets.timegrid import TimeGrid
from tenants.database import connection
from tenants.models import Plan, Tenant
from tenants.permissions import PLATFORM, Role
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site, an_actor, believe

DAY = timedelta(days=1)
Rows = set[tuple[object, ...]]


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The timetable's own begins with no connection; here it would lose the test's."""
    monkeypatch.setattr("tenants.jobs.rounds.close_old_connections", lambda: None)


def rows() -> Rows:
    """Return all that is believed, and in which table it stands."""
    fields = ("sensor_id", "event_start", "source_id", "cumulative_probability", "belief_time")
    return {
        (model.__name__, *row)
        for model in (Belief, SupersededBelief)
        for row in model.objects.values_list(*fields, "value")
    }


@pytest.fixture
def sensor(tenant: Tenant, now: datetime) -> Sensor:
    """Three months by the hour, revised; a reading of 1970 and one of 2100."""
    sensor = a_sensor(a_device(a_site(a_customer()), "Hall", AssetType.LOAD), Quantity.POWER)
    for revision in range(2):
        believe(sensor, now - 70 * DAY, [float(revision)] * (24 * 80), at=now + revision * HOUR)
    for year in (1970, 2100):
        believe(sensor, datetime(year, 1, 1, tzinfo=UTC), [5.0], at=now)
    return sensor


def months() -> list[str]:
    """Return the partitions of what is believed now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits "
            "WHERE inhparent = to_regclass('assets_belief') ORDER BY 1"
        )
        return [row[0].removeprefix("assets_belief_") for row in cursor.fetchall()]


def partition(now: datetime) -> int:
    return sum(month.beliefs for month in partition_beliefs(actor=PLATFORM, now=now))


def test_there_and_back_nothing_is_lost_and_another_tenant_is_as_before(
    tenant: Tenant, other_tenant: Tenant, sensor: Sensor, now: datetime
) -> None:
    before = rows()

    moved = partition(now)

    assert moved == 2 * 24 * 80  # all but the two that are far away
    assert rows() == before
    made = ["2026_01", "2026_02", "2026_03", "2026_04", "2026_05", "rest"]
    assert months() == made
    assert partition(now) == 0
    connection.set_tenant(other_tenant)
    assert not are_partitioned()
    connection.set_tenant(tenant)
    assert sum(month.beliefs for month in unite_beliefs(actor=PLATFORM)) == moved
    assert (rows(), months(), are_partitioned()) == (before, [], False)
    assert list(unite_beliefs(actor=PLATFORM)) == []
    assert partition(now) == moved  # and once more


def test_what_was_broken_off_goes_on(sensor: Sensor, now: datetime) -> None:
    before = rows()
    first = next(partition_beliefs(actor=PLATFORM, now=now))

    believe(sensor, now - 70 * DAY, [7.0], at=now + 9 * HOUR)  # into a month that was moved
    # The one that was believed of it before is superseded now.
    assert partition(now) + first.beliefs == 2 * 24 * 80 + 1
    assert len(rows() - before) == 2


@pytest.mark.parametrize("seed", range(3))
def test_writes_and_reads_come_to_the_same(sensor: Sensor, now: datetime, seed: int) -> None:
    """Random beliefs of two sensors, one after the other into both layouts."""

    def history() -> list[Any]:
        random = np.random.default_rng(seed)
        told: list[Any] = []
        for _ in range(25):
            start = now - int(random.integers(60 * 24)) * HOUR
            values = random.integers(3, size=int(random.integers(1, 900))).astype(float)
            at = None if random.random() < 0.3 else now + int(random.integers(-9, 9)) * HOUR
            kind = SourceKind.METER if random.random() < 0.5 else SourceKind.FORECASTER
            series = SeriesOfBeliefs(
                sensor=sensor,
                source=Source.objects.of(kind, str(random.integers(2))),
                grid=TimeGrid(start, HOUR, values.size),
                values=values,
                belief_time=at,
            )
            told.append(record_many(actor=PLATFORM, series=[series], corrected_at=now))
        grid = TimeGrid(now - 60 * DAY, HOUR, 60 * 24)
        told += [
            read_series(sensor, grid, known_at=known_at).tolist()
            for known_at in (now - 5 * HOUR, now, now + 20 * HOUR)
        ]
        latest = read_latest([sensor.pk], now=now)
        told += [latest.starts.tolist(), latest.values.tolist()]
        with connection.cursor() as cursor:  # as it is done soon after, where rows are committed
            cursor.execute("ANALYZE assets_belief, assets_supersededbelief")
        told.append(thin_forecasts(actor=PLATFORM, sensor=sensor, before=now))
        told.append(sum(forget_beliefs(actor=PLATFORM, sensor=sensor, before=now - 33 * DAY)))
        return told

    start = rows()
    plain, kept = history(), rows()
    for model in (Belief, SupersededBelief):
        model.objects.all().delete()
    believe(sensor, now - 70 * DAY, [0.0] * (24 * 80), at=now)
    believe(sensor, now - 70 * DAY, [1.0] * (24 * 80), at=now + HOUR)
    for year in (1970, 2100):
        believe(sensor, datetime(year, 1, 1, tzinfo=UTC), [5.0], at=now)
    assert rows() == start
    partition(now)

    assert str(history()) == str(plain)  # as text: NaN differs from itself
    assert rows() == kept


def test_whole_months_are_forgotten_and_what_is_left_of_one(
    tenant: Tenant, sensor: Sensor, now: datetime
) -> None:
    partition(now)
    before = now - 40 * DAY  # within February

    dropped = [month.start.month for month in forget_months(actor=PLATFORM, before=before)]
    said = io.StringIO()
    call_command("forget_beliefs", tenant.schema_name, days=40_0, stdout=said)  # only 1970 is left

    assert dropped == [1, 1]  # what is believed, and what was
    assert "1 beliefs of events before" in said.getvalue()
    assert months() == ["2026_02", "2026_03", "2026_04", "2026_05", "rest"]


def test_each_night_makes_the_months_to_come_and_forgets(
    tenant: Tenant,
    other_tenant: Tenant,
    sensor: Sensor,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tenant.plan = Plan.objects.create(name="short", retention_days=40)
    tenant.save()
    partition(now)
    later = now + 30 * DAY
    monkeypatch.setattr("assets.periodic.timezone.now", lambda: later)

    periodic.forget_old_beliefs()

    connection.set_tenant(tenant)
    assert months() == ["2026_03", "2026_04", "2026_05", "2026_06", "rest"]
    first = Belief.objects.order_by("event_start").values_list("event_start", flat=True)[0]
    assert first == later - 40 * DAY
    connection.set_tenant(other_tenant)
    assert not are_partitioned()


def test_the_command_tells_each_month_and_takes_it_back(
    tenant: Tenant, sensor: Sensor, run_command: Callable[..., str]
) -> None:
    before = rows()

    there = run_command("partition_beliefs", tenant)
    back = run_command("partition_beliefs", tenant, back=True)

    assert "assets_belief 2026-02: 672 beliefs" in there
    assert "3840 beliefs were moved; they are kept by month" in there
    assert "3840 beliefs were moved; they are kept in plain tables" in back
    assert rows() == before


@pytest.fixture
def run_command() -> Callable[..., str]:
    def run(name: str, tenant: Tenant, **options: Any) -> str:
        said = io.StringIO()
        call_command(name, tenant.schema_name, stdout=said, **options)
        connection.set_tenant(tenant)
        return said.getvalue()

    return run


def test_only_who_manages_the_whole_tenant_may(sensor: Sensor, now: datetime) -> None:
    manager = an_actor(None, Role.PLANNER)
    for refused in (
        partition_beliefs(actor=manager, now=now),
        unite_beliefs(actor=manager),
        forget_months(actor=manager, before=now),
    ):
        with pytest.raises(PermissionDenied):
            next(refused)
    assert not are_partitioned()
