"""A model in which stocks that only fill are written as sums.

The stock of a vehicle on its charger only rises, e[t] = e[t-1] + u[t] with u >= 0. Its bounds
then hold within if they hold at the ends, and the rows between two states that matter (an
arrival, a departure with a target) add up to one::

    e[b] = e[a] + u[a+1] + ... + u[b]

The solution is that of the whole model, and so are its duals: within, a kWh more in stock is
worth the same in every step, but for what the states themselves cost.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import Solution
from scheduling.formulation.compiled import Chain, Compiled, compile_model

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Of one store nothing is gained.
_FEW_STORES: Final = 2
#: The least share of rows that has to fall away.
_WORTH: Final = 0.1


@dataclass(frozen=True, slots=True)
class _Chains:
    """All chains of a model, one after another; shape (S,) each.

    ``states``, ``rows``: columns and rows. ``is_first``, ``is_last``: of their chain.
    ``inner``: entries of ``rows`` that are no state; ``step``: the place of their row.
    """

    states: Indices
    rows: Indices
    is_first: Mask
    is_last: Mask
    inner: Indices
    step: Indices

    @classmethod
    def read(cls, model: Compiled) -> "_Chains":
        row_of = model.row_of
        sizes = [chain.states.size for chain in model.chains]
        states = np.concatenate([chain.states for chain in model.chains])
        rows = np.concatenate([chain.rows for chain in model.chains])
        is_first, is_last = np.zeros(states.size, dtype=bool), np.zeros(states.size, dtype=bool)
        ends = np.cumsum(sizes)
        is_first[ends - sizes], is_last[ends - 1] = True, True
        place = np.full(model.n_rows, -1)
        place[rows] = np.arange(rows.size)
        is_state = np.zeros(model.n_columns, dtype=bool)
        is_state[states] = True
        inner = np.flatnonzero((place[row_of] >= 0) & ~is_state[model.index])
        return cls(states, rows, is_first, is_last, inner, place[row_of[inner]])


@dataclass(frozen=True, slots=True)
class Merged:
    """``small`` for ``model``.

    ``columns``, ``rows``: those of ``model`` that stay. ``end``: of each state of ``chains`` the
    place of the next that stays, itself if it does.
    """

    model: Compiled
    small: Compiled
    columns: Indices
    rows: Indices
    chains: _Chains
    end: Indices

    def summed(self, weights: Array) -> Array:
        """Return weights of the small model's columns for those of the whole one's."""
        return _moved(self.model, weights, self.chains, self.end)[0][self.columns]

    def whole(self, solution: Solution) -> Solution:
        """Return what ``solution`` of the small model is in the whole one."""
        model, chains, end = self.model, self.chains, self.end
        values = np.zeros(model.n_columns)
        values[self.columns] = solution.values
        level = np.cumsum(_inflow(model, values, chains))
        values[chains.states] = values[chains.states[end]] - (level[end] - level)
        if solution.row_duals is None:
            return replace(solution, values=values)
        duals = np.zeros(model.n_rows)
        duals[self.rows] = solution.row_duals
        duals[chains.rows] = duals[chains.rows[end]] + _ahead(model.cost[chains.states], end)
        spent = np.bincount(model.index, model.value * duals[model.row_of], model.n_columns)
        return replace(solution, values=values, row_duals=duals, reduced_costs=model.cost - spent)


def merged(model: Compiled) -> Merged | None:
    """Return a smaller model for ``model``, None if it is not worth it."""
    if len(model.chains) < _FEW_STORES:
        return None
    chains = _Chains.read(model)
    goes = _can_go(model, chains, _only_rises(model, chains))
    if goes.sum() < _WORTH * model.n_rows:
        return None
    places = np.arange(goes.size)
    # The next place that stays: from behind, the least of those seen.
    end = np.minimum.accumulate(np.where(goes, goes.size, places)[::-1])[::-1]
    columns = np.delete(np.arange(model.n_columns), chains.states[goes])
    rows = np.delete(np.arange(model.n_rows), chains.rows[goes])
    small = _small(model, chains, end, columns, rows)
    return Merged(model, small, columns, rows, chains, end)


def _only_rises(model: Compiled, chains: _Chains) -> Mask:
    """Return in which steps a stock cannot fall: all is handed on, and what flows flows in."""
    rows = chains.rows
    before = np.roll(chains.states, 1)
    is_before = np.zeros(rows.size, dtype=bool)
    place = np.full(model.n_rows, -1)
    place[rows] = np.arange(rows.size)
    at = place[model.row_of]
    handed = (at >= 0) & (model.index == before[at]) & (model.value == -1.0)
    is_before[at[handed]] = True
    is_state = np.zeros(model.n_columns, dtype=bool)
    is_state[chains.states] = True
    n_states = np.bincount(at[(at >= 0) & is_state[model.index]], minlength=rows.size)
    value, columns = model.value[chains.inner], model.index[chains.inner]
    flows_out = np.maximum(value * model.column_lower[columns], value * model.column_upper[columns])
    falls = np.zeros(rows.size, dtype=bool)
    falls[chains.step[~(flows_out <= 0.0)]] = True
    gain = model.row_lower[rows]
    is_even = (gain == model.row_upper[rows]) & (gain >= 0.0)
    # Another stock in the row would give or take as it likes.
    rises: Mask = is_even & ~falls & (is_before | chains.is_first) & (n_states == 1 + is_before)
    return rises


def _can_go(model: Compiled, chains: _Chains, rises: Mask) -> Mask:
    """Return which states stand in two rows of their chain alone, and have bounds that follow."""
    states = chains.states
    lower, upper = model.column_lower[states], model.column_upper[states]
    least = np.where(chains.is_first, model.row_lower[chains.rows], np.roll(lower, 1))
    degree = np.bincount(model.index, minlength=model.n_columns)[states]
    goes: Mask = rises & np.roll(rises, -1) & ~chains.is_last & (degree == 2)
    goes &= (lower <= least) & (upper >= np.roll(upper, -1)) & ~model.integer[states]
    return goes


def _small(
    model: Compiled, chains: _Chains, end: Indices, columns: Indices, rows: Indices
) -> Compiled:
    number, row_number = np.full(model.n_columns, -1), np.full(model.n_rows, -1)
    number[columns], row_number[rows] = np.arange(columns.size), np.arange(rows.size)
    into = np.arange(model.n_rows)
    into[chains.rows] = chains.rows[end]
    n_summed = np.bincount(end, minlength=end.size)
    gain = np.bincount(end, model.row_lower[chains.rows], end.size)
    is_sum = n_summed > 1
    row_lower, row_upper = model.row_lower.copy(), model.row_upper.copy()
    row_lower[chains.rows[is_sum]] = row_upper[chains.rows[is_sum]] = gain[is_sum]
    cost, offset = _moved(model, model.cost, chains, end)
    still_rows, still_columns = model.still
    still = (row_number[still_rows] >= 0) & (number[still_columns] >= 0)
    return compile_model(
        cost=cost[columns],
        offset=model.offset + offset,
        column_bounds=[(model.column_lower[columns], model.column_upper[columns])],
        row_bounds=[(row_lower[rows], row_upper[rows])],
        integer=model.integer[columns],
        entries=[(row_number[into[model.row_of]], number[model.index], model.value)],
        chains=[
            Chain(number[chain.states[stays]], row_number[chain.rows[stays]])
            for chain in model.chains
            for stays in [number[chain.states] >= 0]
        ],
        still=[(row_number[still_rows[still]], number[still_columns[still]])],
        known=None if model.known is None else model.known[columns],
    )


def _moved(model: Compiled, weights: Array, chains: _Chains, end: Indices) -> tuple[Array, float]:
    """Return ``weights`` of columns with those of states that go moved to what fills them.

    And the constant that is left over.
    """
    ahead = _ahead(weights[chains.states], end)
    moved = weights.copy()
    moved[chains.states[end != np.arange(end.size)]] = 0.0
    columns, step = model.index[chains.inner], chains.step
    np.add.at(moved, columns, -model.value[chains.inner] * ahead[step])
    follows = np.flatnonzero(~chains.is_first)
    follows = follows[end[follows - 1] == follows - 1]
    np.add.at(moved, chains.states[follows - 1], ahead[follows])
    return moved, float(model.row_lower[chains.rows] @ ahead)


def _ahead(weights: Array, end: Indices) -> Array:
    """Return the sum of ``weights`` of states from each place up to the next that stays."""
    own = np.where(end == np.arange(end.size), 0.0, weights)
    before: Array = np.cumsum(own) - own
    return np.asarray(before[end] - before)


def _inflow(model: Compiled, values: Array, chains: _Chains) -> Array:
    """Return what each step adds to its stock, where all is handed on."""
    flows = model.value[chains.inner] * values[model.index[chains.inner]]
    flowed = np.bincount(chains.step, flows, chains.rows.size)
    return np.asarray(model.row_lower[chains.rows] - flowed)
