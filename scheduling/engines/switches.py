"""Powers that are zero or at least so much, counted from that on: half as many rows to search in.

A power p with ``least · z <= p <= most · z``, z a binary, is written ``p = least · z + q``, which
leaves ``0 <= q <= (most - least) · z``: one row in place of two, and a bound that is tighter.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.compiled import Compiled, compile_model

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Switches:
    """Powers and their binaries, (N,) columns each; ``least`` and ``most`` of each, (N,).

    ``rows``: those that say ``power >= least · binary``.
    """

    powers: Indices
    binaries: Indices
    least: Array
    most: Array
    rows: Indices

    @classmethod
    def of(cls, model: Compiled) -> Self:
        """Return those of ``model`` that may be written so: others may have no row of ``most``."""
        rows = np.flatnonzero(np.diff(model.start) == 2)
        first, second = model.start[rows], model.start[rows] + 1
        swaps = model.integer[model.index[first]]
        power, binary = np.where(swaps, second, first), np.where(swaps, first, second)
        columns, switch = model.index[power].astype(np.int64), model.index[binary].astype(np.int64)
        is_switch = model.integer[switch] & ~model.integer[columns]
        is_switch &= (model.value[power] == 1.0) & (model.value[binary] < 0.0)
        is_switch &= (model.column_lower[columns] == 0.0) & (model.column_lower[switch] >= 0.0)
        is_switch &= model.column_upper[switch] <= 1.0
        lower, upper = model.row_lower[rows], model.row_upper[rows]
        most = np.full(model.n_columns, np.inf)
        above, by = is_switch & np.isneginf(lower) & (upper == 0.0), np.full(model.n_columns, -1)
        most[columns[above]], by[columns[above]] = -model.value[binary[above]], switch[above]
        least = is_switch & (lower == 0.0) & np.isposinf(upper)
        n_least = np.bincount(columns[least], minlength=model.n_columns)
        least &= (by[columns] == switch) & (n_least[columns] == 1)
        least &= most[columns] <= model.column_upper[columns]
        least &= -model.value[binary] <= most[columns]
        return cls(
            columns[least],
            switch[least],
            -model.value[binary[least]],
            most[columns[least]],
            rows[least],
        )

    def small(self, model: Compiled) -> Compiled:
        """Return ``model`` with each power's column for what it is above its least."""
        upper, cost = model.column_upper.copy(), model.cost.copy()
        upper[self.powers] = self.most - self.least
        np.add.at(cost, self.binaries, model.cost[self.powers] * self.least)
        stays = np.ones(model.n_rows, dtype=bool)
        stays[self.rows] = False
        entry = stays[model.row_of]
        row = (np.cumsum(stays) - 1)[model.row_of[entry]]
        column, value = model.index[entry].astype(np.int64), model.value[entry]
        binary, least = np.full(model.n_columns, -1), np.zeros(model.n_columns)
        binary[self.powers], least[self.powers] = self.binaries, self.least
        runs = binary[column] >= 0
        beside = row[runs], binary[column[runs]], value[runs] * least[column[runs]]
        return compile_model(
            cost=cost,
            offset=model.offset,
            column_bounds=[(model.column_lower, upper)],
            row_bounds=[(model.row_lower[stays], model.row_upper[stays])],
            integer=model.integer,
            entries=[(row, column, value), beside],
        )

    def above_least(self, values: Array) -> Array:
        """Return ``values`` of the model as those of ``small``."""
        found = values.copy()
        above = values[self.powers] - self.least * np.round(values[self.binaries])
        found[self.powers] = np.maximum(above, 0.0)
        return found

    def whole(self, values: Array) -> Array:
        """Return ``values`` of ``small`` as those of the model."""
        found = values.copy()
        found[self.powers] += self.least * values[self.binaries]
        return found
