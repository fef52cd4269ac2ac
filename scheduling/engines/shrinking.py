"""A model without what is decided already: stocks that nothing moves, powers that have no room.

A vehicle is away most of the day; a step in which nothing can flow hands its stock on as it is,
e[t] = e[t-1]. Such steps share one column, and their rows fall away, as do columns that can only
be zero: half of an area with vehicles. The solution is that of the whole model, and so are its
duals, which follow from those of the rows that stay.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import Infeasible, Solution
from scheduling.formulation.compiled import Compiled

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Bounds that cross by less do not.
_ROUNDING: Final = 1e-9
#: Of one store nothing is gained.
_FEW_STORES: Final = 2
#: The least share of columns that has to fall away.
_WORTH: Final = 0.1


@dataclass(frozen=True, slots=True)
class Shrunk:
    """``small`` for ``model``.

    ``column_of``: of each column of ``model`` that of ``small``, -1 where it is zero.
    ``rows``: rows of ``model`` that stay. ``states``, ``hands_on``: states of all chains, one
    after another, and whether each is what the one before it was; ``by``: its row.
    """

    model: Compiled
    small: Compiled
    column_of: Indices
    rows: Indices
    states: Indices
    hands_on: NDArray[np.bool_]
    by: Indices

    def summed(self, weights: Array) -> Array:
        """Return weights of the small model's columns for those of the whole one's."""
        there = self.column_of >= 0
        size = self.small.n_columns
        return np.bincount(self.column_of[there], weights[there], size).astype(np.float64)

    def whole(self, solution: Solution) -> Solution:
        """Return what ``solution`` of the small model is in the whole one."""
        there = self.column_of >= 0
        values = np.where(there, solution.values[np.where(there, self.column_of, 0)], 0.0)
        if solution.reduced_costs is None or solution.row_duals is None:
            return replace(solution, values=values)
        reduced, duals = self._prices(solution.reduced_costs, solution.row_duals)
        return replace(solution, values=values, reduced_costs=reduced, row_duals=duals)

    def _prices(self, reduced: Array, duals: Array) -> tuple[Array, Array]:
        """Return reduced costs and duals of the whole model, from those of the small one."""
        model = self.model
        row_duals = np.zeros(model.n_rows)
        row_duals[self.rows] = duals
        priced = model.cost - _by_column(model, row_duals)
        # Of columns that are one, that has the price whose bound it meets first.
        mine = reduced[self.column_of[self.states]]
        group = np.cumsum(~self.hands_on) - 1
        binding = np.where(
            mine > 0, model.column_lower[self.states], -model.column_upper[self.states]
        )
        tightest = np.full(group[-1] + 1, -np.inf)
        np.maximum.at(tightest, group, binding)
        at = np.flatnonzero(binding == tightest[group])
        _, first = np.unique(group[at], return_index=True)
        own = np.zeros(self.states.size)
        own[at[first]] = mine[at[first]]
        # From the last of a group back: what it costs beyond its price, its row has to explain.
        unexplained = priced[self.states] - own
        summed = np.cumsum(unexplained[::-1])[::-1]
        last = np.append(np.flatnonzero(~self.hands_on)[1:], self.states.size)
        beyond = np.append(summed, 0.0)[last][group]
        passed_on = summed - beyond
        row_duals[self.by[self.hands_on]] = passed_on[self.hands_on]
        return model.cost - _by_column(model, row_duals), row_duals


def shrunk(model: Compiled) -> Shrunk | None:
    """Return a smaller model for ``model``, None if it is not worth it.

    Raises:
        Infeasible: bounds of a stock that nothing moves cross.
    """
    if len(model.chains) < _FEW_STORES:
        return None
    is_zero = (model.column_lower == 0.0) & (model.column_upper == 0.0)
    states = np.concatenate([chain.states for chain in model.chains])
    by = np.concatenate([chain.rows for chain in model.chains])
    hands_on = _hands_on(model, is_zero, states, by)
    if hands_on.sum() + is_zero.sum() < _WORTH * model.n_columns:
        return None
    one = np.arange(model.n_columns)
    one[states] = states[np.maximum.accumulate(np.where(hands_on, 0, np.arange(states.size)))]
    stays = ~is_zero
    stays[states[hands_on]] = False
    rows_stay = np.ones(model.n_rows, dtype=bool)
    rows_stay[by[hands_on]] = False
    number = np.where(stays, np.cumsum(stays) - 1, -1)
    small = _small(model, one, number, rows_stay)
    return Shrunk(model, small, number[one], np.flatnonzero(rows_stay), states, hands_on, by)


def _hands_on(
    model: Compiled, is_zero: NDArray[np.bool_], states: Indices, by: Indices
) -> NDArray[np.bool_]:
    """Return which rows of chains say no more than that a state is the one before."""
    row_of = np.repeat(np.arange(model.n_rows), np.diff(model.start))
    there = ~is_zero[model.index]
    size = np.bincount(row_of, there, minlength=model.n_rows)
    total = np.bincount(row_of, np.where(there, model.value, 0.0), minlength=model.n_rows)
    is_same = (size == 2) & (total == 0.0) & (model.row_lower == 0.0) & (model.row_upper == 0.0)
    hands_on: NDArray[np.bool_] = is_same[by]
    hands_on[np.cumsum([0, *(chain.rows.size for chain in model.chains[:-1])])] = False
    # A state that is zero by its bounds is no column any more.
    return hands_on & ~is_zero[states] & ~np.roll(is_zero[states], 1)


def _small(
    model: Compiled, one: Indices, number: Indices, rows_stay: NDArray[np.bool_]
) -> Compiled:
    """Return ``model`` with ``rows_stay`` and the columns that have a number.

    ``one``: which column each is the same as.
    """
    stays = number >= 0
    lower, upper = model.column_lower.copy(), model.column_upper.copy()
    np.maximum.at(lower, one, model.column_lower)
    np.minimum.at(upper, one, model.column_upper)
    if (lower > upper + _ROUNDING).any():
        raise Infeasible
    row_of = np.repeat(np.arange(model.n_rows), np.diff(model.start))
    index = number[one[model.index]]
    entries = (index >= 0) & rows_stay[row_of]
    counts = np.bincount(row_of[entries], minlength=model.n_rows)[rows_stay]
    rows, columns = model.still
    still = rows_stay[rows] & (number[one[columns]] >= 0)
    known = None
    if model.known is not None:
        known = np.zeros(int(stays.sum()))
        known[number[one[stays[one]]]] = model.known[stays[one]]
    return Compiled(
        cost=np.bincount(one, model.cost, model.n_columns)[stays].astype(np.float64),
        offset=model.offset,
        column_lower=np.minimum(lower, upper)[stays],
        column_upper=upper[stays],
        integer=model.integer[stays],
        row_lower=model.row_lower[rows_stay],
        row_upper=model.row_upper[rows_stay],
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        index=index[entries].astype(np.int32),
        value=model.value[entries],
        still=((np.cumsum(rows_stay) - 1)[rows[still]], number[one[columns[still]]]),
        known=known,
    )


def _by_column(model: Compiled, duals: Array) -> Array:
    counts = np.diff(model.start)
    priced = model.value * np.repeat(duals, counts)
    return np.bincount(model.index, priced, minlength=model.n_columns).astype(np.float64)
