"""Steps that belong together, and how times are written for people."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return each unbroken stretch of True as (first, beyond last)."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def bounds(grid: TimeGrid, first: int, last: int) -> tuple[datetime, datetime]:
    """Return the time from the start of step ``first`` to the start of step ``last``, in UTC."""
    return grid.start + first * grid.step, grid.start + last * grid.step


def words(start: datetime, end: datetime) -> str:
    """Return an interval of UTC times as people write it: "2026-01-12 18:00 to 18:45 Z"."""
    form = "%H:%M" if start.date() == end.date() else "%Y-%m-%d %H:%M"
    return f"{start:%Y-%m-%d %H:%M} to {end.strftime(form)} Z"
