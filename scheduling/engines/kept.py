"""A model in a solver that lives on: the next like it starts from where the last one ended."""

from typing import Any

import numpy as np

from scheduling.formulation.compiled import Compiled


class Kept:
    """One model with its HiGHS instance and the basis of its optimum; empty at first."""

    def __init__(self) -> None:
        self._model: Compiled | None = None
        self._highs: Any = None
        self._basis: Any = None
        #: The basis in which ties were settled last.
        self.settled: Any = None

    @property
    def n_columns(self) -> int:
        """Size of what is kept."""
        return 0 if self._model is None else self._model.n_columns

    def keep(self, model: Compiled, highs: Any) -> None:
        """Keep ``highs``, which has just solved ``model``, a linear programme."""
        if self._highs is not highs:
            self.settled = None
        self._model, self._highs, self._basis = model, highs, highs.getBasis()

    def revived(self, model: Compiled) -> Any:
        """Return the living solver with the numbers of ``model``; None if its rows differ.

        Only prices, bounds and right-hand sides may: then the last basis is a good start, and
        the answer is that of a new solver but for rounding.
        """
        last, highs = self._model, self._highs
        if last is None or not _same_rows(last, model):
            return None
        columns = np.arange(model.n_columns, dtype=np.int32)
        rows = np.arange(model.n_rows, dtype=np.int32)
        highs.changeColsCost(columns.size, columns, model.cost)
        highs.changeColsBounds(columns.size, columns, model.column_lower, model.column_upper)
        highs.changeRowsBounds(rows.size, rows, model.row_lower, model.row_upper)
        highs.changeObjectiveOffset(model.offset)
        highs.setBasis(self._basis)
        return highs


def _same_rows(one: Compiled, other: Compiled) -> bool:
    return (
        one.n_columns == other.n_columns
        and np.array_equal(one.start, other.start)
        and np.array_equal(one.index, other.index)
        and np.array_equal(one.value, other.value)
    )
