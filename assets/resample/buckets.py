"""Many events in one longer step, which need not be as long as the next: days, months."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]


class Calendar(Enum):
    """Steps that follow the clock on the wall: a day may have 23 or 25 hours."""

    DAY = "P1D"
    WEEK = "P1W"
    MONTH = "P1M"
    YEAR = "P1Y"


Resolution: TypeAlias = timedelta | Calendar


@dataclass(frozen=True, slots=True)
class Buckets:
    """Longer steps, each of at least one event, in order and without a gap.

    Attributes:
        firsts: shape (n,), the index of each bucket's first event; the first is 0.
        n_events: events in all of them.
        step: how long each is, but that the span may cut the last short, and the first too of
            the calendar's.
    """

    firsts: Indices
    n_events: int
    step: Resolution

    @property
    def counts(self) -> Indices:
        """Events in each bucket, shape (n,)."""
        return np.diff(self.firsts, append=self.n_events)

    @property
    def lasts(self) -> Indices:
        """The index of each bucket's last event, shape (n,)."""
        return self.firsts + self.counts - 1


#: How the values within a bucket become one. NaN in one makes the bucket NaN, but where a
#: single event is told.
AGGREGATIONS: Final[Mapping[str, Callable[[Array, Buckets], Array]]] = {
    "mean": lambda values, buckets: np.add.reduceat(values, buckets.firsts) / buckets.counts,
    "sum": lambda values, buckets: np.add.reduceat(values, buckets.firsts),
    "min": lambda values, buckets: np.minimum.reduceat(values, buckets.firsts),
    "max": lambda values, buckets: np.maximum.reduceat(values, buckets.firsts),
    "first": lambda values, buckets: values[buckets.firsts],
    "last": lambda values, buckets: values[buckets.lasts],
}


def aggregate(values: Array, buckets: Buckets, aggregation: str) -> Array:
    """Return one value per bucket.

    Args:
        values: shape (n_events,).
        aggregation: one of ``AGGREGATIONS``: means of power and prices, sums of energy,
            the first of a stock, which is told for the start of a step.
    """
    if buckets.firsts.size == values.size:
        return values
    return AGGREGATIONS[aggregation](values, buckets)
