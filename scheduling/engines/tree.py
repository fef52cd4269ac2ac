"""Rows of a model that hang together like a tree, as convex functions of the column above.

Many rows are read at once: the same row of every step. A column that appears in no other row
is a leaf and costs what it costs; one that leads on to a row beneath costs what that row does.
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import Infeasible, Unsuited
from scheduling.engines.pieces import Array, Pieces, shared, slopes_at, straight, used
from scheduling.formulation.compiled import Compiled

Indices = NDArray[np.int64]

#: An amount below this is rounding [kW, kWh].
ROUNDING = 1e-9


class Matrix:
    """A compiled model that can be read by row and by column, and notes what was read."""

    def __init__(self, model: Compiled, preferences: Array | None) -> None:
        self.model = model
        self.taste = np.zeros(model.n_columns) if preferences is None else preferences
        # Tightened while reading: what has no bound gets one that it never needs to pass.
        self.lower, self.upper = model.column_lower.copy(), model.column_upper.copy()
        self.row_of = np.repeat(np.arange(model.n_rows), np.diff(model.start))
        self.degree = np.bincount(model.index, minlength=model.n_columns)
        order = np.argsort(model.index, kind="stable")
        self._rows_by_column = self.row_of[order]
        self._first = np.concatenate([[0], np.cumsum(self.degree)])
        self.unread_rows = np.ones(model.n_rows, dtype=bool)
        self.unread_columns = np.ones(model.n_columns, dtype=bool)

    def block(self, rows: Indices) -> tuple[Indices, Array]:
        """Return columns and coefficients of ``rows``, shape (N, M)."""
        start = self.model.start
        counts = start[rows + 1] - start[rows]
        if not counts.size or (counts != counts[0]).any():
            raise Unsuited("the steps of the model are not alike")
        at = start[rows][:, None] + np.arange(counts[0])
        self.unread_rows[rows] = False
        return self.model.index[at].astype(np.int64), self.model.value[at]

    def other_rows(self, columns: Indices, rows: Indices) -> Indices:
        """Return the one row beside ``rows`` that each of ``columns`` is in."""
        first = self._first[columns]
        one, two = self._rows_by_column[first], self._rows_by_column[first + 1]
        found: Indices = np.where(one == rows, two, one)
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """One column of each row, (N,); None for the play of an inequality. ``below``: its row."""

    columns: Indices | None
    coefficient: Array
    below: "Rows | None" = None
    coefficient_below: Array = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True, slots=True)
class Rows:
    """N like rows: ``Σ coefficient · x = total - (what is above)``; ``cost`` of that sum."""

    rows: Indices
    total: Array
    parts: list[Part]
    pieces: list[Pieces]
    cost: Pieces
    order: Indices

    @classmethod
    def read(cls, matrix: Matrix, rows: Indices, above: list[Indices]) -> Self:
        """Read ``rows``; ``above`` are the columns they hang on.

        Raises:
            Unsuited: the rows are no tree, or not alike.
            Infeasible: bounds cross.
        """
        model = matrix.model
        columns, values = matrix.block(rows)
        hangs = np.zeros(columns.shape, dtype=bool)
        for each in above:
            hangs |= columns == each[:, None]
        if (hangs.sum(axis=1) != len(above)).any():
            raise Unsuited("the rows of the model form no tree")
        shape = (rows.size, columns.shape[1] - len(above))
        own, factor = columns[~hangs].reshape(shape), values[~hangs].reshape(shape)
        lower, upper = model.row_lower[rows], model.row_upper[rows]
        reach = _reach(matrix, columns, values, lower, upper)
        parts, pieces = [], []
        for j in range(shape[1]):
            part, function = _part(matrix, rows, own[:, j], factor[:, j], reach)
            parts.append(part)
            pieces.append(function.scaled(factor[:, j], np.zeros(rows.size)))
        total = lower
        if (lower < upper).any() or not parts:
            # The sum may be anything from lower to upper: the play is taken off it.
            play = straight(-np.minimum(upper, reach), -np.maximum(lower, -reach), *_nothing(rows))
            parts.append(Part(None, np.full(rows.size, -1.0)))
            pieces.append(play)
            total = np.zeros(rows.size)
        return cls(rows, total, parts, pieces, *shared(pieces))

    def fill(self, values: Array, amount: Array) -> None:
        """Split ``amount``, shape (N,), in the cheapest way; write it to ``values``."""
        taken = np.empty(self.cost.width.shape)
        np.put_along_axis(taken, self.order, used(self.cost, amount), axis=1)
        first = 0
        for part, function in zip(self.parts, self.pieces, strict=True):
            beyond = first + function.width.shape[1]
            share = function.left + taken[:, first:beyond].sum(axis=1)
            first = beyond
            if part.columns is None:
                continue
            values[part.columns] = share / part.coefficient
            if part.below is not None:
                below = part.below
                below.fill(values, below.total - part.coefficient_below * values[part.columns])

    def price(
        self, matrix: Matrix, values: Array, duals: Array, amount: Array, wanted: Array
    ) -> None:
        """Write what one more costs, as near to ``wanted`` as ``amount`` allows, to ``duals``."""
        left, right = slopes_at(self.cost, amount, ROUNDING)
        dual = np.clip(wanted, left, np.maximum(left, right))
        duals[self.rows] = dual
        for part in self.parts:
            if part.below is not None and part.columns is not None:
                cost = matrix.model.cost[part.columns]
                amount_below = part.below.total - part.coefficient_below * values[part.columns]
                wish = (cost - part.coefficient * dual) / part.coefficient_below
                part.below.price(matrix, values, duals, amount_below, wish)


def _part(
    matrix: Matrix, rows: Indices, columns: Indices, coefficient: Array, reach: Array
) -> tuple[Part, Pieces]:
    model, degree = matrix.model, matrix.degree[columns]
    if (np.sign(coefficient) != np.sign(coefficient[0])).any() or not matrix.unread_columns[
        columns
    ].all():
        raise Unsuited("the rows of the model form no tree")
    matrix.unread_columns[columns] = False
    lower, upper = matrix.lower[columns], matrix.upper[columns]
    if np.isinf(lower).any() or (lower > upper).any():
        raise Unsuited("a column of the model has no lower bound")
    price, taste = model.cost[columns], matrix.taste[columns]
    if (np.isinf(upper) & (price < 0)).any():
        raise Unsuited("a column of the model earns without end")
    upper = np.where(np.isinf(upper), lower + reach / np.abs(coefficient), upper)
    matrix.upper[columns] = upper
    if (degree == 1).all():
        return Part(columns, coefficient), straight(lower, upper, price, taste)
    if (degree != 2).any():
        raise Unsuited("a column of the model is in many rows")
    beneath = matrix.other_rows(columns, rows)
    below = Rows.read(matrix, beneath, [columns])
    index, value = matrix.block(beneath)
    hangs = value[index == columns[:, None]]
    function = below.cost.scaled(-1.0 / hangs, below.total / hangs).tilted(price, taste)
    if (function.left > upper + ROUNDING).any() or (function.right < lower - ROUNDING).any():
        raise Infeasible
    return Part(columns, coefficient, below, hangs), function.clipped(lower, upper)


def _reach(matrix: Matrix, columns: Indices, values: Array, lower: Array, upper: Array) -> Array:
    """Return more than the sum of each row can come to, shape (N,), leaving out what is endless."""
    most = np.maximum(np.abs(matrix.lower[columns]), np.abs(matrix.upper[columns]))
    size = np.where(np.isinf(most), 0.0, np.abs(values) * most).sum(axis=1)
    for bound in (lower, upper):
        size = size + np.where(np.isinf(bound), 0.0, np.abs(bound))
    reach: Array = 1.0 + size
    return reach


def _nothing(rows: Indices) -> tuple[Array, Array]:
    return np.zeros(rows.size), np.zeros(rows.size)
