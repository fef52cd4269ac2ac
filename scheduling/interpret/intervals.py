"""Steps that belong together, and how times are written for people."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return each unbroken stretch of True as (first, beyond last)."""
    padded = np.zeros(flags.size + 2, dtype=bool)
    padded[1:-1] = flags
    edges = np.flatnonzero(padded[1:] != padded[:-1]).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def bounds(grid: TimeGrid, first: int, last: int) -> tuple[datetime, datetime]:
    """Return the time from the start of step ``first`` to the start of step ``last``, in UTC."""
    return grid.start + first * grid.step, grid.start + last * grid.step


def words(start: datetime, end: datetime) -> str:
    """Return an interval of UTC times as people write it: "2026-01-12 18:00 to 18:45 Z"."""
    form = "%H:%M" if start.date() == end.date() else "%Y-%m-%d %H:%M"
    return f"{start:%Y-%m-%d %H:%M} to {end.strftime(form)} Z"
