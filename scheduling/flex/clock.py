"""Local time in documents: clocks, days of the week, time zones, and hours of each week."""

from typing import Annotated, Final
from zoneinfo import available_timezones

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, Strict
from pydantic.functional_validators import AfterValidator
from pydantic_core import PydanticCustomError

from assets.calendars import wall_clock
from assets.timegrid import TimeGrid
from scheduling.flex.quantities import Document

Weekday = Annotated[int, Strict(), Field(ge=0, le=6)]
Clock = Annotated[str, Strict(), Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]

_MINUTES_OF_DAY: Final = 1_440


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise PydanticCustomError("time_zone", "no such time zone: Europe/Amsterdam is one")
    return name


TimeZone = Annotated[str, Strict(), AfterValidator(_known_zone)]


class WeeklyHours(Document):
    """Hours of each week, by the clock on the wall.

    Attributes:
        weekdays: on which they begin, counted from Monday, which is 0.
        begins: when, as 07:00.
        ends: when; where that is not later, it is on the next day.
    """

    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)] = (0, 1, 2, 3, 4)
    begins: Clock
    ends: Clock

    def holds(self, grid: TimeGrid, time_zone: str) -> NDArray[np.bool_]:
        """Return which steps of ``grid`` begin in these hours, shape (n_steps,)."""
        wall = wall_clock(grid.starts(), time_zone)
        days = wall.astype("datetime64[D]")
        minutes = (wall - days).astype("timedelta64[m]").astype(np.int64)
        # The first of January 1970 was a Thursday.
        weekday = (days.astype(np.int64) + 3) % 7
        first, last = _minutes(self.begins), _minutes(self.ends)
        if last > first:
            day = np.isin(weekday, self.weekdays) & (minutes >= first) & (minutes < last)
            return np.asarray(day)
        begun = np.isin(weekday, self.weekdays) & (minutes >= first)
        night = np.isin((weekday - 1) % 7, self.weekdays) & (minutes < last)
        return np.asarray(begun | night)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return (int(hours) * 60 + int(minutes)) % _MINUTES_OF_DAY
