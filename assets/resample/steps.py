"""Steps that are whole multiples, or whole parts, of one another."""

from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assets.resample.buckets import Buckets, aggregate

Array = NDArray[np.float64]

#: The length of an event, which does not matter here.
_ANY: Final = timedelta(hours=1)


def coarsen(values: Array, factor: int, aggregation: str) -> Array:
    """Return one value per ``factor`` steps; ``aggregation`` as for ``aggregate``.

    Raises:
        ValueError: the length of ``values``, (n·factor,), is no multiple of ``factor``.
    """
    if values.size % factor:
        raise ValueError(f"{values.size} values do not fill steps of {factor}")
    firsts = np.arange(0, values.size, factor, dtype=np.int64)
    return aggregate(values, Buckets(firsts, values.size, factor * _ANY), aggregation)


def refine(values: Array, factor: int) -> Array:
    """Return each value ``factor`` times: power and prices hold over the whole step."""
    return np.repeat(values, factor)
