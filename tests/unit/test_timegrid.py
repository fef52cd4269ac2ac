"""The axis of all arrays."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from assets.timegrid import TimeGrid

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("day", "next_day", "quarters"),
    [((2026, 3, 28), (2026, 3, 29), 96), ((2026, 3, 29), (2026, 3, 30), 92),
     ((2026, 10, 25), (2026, 10, 26), 100)],
)  # fmt: skip
def test_a_local_day_has_as_many_quarters_as_its_clock_says(
    day: tuple[int, int, int], next_day: tuple[int, int, int], quarters: int
) -> None:
    start, end = datetime(*day, tzinfo=AMSTERDAM), datetime(*next_day, tzinfo=AMSTERDAM)

    grid = TimeGrid.between(start.astimezone(UTC), end.astimezone(UTC), QUARTER)

    assert grid.n_steps == quarters


def test_bounds_in_one_local_zone_are_compared_in_utc() -> None:
    start, end = datetime(2026, 3, 29, tzinfo=AMSTERDAM), datetime(2026, 3, 30, tzinfo=AMSTERDAM)

    assert TimeGrid.between(start, end, QUARTER).n_steps == 92


@pytest.mark.parametrize(
    ("start", "step", "n_steps", "words"),
    [
        (datetime(2026, 1, 1), QUARTER, 4, "no time zone"),  # noqa: DTZ001
        (datetime(2026, 1, 1, tzinfo=UTC), timedelta(0), 4, "whole seconds"),
        (datetime(2026, 1, 1, tzinfo=UTC), timedelta(microseconds=1), 4, "whole seconds"),
        (datetime(2026, 1, 1, tzinfo=UTC), QUARTER, 0, "at least one step"),
    ],
)
def test_says_what_is_wrong(start: datetime, step: timedelta, n_steps: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TimeGrid(start, step, n_steps)


def test_refuses_a_span_that_is_not_whole_steps() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)

    with pytest.raises(ValueError, match="whole number of steps"):
        TimeGrid.between(start, start + timedelta(minutes=20), QUARTER)
    with pytest.raises(ValueError, match="at least one step"):
        TimeGrid.between(start, start - timedelta(hours=1), QUARTER)


def test_starts_are_in_utc() -> None:
    grid = TimeGrid(datetime(2026, 1, 1, 1, tzinfo=AMSTERDAM), timedelta(hours=1), 2)

    assert grid.starts().tolist() == [
        np.datetime64("2026-01-01T00:00:00").item(),
        np.datetime64("2026-01-01T01:00:00").item(),
    ]
    assert grid.end == datetime(2026, 1, 1, 2, tzinfo=UTC)
    assert grid.step_hours == 1.0
