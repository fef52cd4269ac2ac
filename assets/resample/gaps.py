"""What stands for events of which nothing is known."""

from enum import Enum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]


class Fill(Enum):
    """How a gap is filled, from what is known in the same span: nothing is looked up beyond it."""

    NONE = "none"
    PREVIOUS = "previous"
    LINEAR = "linear"
    ZERO = "zero"


def filled(values: Array, how: Fill) -> Array:
    """Return ``values`` without the gaps that ``how`` can fill; NaN where it cannot.

    PREVIOUS leaves a gap at the start, LINEAR one at the start or the end: it runs straight from
    the value before a gap to the value behind it.
    """
    known = ~np.isnan(values)
    if how is Fill.NONE or known.all():
        return values
    if how is Fill.ZERO:
        return np.where(known, values, 0.0)
    if not known.any():
        return values
    places = np.flatnonzero(known)
    if how is Fill.LINEAR:
        everywhere = np.arange(values.size)
        return np.interp(everywhere, places, values[places], left=np.nan, right=np.nan)
    newest = np.maximum.accumulate(np.where(known, np.arange(values.size), -1))
    return np.where(newest < 0, np.nan, values[newest])
