"""Longer steps: sums are exact, gaps stay gaps, days follow the clock on the wall."""

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.resample import (
    Buckets,
    Calendar,
    Fill,
    Resolution,
    aggregate,
    as_duration,
    buckets_over,
    filled,
    parse_resolution,
)
from assets.timegrid import TimeGrid

QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
START = datetime(2026, 3, 1, tzinfo=UTC)


def counts(
    events: TimeGrid,
    resolution: Resolution | None,
    zone: ZoneInfo = AMSTERDAM,
    max_points: int | None = None,
) -> list[int]:
    buckets = buckets_over(events, resolution, zone=zone, max_points=max_points)
    return [int(count) for count in buckets.counts]


@pytest.mark.parametrize(
    ("text", "step"),
    [("PT15M", QUARTER), ("PT1H", HOUR), ("PT1H30M", 90 * QUARTER / 15), ("P1D", Calendar.DAY)],
)
def test_resolutions_are_iso_8601(text: str, step: Resolution) -> None:
    assert parse_resolution(text) == step


@pytest.mark.parametrize("text", ["", "15", "PT", "PT0M", "P2D", "PT1D", "PT-15M", "PT1e3M"])
def test_what_is_no_resolution_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no resolution"):
        parse_resolution(text)


@given(st.integers(1, 10**6))
def test_a_duration_is_read_as_it_is_written(seconds: int) -> None:
    assert parse_resolution(as_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400),
    cuts=st.sets(st.integers(1, 399)),
)
def test_energy_is_the_same_in_any_steps(values: list[float], cuts: set[int]) -> None:
    firsts = np.array([0, *sorted(cut for cut in cuts if cut < len(values))])
    buckets = Buckets(firsts, len(values), HOUR)

    told = aggregate(np.array(values), buckets, "sum")

    largest = max(1.0, *map(abs, values))
    assert math.fsum(told) == pytest.approx(math.fsum(values), abs=1e-9 * largest)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("mean", [2.0, np.nan, 5.0]),
        ("sum", [4.0, np.nan, 5.0]),
        ("min", [1.0, np.nan, 5.0]),
        ("max", [3.0, np.nan, 5.0]),
        ("first", [1.0, 7.0, 5.0]),
        ("last", [3.0, np.nan, 5.0]),
    ],
)
def test_a_longer_step_is_known_if_all_that_it_tells_is(how: str, expected: list[float]) -> None:
    values = np.array([1.0, 3.0, 7.0, np.nan, 5.0])

    told = aggregate(values, Buckets(np.array([0, 2, 4]), 5, HOUR), how)

    assert told == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("zone", "first_day", "events_a_day"),
    [
        ("Europe/Amsterdam", datetime(2026, 3, 28, 23, tzinfo=UTC), [92, 96]),
        ("Europe/Amsterdam", datetime(2026, 10, 24, 22, tzinfo=UTC), [100, 96]),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 13, tzinfo=UTC), [98, 96]),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 13, 30, tzinfo=UTC), [94, 96]),
        ("Asia/Kathmandu", datetime(2026, 4, 4, 18, 15, tzinfo=UTC), [96, 96]),
    ],
)
def test_days_have_23_24_or_25_hours(
    zone: str, first_day: datetime, events_a_day: list[int]
) -> None:
    events = TimeGrid(first_day, QUARTER, sum(events_a_day))

    assert counts(events, Calendar.DAY, ZoneInfo(zone)) == events_a_day


def test_weeks_months_and_years_are_cut_by_the_span() -> None:
    year = TimeGrid(datetime(2025, 12, 31, tzinfo=UTC), DAY, 367)

    assert counts(year, Calendar.WEEK, ZoneInfo("UTC"))[:2] == [5, 7]
    assert counts(year, Calendar.MONTH, ZoneInfo("UTC"))[:3] == [1, 31, 28]
    assert counts(year, Calendar.YEAR, ZoneInfo("UTC")) == [1, 365, 1]


def test_a_day_that_begins_within_an_event_is_refused() -> None:
    with pytest.raises(ValueError, match="begins within an event"):
        counts(TimeGrid(START, HOUR, 48), Calendar.DAY, ZoneInfo("Asia/Kathmandu"))


@pytest.mark.parametrize(
    ("n_events", "most", "step"),
    [
        (35_040, 1000, timedelta(hours=12)),
        (35_040, 40_000, QUARTER),
        (2_976, 1000, HOUR),
        (35_040, 10, timedelta(days=42)),
        (100, 1, timedelta(days=2)),
    ],
)
def test_a_chart_gets_round_steps_that_fit(n_events: int, most: int, step: timedelta) -> None:
    buckets = buckets_over(
        TimeGrid(START, QUARTER, n_events), None, zone=AMSTERDAM, max_points=most
    )

    assert buckets.step == step
    assert buckets.firsts.size == -(-n_events * QUARTER // step) <= most


def test_a_chart_of_days_gets_weeks_when_they_are_too_many() -> None:
    year = TimeGrid(START, HOUR, 365 * 24)

    buckets = buckets_over(year, Calendar.DAY, zone=AMSTERDAM, max_points=60)

    assert buckets.step is Calendar.WEEK
    assert buckets.firsts.size == 54  # the first and the last are cut short


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (Fill.NONE, [np.nan, 1.0, np.nan, 3.0, np.nan]),
        (Fill.ZERO, [0.0, 1.0, 0.0, 3.0, 0.0]),
        (Fill.PREVIOUS, [np.nan, 1.0, 1.0, 3.0, 3.0]),
        (Fill.LINEAR, [np.nan, 1.0, 2.0, 3.0, np.nan]),
    ],
)
def test_gaps_are_filled_as_asked(how: Fill, expected: list[float]) -> None:
    gaps = np.array([np.nan, 1.0, np.nan, 3.0, np.nan])

    assert filled(gaps, how) == pytest.approx(expected, nan_ok=True)
    assert np.isnan(filled(np.full(3, np.nan), how)).all() == (how is not Fill.ZERO)
