"""Beliefs: written once, read as they were known."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from assets.models import (
    Asset,
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
from assets.services import record_readings, record_series, remove_asset
from assets.services.recording import Readings
from assets.timegrid import TimeGrid
from tenants.permissions import PLATFORM, Role
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site, an_actor, believe

pytestmark = pytest.mark.usefixtures("tenant")


@pytest.fixture
def load(now: datetime) -> Sensor:
    site = a_site(a_customer())
    return a_sensor(a_device(site, "Hall", AssetType.LOAD), Quantity.POWER)


def grid(now: datetime, n_steps: int) -> TimeGrid:
    return TimeGrid(now, HOUR, n_steps)


def test_what_was_recorded_is_read(load: Sensor, now: datetime) -> None:
    believe(load, now, [1.0, np.nan, 3.0], at=now)

    read = read_series(load, grid(now, 4), known_at=now)

    assert read == pytest.approx([1.0, np.nan, 3.0, np.nan], nan_ok=True)


@pytest.mark.parametrize("seed", range(5))
def test_what_was_known_then_is_what_a_naive_replay_finds(
    load: Sensor, now: datetime, seed: int
) -> None:
    random = np.random.default_rng(seed)
    sensors = [load, a_sensor(load.asset, Quantity.PRICE)]
    sources = [Source.objects.of(SourceKind.METER, name) for name in ("a", "b")]
    told: list[tuple[int, int, int, int, float]] = []  # sensor, event, age, source, value
    for _ in range(40):
        n, event, age = int(random.integers(2)), int(random.integers(6)), int(random.integers(5))
        source, value = sources[random.integers(2)], float(random.integers(100))
        record_series(
            actor=PLATFORM, sensor=sensors[n], source=source, grid=TimeGrid(now + event * HOUR,
            HOUR, 1), values=np.array([value]), belief_time=now + age * HOUR,
        )  # fmt: skip
        told = [each for each in told if each[:4] != (n, event, age, source.pk)]
        told.append((n, event, age, source.pk, value))

    for age in range(-1, 6):
        found = read_beliefs(
            {sensor.pk: grid(now, 6) for sensor in sensors},
            known_at=now + age * HOUR,
            sources={source.pk: source for source in sources},
            probabilities=[0.5],
        )
        for place, sensor in enumerate(sensors):
            expected = np.full(6, np.nan)
            for each in sorted(told, key=lambda row: (row[2], row[3])):
                if each[0] == place and each[2] <= age:
                    expected[each[1]] = each[4]
            assert found[sensor.pk, 0.5].values == pytest.approx(expected, nan_ok=True)


def test_the_same_belief_twice_is_no_news(load: Sensor, now: datetime) -> None:
    source = Source.objects.of(SourceKind.METER, "meter")

    def record() -> int:
        return record_series(
            actor=PLATFORM, sensor=load, source=source, grid=grid(now, 3),
            values=np.array([1.0, 2.0, 3.0]), belief_time=now,
        )  # fmt: skip

    assert record() == 3
    assert record() == 0
    assert Belief.objects.filter(sensor=load).count() == 3


def test_the_past_is_read_as_it_looked_then(load: Sensor, now: datetime) -> None:
    believe(load, now, [1.0, 1.0], at=now)
    believe(load, now, [2.0], at=now + HOUR)

    assert read_series(load, grid(now, 2), known_at=now) == pytest.approx([1.0, 1.0])
    assert read_series(load, grid(now, 2), known_at=now + HOUR) == pytest.approx([2.0, 1.0])
    nothing_yet = read_series(load, grid(now, 2), known_at=now - HOUR)
    assert np.isnan(nothing_yet).all()


def test_an_older_revision_that_comes_late_does_not_overwrite_a_newer(
    load: Sensor, now: datetime
) -> None:
    believe(load, now, [2.0], at=now + HOUR)
    believe(load, now, [1.0], at=now)

    assert read_series(load, grid(now, 1), known_at=now + 2 * HOUR) == pytest.approx([2.0])
    assert read_series(load, grid(now, 1), known_at=now) == pytest.approx([1.0])


def test_the_newest_of_each_source_is_apart_from_what_it_said_before(
    load: Sensor, now: datetime
) -> None:
    rng = np.random.default_rng(seed=1)
    for hours in rng.permutation(20):
        at = now + int(hours) * HOUR
        believe(load, now, [float(hours), -float(hours)], at=at, name=f"meter {hours % 3}")

    for event_start in (now, now + HOUR):
        for source in Source.objects.all():
            held = Belief.objects.get(sensor=load, event_start=event_start, source=source)
            before = SupersededBelief.objects.filter(event_start=event_start, source=source)
            assert all(each.belief_time < held.belief_time for each in before)
    assert (Belief.objects.count(), SupersededBelief.objects.count()) == (6, 34)


def test_a_schedule_is_not_taken_for_a_measurement(load: Sensor, now: datetime) -> None:
    believe(load, now, [9.0], at=now, kind=SourceKind.SCHEDULER, name="highs")

    assert np.isnan(read_series(load, grid(now, 1), known_at=now)).all()
    kinds = [SourceKind.SCHEDULER]
    assert read_series(load, grid(now, 1), known_at=now, kinds=kinds) == pytest.approx([9.0])


def test_a_stranger_may_not_record(load: Sensor, now: datetime) -> None:
    stranger = an_actor(a_customer("Neighbour"), Role.MANAGER)

    with pytest.raises(PermissionDenied, match="no such asset"):
        record_series(
            actor=stranger, sensor=load, source=Source.objects.of(SourceKind.METER, "m"),
            grid=grid(now, 1), values=np.ones(1), belief_time=now,
        )  # fmt: skip
    assert not Belief.objects.exists()


@pytest.mark.parametrize(
    ("start_shift", "step", "values", "words"),
    [
        (timedelta(0), timedelta(minutes=15), [1.0], "events of"),
        (timedelta(minutes=7), HOUR, [1.0], "start on multiples"),
        (timedelta(0), HOUR, [1.0, 2.0], "1 steps but 2 values"),
        (timedelta(0), HOUR, [np.inf], "infinite"),
    ],
)
def test_a_series_that_does_not_fit_is_refused(
    load: Sensor,
    now: datetime,
    start_shift: timedelta,
    step: timedelta,
    values: list[float],
    words: str,
) -> None:
    with pytest.raises(ValidationError, match=words):
        record_series(
            actor=PLATFORM, sensor=load, source=Source.objects.of(SourceKind.METER, "m"),
            grid=TimeGrid(now + start_shift, step, 1), values=np.array(values), belief_time=now,
        )  # fmt: skip
    assert not Belief.objects.exists()


def test_readings_from_the_future_are_refused_and_name_the_clock(
    load: Sensor, now: datetime
) -> None:
    tomorrow = Readings(
        sensor=load, grid=grid(now + 24 * HOUR, 1), values=np.ones(1), belief_time=None
    )

    with pytest.raises(ValidationError, match="clock"):
        record_readings(actor=PLATFORM, source_name="meter", readings=[tomorrow], now=now)
    assert not Source.objects.exists()


def test_one_wrong_series_leaves_none_stored(load: Sensor, now: datetime) -> None:
    good = Readings(sensor=load, grid=grid(now - 2 * HOUR, 1), values=np.ones(1), belief_time=None)
    wrong = Readings(sensor=load, grid=grid(now - HOUR, 1), values=np.ones(2), belief_time=None)

    with pytest.raises(ValidationError) as error:
        record_readings(actor=PLATFORM, source_name="meter", readings=[good, wrong], now=now)
    assert list(error.value.message_dict) == ["series.1.values"]
    assert not Belief.objects.exists()


def test_a_measurement_is_known_at_the_end_of_its_event(load: Sensor, now: datetime) -> None:
    reading = Readings(sensor=load, grid=grid(now - HOUR, 1), values=np.ones(1), belief_time=None)
    record_readings(actor=PLATFORM, source_name="meter", readings=[reading], now=now)

    before = read_series(load, grid(now - HOUR, 1), known_at=now - timedelta(seconds=1))
    assert np.isnan(before).all()
    assert read_series(load, grid(now - HOUR, 1), known_at=now) == pytest.approx([1.0])


def test_with_an_asset_goes_all_that_was_believed_of_it(load: Sensor, now: datetime) -> None:
    believe(load, now, [1.0], at=now)
    believe(load, now, [2.0], at=now + HOUR)

    remove_asset(actor=PLATFORM, asset=load.asset)

    assert not Belief.objects.exists()
    assert not SupersededBelief.objects.exists()
    assert not Asset.objects.filter(name="Hall").exists()
