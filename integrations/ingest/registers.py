"""Cumulative registers as energy per interval. Pure."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: How far from a whole step a reading may be taken, as a share of the step.
_TOLERANCE: Final = 0.05


def per_interval(
    seconds: Array, readings: Array, *, step_seconds: float, rolls_over_at: float | None
) -> tuple[Indices, Array, int]:
    """Return what was counted between readings that are one step apart.

    Args:
        seconds: shape (n,), moments of the readings since any whole step, in any order.
        readings: shape (n,), of the register; NaN where it was not read.
        rolls_over_at: the register counts from 0 again when it comes here; None for never.

    Returns:
        the steps, as whole numbers of steps; what was counted in each, NaN where a register
        fell back and did not roll over, as when a meter is changed; and how often that was.
        Readings between whole steps are left out, and what lies between readings that are
        further apart is not shared out.
    """
    steps = np.round(seconds / step_seconds).astype(np.int64)
    off = np.abs(seconds - steps * step_seconds)
    read = (off <= _TOLERANCE * step_seconds) & ~np.isnan(readings)
    steps, off, readings = steps[read], off[read], readings[read]
    order = np.lexsort((off, steps))  # of several near one step the nearest
    steps, first = np.unique(steps[order], return_index=True)
    readings = readings[order][first]
    counted = np.diff(readings)
    fell = counted < 0
    if rolls_over_at is not None:
        rolled = counted + rolls_over_at
        # A fall by more than half the range is a turn, a smaller one is no counting at all.
        turned = fell & (rolled >= 0) & (rolled < rolls_over_at / 2)
        counted, fell = np.where(turned, rolled, counted), fell & ~turned
    adjoining = np.diff(steps) == 1
    counted = np.where(fell, np.nan, counted)
    return steps[:-1][adjoining], counted[adjoining], int(fell.sum())
