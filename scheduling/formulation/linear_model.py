"""A linear or mixed-integer programme under construction, on arrays and by name.

Blocks of columns and rows carry names, so that whoever holds the model can say which limit
binds, what it is worth, and can change a price or a bound without building anew. Costs are
kept by term: the sum of the terms is what is minimised.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scheduling.formulation.blocks import (
    Softness,
    flat,
    indices,
    merged,
    shapes,
)
from scheduling.formulation.compiled import (
    Chain,
    Compiled,
    Entries,
    Layout,
    Matrix,
    by_rows,
    compile_model,
)
from scheduling.formulation.declared import Declared
from scheduling.formulation.priced import Priced

Array: TypeAlias = NDArray[np.float64]
Columns: TypeAlias = NDArray[np.int64]
Rows: TypeAlias = NDArray[np.int64]
Term: TypeAlias = tuple[Columns, ArrayLike]

#: Stands where a column would, in a term that has none (the stock before the first step).
NO_COLUMN: Final = -1


class LinearModel(Priced, Declared):
    """Minimise the sum of all costs subject to bounds on columns and rows.

    Columns and rows are added in blocks that keep the caller's shape, commonly
    (devices, steps). Nothing here knows of devices, prices or solvers.
    """

    def __init__(self) -> None:
        Priced.__init__(self)
        Declared.__init__(self)
        self.n_rows = 0
        self.columns: dict[str, Columns] = {}
        self.rows: dict[str, Rows] = {}
        self._column_bounds: list[tuple[Array, Array]] = []
        self._row_bounds: list[tuple[Array, Array]] = []
        self._integer: list[Columns] = []
        self._entries: list[Entries] = []
        self._matrix: tuple[tuple[int, int, int], Matrix, Layout] | None = None

    def add_columns(
        self,
        name: str,
        shape: tuple[int, ...],
        *,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
        integer: bool = False,
    ) -> Columns:
        """Add one variable per element of ``shape``; return their indices, in that shape.

        ``lower`` and ``upper`` broadcast to ``shape``.

        Raises:
            ValueError: a block of this name exists.
        """
        if name in self.columns:
            raise ValueError(f"the model has columns {name!r} already")
        columns = indices(self.n_columns, shape)
        self._column_bounds.append((flat(lower, shape), flat(upper, shape)))
        self.n_columns += columns.size
        self.columns[name] = columns
        if integer:
            self._integer.append(columns.ravel())
        return columns

    def add_rows(
        self,
        name: str,
        shape: tuple[int, ...],
        terms: Sequence[Term] = (),
        *,
        lower: ArrayLike = -np.inf,
        upper: ArrayLike = np.inf,
    ) -> Rows:
        """Add ``lower <= Σ coefficient · x[columns] <= upper``, one row per element.

        Args:
            name: what the block is called; unique among rows.
            shape: of the block; bounds, columns and coefficients broadcast to it.
            terms: (columns, coefficient) pairs. ``NO_COLUMN`` contributes nothing; more
                may be added later with ``add_entries``.

        Raises:
            ValueError: a block of this name exists.
        """
        if name in self.rows:
            raise ValueError(f"the model has rows {name!r} already")
        rows = indices(self.n_rows, shape)
        self._row_bounds.append((flat(lower, shape), flat(upper, shape)))
        self.n_rows += rows.size
        self.rows[name] = rows
        for columns, coefficient in terms:
            self.add_entries(rows, columns, coefficient)
        return rows

    def add_entries(self, rows: Rows, columns: Columns, coefficient: ArrayLike) -> None:
        """Add ``coefficient · x[columns]`` to ``rows``; the three broadcast together.

        Repeated entries add up; ``NO_COLUMN`` contributes nothing.
        """
        if rows.shape == columns.shape:
            # The common case, spared the general rules of broadcasting.
            value = flat(coefficient, rows.shape)
            self._entries.append((rows.ravel(), columns.ravel(), value))
            return
        row, column, value = np.broadcast_arrays(rows, columns, coefficient)
        self._entries.append((row.ravel(), column.ravel(), value.ravel().astype(np.float64)))

    def soften(
        self,
        name: str,
        *,
        above: ArrayLike | None = None,
        below: ArrayLike | None = None,
        unit: str = "kW",
        at: NDArray[np.int64] | None = None,
    ) -> Softness:
        """Let the rows ``name`` be broken, upwards at price ``above``, downwards at ``below``.

        Prices are currency per unit of the row. The price is the cost term
        ``"breach: <name>"``; no give where a price is None. ``unit`` and ``at`` as in
        ``Softness``; row i is about step i when ``at`` is not given.
        """
        rows = self.rows[name]
        columns: dict[str, Columns | None] = {"above": None, "below": None}
        for side, price, sign in (("above", above, -1.0), ("below", below, 1.0)):
            if price is None:
                continue
            slack = self.add_columns(f"{name} {side}", rows.shape)
            self.add_entries(rows, slack, sign)
            self.add_cost(f"breach: {name}", slack, price)
            columns[side] = slack
        steps = np.arange(rows.size) if at is None else at
        softness = Softness(name, columns["above"], columns["below"], unit, steps)
        self.softnesses.append(softness)
        return softness

    def add_highest(self, name: str, columns: Columns, term: str, price: float) -> Columns:
        """Add the highest of ``columns`` at ``price`` per unit, under ``term``; return it."""
        highest = self.add_columns(name, (1,))
        self.add_rows(name, columns.shape, [(columns, 1.0), (highest, -1.0)], upper=0.0)
        self.add_cost(term, highest, price)
        return highest

    def add_model(self, other: "LinearModel", *, prefix: str, weight: float) -> int:
        """Add all of ``other`` beside what is here; return the number of its first column.

        Its names begin with ``prefix``, but for terms of cost; its costs count by ``weight``.
        """
        by, down = self.n_columns, self.n_rows
        self.columns |= {prefix + name: _moved(each, by) for name, each in other.columns.items()}
        self.rows |= {prefix + name: each + down for name, each in other.rows.items()}
        self.n_columns += other.n_columns
        self.n_rows += other.n_rows
        self._column_bounds.append(other.bounds())
        self._row_bounds.append(other.row_bounds())
        self._integer += [columns + by for columns in other._integer]
        self._entries += [
            (rows + down, _moved(columns, by), values) for rows, columns, values in other._entries
        ]
        for rows, columns in other._still.values():
            self.stand_still(rows + down, columns + by)
        self.chains += [Chain(each.states + by, each.rows + down) for each in other.chains]
        self.exclusives += [each.moved(prefix, by) for each in other.exclusives]
        self.from_between += [each.moved(prefix, by) for each in other.from_between]
        self.limits += [each.moved(prefix, by) for each in other.limits]
        self.bent += [each.moved(by, down) for each in other.bent]
        self.costs += [(term, columns + by, weight * p) for term, columns, p in other.costs]
        for term, amount in other.constants.items():
            self.add_constant(term, weight * amount)
        self._preferences += [(columns + by, weight * each) for columns, each in other._preferences]
        return by

    def compile(self) -> Compiled:
        """Return the model as it stands, in the arrays that solvers read."""
        integer, (matrix, layout) = np.zeros(self.n_columns, dtype=bool), self._by_rows()
        for columns in self._integer:
            integer[columns] = True
        return compile_model(
            cost=self.prices(),
            offset=sum(self.constants.values()),
            column_bounds=self._column_bounds,
            row_bounds=self._row_bounds,
            integer=integer,
            matrix=matrix,
            chains=self.chains,
            still=list(self._still.values()),
            bent=self.bent,
            layout=layout,
        )

    def _by_rows(self) -> tuple[Matrix, Layout]:
        # Costs and bounds change far more often than rows do.
        state = (len(self._entries), self.n_rows, self.n_columns)
        if self._matrix is None or self._matrix[0] != state:
            layout = shapes(self.columns.values()), shapes(self.rows.values())
            self._matrix = state, by_rows(self._entries, self.n_rows, self.n_columns), layout
        return self._matrix[1:]

    @property
    def has_integers(self) -> bool:
        """Whether some columns are integer."""
        return bool(self._integer)

    def bounds(self) -> tuple[Array, Array]:
        """Return lower and upper bounds of all columns; writing to them changes the model."""
        return merged(self._column_bounds)

    def row_bounds(self) -> tuple[Array, Array]:
        """Return lower and upper bounds of all rows; writing to them changes the model."""
        return merged(self._row_bounds)

    def branch(self) -> Self:
        """Return a model to be added to and bounded without changing this one.

        What neither has changed they share: it takes far less time than ``copy``.
        """
        bounds, row_bounds = self.bounds(), self.row_bounds()
        self._by_rows()
        other = type(self).__new__(type(self))
        for name, value in vars(self).items():
            setattr(other, name, value.copy() if isinstance(value, (list, dict)) else value)
        other._column_bounds = [(bounds[0].copy(), bounds[1].copy())]
        other._row_bounds = [(row_bounds[0].copy(), row_bounds[1].copy())]
        return other

    def copy(self) -> Self:
        """Return a model that can be changed without changing this one."""
        return deepcopy(self)


def _moved(columns: Columns, by: int) -> Columns:
    """Return ``columns`` as they are called ``by`` further on."""
    return np.where(columns >= 0, columns + by, NO_COLUMN) if by else columns
