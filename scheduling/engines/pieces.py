"""Convex functions made of straight pieces, many at once, on arrays.

N functions of one variable. Function n starts at ``left[n]``; its pieces follow in order of
slope, each ``width`` long. A slope has two parts, compared like words in a dictionary: money,
and, where money is equal, taste. So what is cheapest is found first, and ties are settled
without a cent being given up.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.loops.pieces import sort_pieces

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pieces:
    """N functions of J pieces: ``left`` of shape (N,), the rest of shape (N, J).

    ``width`` >= 0 and finite; pieces without width count for nothing.
    """

    left: Array
    width: Array
    money: Array
    taste: Array

    @property
    def right(self) -> Array:
        """Where each function ends, shape (N,)."""
        end: Array = self.left + self.width.sum(axis=1)
        return end

    def scaled(self, factor: Array, shift: Array) -> Self:
        """Return the functions of ``factor · x + shift``; ``factor``, shape (N,), not 0.

        All factors have the same sign.
        """
        size = np.abs(factor)[:, None]
        width, slope = self.width * size, 1.0 / factor[:, None]
        money, taste = self.money * slope, self.taste * slope
        if factor[0] > 0:
            return type(self)(self.left * factor + shift, width, money, taste)
        return type(self)(
            self.right * factor + shift, width[:, ::-1], money[:, ::-1], taste[:, ::-1]
        )

    def tilted(self, money: Array, taste: Array) -> Self:
        """Return the functions with a straight line added, its slopes of shape (N,)."""
        return type(self)(
            self.left, self.width, self.money + money[:, None], self.taste + taste[:, None]
        )

    def clipped(self, lower: Array, upper: Array) -> Self:
        """Return the functions on [lower, upper] only, bounds of shape (N,)."""
        ends = self.left[:, None] + np.cumsum(self.width, axis=1)
        starts = np.concatenate([self.left[:, None], ends[:, :-1]], axis=1)
        low, high = lower[:, None], upper[:, None]
        width = np.clip(ends, low, high) - np.clip(starts, low, high)
        return type(self)(np.clip(self.left, lower, upper), width, self.money, self.taste)


def straight(left: Array, right: Array, money: Array, taste: Array) -> Pieces:
    """Return one straight piece each, all of shape (N,)."""
    return Pieces(left, (right - left)[:, None], money[:, None], taste[:, None])


def arrays(pieces: Pieces) -> tuple[Array, Array, Array, Array]:
    """Return left, width, money and taste, as compiled functions take them."""
    width, money, taste = (
        np.ascontiguousarray(each) for each in (pieces.width, pieces.money, pieces.taste)
    )
    return pieces.left, width, money, taste


def shared(parts: list[Pieces]) -> tuple[Pieces, NDArray[np.int64]]:
    """Return the least cost of splitting an amount between ``parts`` (infimal convolution).

    The pieces of all parts, the cheapest first; and the order, shape (N, J), in which the
    pieces of ``parts``, side by side, were taken.
    """
    money = np.concatenate([part.money for part in parts], axis=1)
    taste = np.concatenate([part.taste for part in parts], axis=1)
    width = np.concatenate([part.width for part in parts], axis=1)
    left = parts[0].left.copy()
    for part in parts[1:]:
        left += part.left
    order = np.empty(width.shape, dtype=np.int64)
    sort_pieces(width, money, taste, order)
    return Pieces(left, width, money, taste), order


def used(pieces: Pieces, at: Array) -> Array:
    """Return how much of each piece lies to the left of ``at``, shape (N, J)."""
    before = np.cumsum(pieces.width, axis=1) - pieces.width
    amount = (at - pieces.left)[:, None]
    return np.clip(amount - before, 0.0, pieces.width)


def slopes_at(pieces: Pieces, at: Array, rounding: float) -> tuple[Array, Array]:
    """Return the slopes in money just left and right of ``at``; infinite at the ends."""
    taken = used(pieces, at)
    left = np.where(taken > rounding, pieces.money, -np.inf).max(axis=1, initial=-np.inf)
    rest = pieces.width - taken
    right = np.where(rest > rounding, pieces.money, np.inf).min(axis=1, initial=np.inf)
    return left, right
