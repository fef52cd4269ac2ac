"""Energy is the same however it is told: through every length of step and both changes of clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.resample import Calendar, aggregate, buckets_over
from assets.timegrid import TimeGrid

MINUTE = timedelta(minutes=1)
ZONES = ("Europe/Amsterdam", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
#: Spans of three weeks around the changes of clock of Amsterdam and of Lord Howe.
CHANGES = (
    datetime(2026, 3, 20, tzinfo=UTC),
    datetime(2026, 10, 16, tzinfo=UTC),
    datetime(2026, 9, 25, tzinfo=UTC),
    datetime(2026, 3, 27, tzinfo=UTC),
)


@settings(deadline=None)
@given(
    start=st.sampled_from(CHANGES),
    minutes=st.sampled_from([5, 15]),
    zone=st.sampled_from(ZONES),
    calendar=st.sampled_from([Calendar.DAY, Calendar.WEEK, Calendar.MONTH]),
    seed=st.integers(0, 2**32 - 1),
)
def test_days_weeks_and_months_of_any_zone_hold_the_energy_of_their_events(
    start: datetime, minutes: int, zone: str, calendar: Calendar, seed: int
) -> None:
    events = TimeGrid(start, minutes * MINUTE, 21 * 1440 // minutes)
    power = np.random.default_rng(seed).normal(0, 50, events.n_steps)
    buckets = buckets_over(events, calendar, zone=ZoneInfo(zone), max_points=None)

    energy = aggregate(power * events.step_hours, buckets, "sum")
    means = aggregate(power, buckets, "mean")

    assert energy.sum() == pytest.approx(power.sum() * events.step_hours, abs=1e-9)
    hours = buckets.counts * events.step_hours
    assert means * hours == pytest.approx(energy, abs=1e-9)
    for first in buckets.firsts[1:].tolist():
        local = (events.start + first * events.step).astimezone(ZoneInfo(zone))
        assert (local.hour, local.minute) == (0, 0)


@settings(deadline=None)
@given(
    minutes=st.sampled_from([5, 15, 30, 60]),
    longer=st.sampled_from([15, 30, 60, 240, 1440]),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_longer_step_holds_the_energy_of_its_events(
    minutes: int, longer: int, seed: int
) -> None:
    if longer < minutes:
        return
    events = TimeGrid(CHANGES[0], minutes * MINUTE, 14 * 1440 // minutes)
    power = np.random.default_rng(seed).normal(0, 50, events.n_steps)
    buckets = buckets_over(events, longer * MINUTE, zone=ZoneInfo("UTC"), max_points=None)

    energy = aggregate(power * events.step_hours, buckets, "sum")

    assert energy.sum() == pytest.approx(power.sum() * events.step_hours, abs=1e-9)
    assert energy == pytest.approx(aggregate(power, buckets, "mean") * longer / 60, abs=1e-9)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Amsterdam", datetime(2026, 3, 28, 23, tzinfo=UTC), 23.0),
        ("Europe/Amsterdam", datetime(2026, 10, 24, 22, tzinfo=UTC), 25.0),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 13, tzinfo=UTC), 24.5),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 13, 30, tzinfo=UTC), 23.5),
        ("Asia/Kathmandu", datetime(2026, 3, 28, 18, 15, tzinfo=UTC), 24.0),
    ],
)
def test_the_days_on_which_clocks_change_are_as_long_as_they_are(
    zone: str, day: datetime, hours: float
) -> None:
    events = TimeGrid(day, 15 * MINUTE, 3 * 96)

    buckets = buckets_over(events, Calendar.DAY, zone=ZoneInfo(zone), max_points=None)

    assert buckets.counts[0] * 0.25 == hours


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Australia/Lord_Howe"])
def test_a_day_that_begins_within_an_hour_is_refused_of_hourly_events(zone: str) -> None:
    events = TimeGrid(datetime(2026, 6, 1, tzinfo=UTC), 60 * MINUTE, 48)

    with pytest.raises(ValueError, match="begins within an event"):
        buckets_over(events, Calendar.DAY, zone=ZoneInfo(zone), max_points=None)
