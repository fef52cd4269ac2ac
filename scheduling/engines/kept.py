"""A model in a solver that lives on: the next like it starts from where the last one ended."""

from typing import Any

import numpy as np

from scheduling.engines.rolling_basis import Basics
from scheduling.formulation.compiled import Compiled, Layout


class Kept:
    """One model with its HiGHS instance and the basis of its optimum; empty at first."""

    def __init__(self) -> None:
        self._model: Compiled | None = None
        self._highs: Any = None
        self._basis: Any = None
        self._moved = 0
        self._at: int | None = None
        self._basics: Basics | None = None
        self._settled_basics: Basics | None = None
        #: The basis in which ties were settled last.
        self.settled: Any = None

    @property
    def n_columns(self) -> int:
        """Size of what is kept."""
        return 0 if self._model is None else self._model.n_columns

    def keep(self, model: Compiled, highs: Any) -> None:
        """Keep ``highs``, which has just solved ``model``, a linear programme."""
        if self._highs is not highs:
            self.settled = self._settled_basics = None
        self._model, self._highs, self._basis = model, highs, highs.getBasis()
        self._basics = Basics.of(highs)
        self._moved = 0

    def begin(self, step: int) -> None:
        """Tell at which step, counted from whenever, the window of the next model begins."""
        self._moved += 0 if self._at is None else step - self._at
        self._at = step

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
        if self._moved and last.layout is not None and last.layout == model.layout:
            self._move_on(last.layout, (model.n_columns, model.n_rows))
        highs.setBasis(self._basis)
        return highs

    def keep_settled(self, highs: Any) -> None:
        """Keep the basis of ``highs``, in which ties were settled."""
        self.settled, self._settled_basics = highs.getBasis(), Basics.of(highs)

    def _move_on(self, layout: Layout, size: tuple[int, int]) -> None:
        if self._basics is not None:
            self._basis = self._basics.moved_on(layout, self._moved).basis(*size)
        if self._settled_basics is not None:
            self.settled = self._settled_basics.moved_on(layout, self._moved).basis(*size)


def _same_rows(one: Compiled, other: Compiled) -> bool:
    return (
        one.n_columns == other.n_columns
        and np.array_equal(one.start, other.start)
        and np.array_equal(one.index, other.index)
        and np.array_equal(one.value, other.value)
    )
