"""The demo's time: a fixed moment, so that each run gives the same plan.

Thursday 9 April 2026, 15:00 in Amsterdam. Day-ahead prices for Friday came at 13:00, so the
whole of Friday can be planned. The 60 days before hold the change of clocks of 29 March, and
the first negative prices of a sunny spring.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

from assets.timegrid import TimeGrid

TIME_ZONE: Final = "Europe/Amsterdam"
DEMO_NOW: Final = datetime(2026, 4, 9, 13, tzinfo=UTC)
STEP: Final = timedelta(minutes=15)
HISTORY_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class DemoWindow:
    """What is known, forecast and planned at ``now``.

    Attributes:
        measured: from local midnight 60 days ago to ``now``.
        forecast: from ``now`` to the end of the planned day.
        planned: the next local day; 23 or 25 hours when clocks change.
    """

    now: datetime
    measured: TimeGrid
    forecast: TimeGrid
    planned: TimeGrid

    @classmethod
    def at(cls, now: datetime) -> Self:
        """Return the window of a demo at ``now``, a multiple of a quarter of an hour.

        Raises:
            ValueError: ``now`` is naive or no such multiple.
        """
        today = now.astimezone(ZoneInfo(TIME_ZONE)).date()
        first, start, end = (
            datetime.combine(today + timedelta(days=days), time(), ZoneInfo(TIME_ZONE))
            for days in (-HISTORY_DAYS, 1, 2)
        )
        return cls(
            now=now,
            measured=TimeGrid.between(first, now, STEP),
            forecast=TimeGrid.between(now, end, STEP),
            planned=TimeGrid.between(start, end, STEP),
        )

    @property
    def everything(self) -> TimeGrid:
        """From the first measured step to the end of the planned day."""
        return TimeGrid.between(self.measured.start, self.planned.end, STEP)
