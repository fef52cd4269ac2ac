"""Points in time, told on steps: each holds until the next, but not for ever. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assets.resample.buckets import Buckets, aggregate

Array = NDArray[np.float64]
Microseconds = NDArray[np.int64]

#: The length of a piece, which does not matter here.
_ANY: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Held:
    """Steps cut into pieces, over each of which one point holds, or none.

    Attributes:
        point: shape (n_pieces,), the place of the point that holds; -1 where none does.
        shares: shape (n_pieces,), how much of its step each piece is; they add up to 1.
        pieces: which of them are in each step.
    """

    point: NDArray[np.int64]
    shares: Array
    pieces: Buckets

    def told(self, values: Array, aggregation: str) -> Array:
        """Return one value per step.

        Args:
            values: shape (n_points,).
            aggregation: "mean" is weighted by time; "first" is what holds as the step begins,
                "last" as it ends; "min" and "max" are of all that holds within it.

        Returns:
            shape (n_steps,); NaN where no point holds as the step begins (first), as it ends
            (last), or at any moment of it (all others).
        """
        here = np.full(self.point.size, np.nan)
        known = self.point >= 0
        here[known] = values[self.point[known]]
        if aggregation == "mean":
            here, aggregation = here * self.shares, "sum"
        return aggregate(here, self.pieces, aggregation)


def hold(times: Microseconds, edges: Microseconds, *, longest: int, until: int) -> Held:
    """Return which of the points at ``times`` holds when, over the steps between ``edges``.

    Args:
        times: shape (n_points,), rising.
        edges: shape (n_steps + 1,), rising, of the same unit.
        longest: for how long a point holds without a next one; positive.
        until: beyond it no point holds: what comes then is not known yet.
    """
    following = np.append(times[1:], np.iinfo(np.int64).max)
    ends = np.minimum(np.minimum(following, times + longest), until)
    cuts = np.unique(np.concatenate([edges, times, ends]))
    cuts = cuts[(cuts >= edges[0]) & (cuts <= edges[-1])]
    starts, lengths = cuts[:-1], np.diff(cuts)
    point = np.searchsorted(times, starts, side="right") - 1
    if times.size:
        point[(point >= 0) & (starts >= ends[point])] = -1
    firsts = np.searchsorted(starts, edges[:-1])
    pieces = Buckets(firsts.astype(np.int64), starts.size, _ANY)
    shares = lengths / np.repeat(np.diff(edges), pieces.counts)
    return Held(point.astype(np.int64), shares, pieces)
