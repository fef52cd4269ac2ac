"""Quantities of documents as arrays, and moments as steps."""

from datetime import datetime
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.flex.quantities import SensorReference

Array = NDArray[np.float64]
Quantity = float | tuple[float, ...] | SensorReference | None


def series(quantity: Quantity, n_steps: int, *, missing: float = np.nan) -> Array:
    """Return ``quantity`` per step, shape (n_steps,); ``missing`` where it is None."""
    if isinstance(quantity, SensorReference):
        raise TypeError(f"sensor {quantity.sensor} has no values here")
    if isinstance(quantity, tuple) and len(quantity) == n_steps:
        return np.array(quantity, dtype=np.float64)
    found = np.empty(n_steps)
    found.fill(missing if quantity is None else quantity)
    return found


def tick_after(grid: TimeGrid, time: datetime) -> int:
    """Return the number of the first bound of steps at or after ``time``; 0 is the start."""
    return ceil((time - grid.start) / grid.step)


def tick_before(grid: TimeGrid, time: datetime) -> int:
    """Return the number of the last bound of steps at or before ``time``."""
    return floor((time - grid.start) / grid.step)


def touched(grid: TimeGrid, start: datetime, end: datetime) -> slice:
    """Return the steps of which any part lies in [start, end)."""
    first = min(max(tick_before(grid, start), 0), grid.n_steps)
    last = min(max(tick_after(grid, end), 0), grid.n_steps)
    return slice(first, last)
