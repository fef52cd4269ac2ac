"""A model in a solver that lives on: the next like it starts from where the last one ended."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.rolling_basis import Basics
from scheduling.engines.solver import DUAL, PRIMAL, pass_model
from scheduling.formulation.compiled import Compiled


class Kept:
    """One model with its HiGHS instance and the basis of its optimum; empty at first."""

    def __init__(self) -> None:
        self._model: Compiled | None = None
        self._highs: Any = None
        self._basis: Any = None
        self._moved = 0
        self._at: int | None = None
        self._basics: Basics | None = None
        self._is_confined = False
        #: The basis in which ties were settled last, of a window that has not moved on since.
        self.settled: Any = None
        #: Whether the window moved on to the last model, which began from the one before it.
        self.has_moved_on = False

    @property
    def n_columns(self) -> int:
        """Size of what is kept."""
        return 0 if self._model is None else self._model.n_columns

    def keep(self, model: Compiled, highs: Any) -> None:
        """Keep ``highs``, which has just solved ``model``, a linear programme."""
        highs.setOptionValue("simplex_strategy", DUAL)
        if self._highs is not highs:
            self.settled, self.has_moved_on = None, False
        self._model, self._highs, self._basis = model, highs, highs.getBasis()
        self._basics, self._is_confined = None, False
        self._moved = 0

    def begin(self, step: int) -> None:
        """Tell at which step, counted from whenever, the window of the next model begins."""
        self._moved += 0 if self._at is None else step - self._at
        self._at = step

    def confine(self) -> None:
        """Tell that the kept solver is about to get bounds that are not its model's."""
        self._basics, self._is_confined = Basics.of(self._highs), True

    def revived(self, model: Compiled) -> Any:
        """Return the living solver with the numbers of ``model``; None if its rows differ.

        Only prices, bounds and right-hand sides may: then the last basis is a good start, and
        the answer is that of a new solver but for rounding.
        """
        last, highs = self._model, self._highs
        if last is None or not _same_rows(last, model):
            return None
        layout = last.layout
        self.has_moved_on = self._moved != 0 and layout is not None and layout == model.layout
        if self.has_moved_on and layout is not None:
            self.settled = None
            self._basics = self._basics or Basics.of(highs)
            # All numbers are others: handing over the whole takes less than telling them apart.
            pass_model(highs, model)
            moved = self._basics.moved_on(layout, self._moved)
            highs.setBasis(moved.basis(model.column_lower, model.row_lower))
            return highs
        columns = np.arange(model.n_columns, dtype=np.int32)
        highs.changeColsCost(columns.size, columns, model.cost)
        highs.changeObjectiveOffset(model.offset)
        if is_feasible := _same_bounds(last, model):
            # What was found last still keeps to all of it.
            highs.setOptionValue("simplex_strategy", PRIMAL)
        if self._is_confined or not is_feasible:
            rows = np.arange(model.n_rows, dtype=np.int32)
            highs.changeColsBounds(columns.size, columns, model.column_lower, model.column_upper)
            highs.changeRowsBounds(rows.size, rows, model.row_lower, model.row_upper)
        highs.setBasis(self._basis)
        return highs

    def keep_settled(self, highs: Any) -> None:
        """Keep the basis of ``highs``, in which ties were settled."""
        self.settled = highs.getBasis()


def _same_rows(one: Compiled, other: Compiled) -> bool:
    return (
        one.n_columns == other.n_columns
        and _is_equal(one.start, other.start)
        and _is_equal(one.index, other.index)
        and _is_equal(one.value, other.value)
    )


def _same_bounds(one: Compiled, other: Compiled) -> bool:
    return (
        _is_equal(one.column_lower, other.column_lower)
        and _is_equal(one.column_upper, other.column_upper)
        and _is_equal(one.row_lower, other.row_lower)
        and _is_equal(one.row_upper, other.row_upper)
    )


def _is_equal(one: NDArray[Any], other: NDArray[Any]) -> bool:
    # Models that were stated from each other have them in common.
    return one is other or np.array_equal(one, other)
