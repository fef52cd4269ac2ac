"""Values on steps of one length, told on steps of another. Pure.

NaN is unknown, and stays so: a longer step is known only if all within it is.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: How the values within a longer step become one.
AGGREGATIONS: Final[Mapping[str, Callable[[Array], Array]]] = {
    "mean": lambda parts: parts.mean(axis=1),
    "sum": lambda parts: parts.sum(axis=1),
    "min": lambda parts: parts.min(axis=1),
    "max": lambda parts: parts.max(axis=1),
    "first": lambda parts: parts[:, 0],
    "last": lambda parts: parts[:, -1],
}


def coarsen(values: Array, factor: int, aggregation: str) -> Array:
    """Return one value per ``factor`` steps.

    Args:
        values: shape (n·factor,).
        aggregation: one of ``AGGREGATIONS``: means of power and prices, sums of energy,
            the first of a stock, which is told for the start of a step.

    Raises:
        ValueError: the length of ``values`` is no multiple of ``factor``.
    """
    if values.size % factor:
        raise ValueError(f"{values.size} values do not fill steps of {factor}")
    return AGGREGATIONS[aggregation](values.reshape(-1, factor))


def refine(values: Array, factor: int) -> Array:
    """Return each value ``factor`` times: power and prices hold over the whole step."""
    return np.repeat(values, factor)
