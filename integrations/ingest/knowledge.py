"""Since when the values of a file were known. Pure."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from assets.timegrid import TimeGrid


def told_day_ahead(grid: TimeGrid, told: time, zone: ZoneInfo) -> Iterator[tuple[slice, datetime]]:
    """Yield each local day's steps of ``grid`` with the time at which they became known.

    A market tells the prices of a day at ``told``, local time, of the day before. Days have 23
    or 25 hours when clocks change; the first and the last may be parts of a day.
    """
    first = 0
    while first < grid.n_steps:
        day = (grid.start + first * grid.step).astimezone(zone).date()
        midnight = datetime.combine(day + timedelta(days=1), time(), zone)
        until = min(-(-(midnight - grid.start) // grid.step), grid.n_steps)
        yield slice(first, until), datetime.combine(day - timedelta(days=1), told, zone)
        first = until
