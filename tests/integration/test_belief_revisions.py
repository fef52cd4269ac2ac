"""What is told again, told otherwise, told in any order, and by many at once."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django_tenants.utils import tenant_context
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import (
    AssetType,
    Belief,
    Quantity,
    Sensor,
    Source,
    SourceKind,
    SupersededBelief,
)
from assets.queries import read_series
from assets.queries.beliefs import read_beliefs
from assets.services import Readings, SeriesOfBeliefs, record_many, record_readings
from assets.timegrid import TimeGrid
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import PLATFORM
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site


@pytest.fixture
def load(tenant: Tenant) -> Sensor:
    return a_sensor(a_device(a_site(a_customer()), "Hall", AssetType.LOAD), Quantity.POWER)


def read(sensor: Sensor, value: float, start: datetime, now: datetime) -> int:
    """Record one reading from ``start`` that comes in ``now``, without a time of its own."""
    reading = Readings(
        sensor=sensor, grid=TimeGrid(start, HOUR, 1), values=np.array([value]), belief_time=None
    )
    return record_readings(actor=PLATFORM, source_name="meter", readings=[reading], now=now)


def known(sensor: Sensor, start: datetime, at: datetime) -> float:
    return float(read_series(sensor, TimeGrid(start, HOUR, 1), known_at=at)[0])


def test_a_correction_is_believed_from_when_it_came(load: Sensor, now: datetime) -> None:
    start = now - 5 * HOUR
    read(load, 1.0, start, now)

    assert read(load, 2.0, start, now + HOUR) == 1
    assert known(load, start, now) == 1.0
    assert known(load, start, now + HOUR) == 2.0


def test_what_was_corrected_and_comes_again_late_changes_nothing(
    load: Sensor, now: datetime
) -> None:
    start = now - 5 * HOUR
    for value in (1.0, 2.0, 3.0):
        read(load, value, start, now + value * HOUR)

    assert [read(load, value, start, now + 9 * HOUR) for value in (1.0, 3.0, 2.0)] == [0, 0, 0]
    assert known(load, start, now + 9 * HOUR) == 3.0


def test_two_values_of_an_event_at_once_are_refused_by_name(load: Sensor, now: datetime) -> None:
    grid = TimeGrid(now - 2 * HOUR, HOUR, 2)
    twice = [
        Readings(sensor=load, grid=grid, values=np.array(values), belief_time=None)
        for values in ([1.0, 2.0], [1.0, 3.0])
    ]

    with pytest.raises(ValidationError) as refused:
        record_readings(actor=PLATFORM, source_name="meter", readings=twice, now=now)

    assert list(refused.value.message_dict) == ["series.1.values"]
    assert not Belief.objects.exists()


def test_the_same_value_twice_in_a_batch_is_one(load: Sensor, now: datetime) -> None:
    grid = TimeGrid(now - 2 * HOUR, HOUR, 2)
    reading = Readings(sensor=load, grid=grid, values=np.ones(2), belief_time=None)

    told = record_readings(actor=PLATFORM, source_name="m", readings=[reading] * 2, now=now)

    assert (told, Belief.objects.count()) == (2, 2)


#: Sensor, event, source, probability, and the value.
TOLD = st.tuples(
    st.integers(0, 1),
    st.integers(0, 3),
    st.integers(0, 1),
    st.sampled_from([0.1, 0.5]),
    st.integers(0, 3),
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    batches=st.lists(st.lists(TOLD, min_size=1, max_size=8), min_size=1, max_size=5),
    again=st.lists(st.integers(0, 4), max_size=3),
    age=st.integers(-1, 6),
    horizon=st.sampled_from([None, 0, 2]),
)
def test_any_history_is_read_as_a_naive_replay_finds_it(
    load: Sensor,
    now: datetime,
    batches: list[list[tuple[int, int, int, float, int]]],
    again: list[int],
    age: int,
    horizon: int | None,
) -> None:
    Belief.objects.all().delete()
    SupersededBelief.objects.all().delete()
    other, _ = Sensor.objects.get_or_create(
        asset=load.asset, name="other", quantity=Quantity.POWER, resolution=HOUR
    )
    sensors = [load, other]
    sources = [Source.objects.of(SourceKind.METER, name) for name in ("a", "b")]
    said = [{each[:4]: float(each[4]) for each in batch} for batch in batches]
    for then in [*range(len(said)), *(each for each in again if each < len(said))]:
        record_many(actor=PLATFORM, series=[
            SeriesOfBeliefs(
                sensor=sensors[sensor], source=sources[source],
                grid=TimeGrid(now + event * HOUR, HOUR, 1), values=np.array([value]),
                belief_time=now + then * HOUR, cumulative_probability=share,
            )
            for (sensor, event, source, share), value in said[then].items()
        ])  # fmt: skip

    for place, source in enumerate(sources):
        found = read_beliefs(
            {sensor.pk: TimeGrid(now, HOUR, 4) for sensor in sensors},
            known_at=now + age * HOUR,
            sources={source.pk: source},
            probabilities=[0.1, 0.5],
            horizon=None if horizon is None else horizon * HOUR,
        )
        for (sensor, share), believed in found.items():
            expected = np.full(4, np.nan)
            for event in range(4):
                last = age if horizon is None else min(age, event - horizon)
                for then in range(min(last + 1, len(said))):
                    key = (int(sensor == other.pk), event, place, share)
                    expected[event] = said[then].get(key, expected[event])
            assert believed.values == pytest.approx(expected, nan_ok=True)


def test_a_batch_three_times_in_any_order_over_eight_threads_is_one_set(
    committed_tenant: Tenant, now: datetime
) -> None:
    with tenant_context(committed_tenant):
        hall = a_device(a_site(a_customer()), "Hall", AssetType.LOAD)
        sensors = [a_sensor(hall, Quantity.POWER, name=f"power {i}") for i in range(6)]
    start = now - 48 * HOUR
    batch = [
        Readings(
            sensor=sensor,
            grid=TimeGrid(start + 8 * part * HOUR, HOUR, 8),
            values=np.arange(8.0) + sensor.pk,
            belief_time=None,
        )
        for sensor in sensors
        for part in range(5)
    ]
    shuffled = random.Random(1)
    sendings = [shuffled.sample(batch, len(batch)) for _ in range(3)]
    parts = [each[i : i + 7] for each in sendings for i in range(0, len(each), 7)]

    def send(part: list[Readings]) -> int:
        try:
            with tenant_context(committed_tenant):
                return record_readings(actor=PLATFORM, source_name="meter", readings=part, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        changed = sum(threads.map(send, parts))

    with tenant_context(committed_tenant):
        assert changed == Belief.objects.count() == 6 * 5 * 8
        assert not SupersededBelief.objects.exists()
        stored = dict(Belief.objects.filter(sensor=sensors[0]).values_list("event_start", "value"))
    assert stored[start + 9 * HOUR] == 1.0 + sensors[0].pk


@pytest.mark.parametrize("year", [1970, 2100])
def test_any_century_is_kept_to_the_second(load: Sensor, now: datetime, year: int) -> None:
    start = now.replace(year=year)
    series = SeriesOfBeliefs(
        sensor=load,
        source=Source.objects.of(SourceKind.PERSON, "p"),
        grid=TimeGrid(start, HOUR, 2),
        values=np.array([1.0, 2.0]),
        belief_time=now,
    )

    record_many(actor=PLATFORM, series=[series])

    assert [each.event_start for each in Belief.objects.order_by("event_start")] == [
        start,
        start + HOUR,
    ]
