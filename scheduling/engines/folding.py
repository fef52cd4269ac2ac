"""A model in which deviating costs by the piece, without a row that says by how much.

What a plan keeps of the one before it, and what was agreed, are rows with two columns of their
own, u and l, that cost π and κ each::

    c - d - u + l = p,      c, d, u, l >= 0

If p > 0, c becomes two columns: up to p each unit spares κ, and beyond it, in a twin of the same
entries, costs π; d, which leads away from p, costs κ more. If p < 0 likewise, c and d exchanged.
The row falls away with u and l, which is a third of the rows of a plan that follows another.

That takes c and d for apart: both at once would deviate by their difference alone. It is the same
as long as having both earns nothing, which is seen from the duals: where no price of the row
explains the solution, the answer is none, and the model has to be solved as it is.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import Solution
from scheduling.formulation.compiled import Chain, Compiled, Layout, compile_model, thinned

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Below so many rows a solver is done sooner than they are found.
_FEW_ROWS: Final = 1_000
#: The least share of rows that has to fall away.
_WORTH: Final = 0.1
#: Less than this is no money [currency per unit], and this no power: what solvers leave of either.
_NO_MONEY: Final = 1e-6
_ROUNDING: Final = 1e-6


@dataclass(frozen=True, slots=True)
class _Deviations:
    """D rows about a deviation, shape (D,).

    ``rows`` and what they ask for, ``wanted``; ``above`` and ``below``, columns of their own.
    ``ups`` and ``downs``: columns that count as they are and negative, -1 where there is none.
    """

    rows: Indices
    wanted: Array
    above: Indices
    below: Indices
    ups: Indices
    downs: Indices


@dataclass(frozen=True, slots=True)
class Folded:
    """``small`` for ``model``.

    ``columns``, ``rows``: those of ``model`` that stay, first in ``small``. ``split``: columns of
    ``model`` that have a twin, in the order in which these come after the others.
    """

    model: Compiled
    small: Compiled
    columns: Indices
    rows: Indices
    split: Indices
    deviations: _Deviations

    def summed(self, weights: Array) -> Array:
        """Return weights of the small model's columns for those of the whole one's."""
        return np.concatenate([weights[self.columns], weights[self.split]])

    def whole(self, solution: Solution) -> Solution | None:
        """Return what ``solution`` of the small model is in the whole one, None if it is not."""
        model, found = self.model, self.deviations
        values = np.zeros(model.n_columns)
        values[self.columns] = solution.values[: self.columns.size]
        values[self.split] += solution.values[self.columns.size :]
        ups, downs = _of(values, found.ups), _of(values, found.downs)
        beyond = ups - downs - found.wanted
        values[found.above], values[found.below] = np.maximum(beyond, 0), np.maximum(-beyond, 0)
        cost = float(model.cost @ values) + model.offset
        if solution.row_duals is None:
            # Found out of time: a plan it is, but what the small model cannot beat says nothing.
            return replace(solution, values=values, cost=cost, bound=-np.inf, is_proven=False)
        duals = np.zeros(model.n_rows)
        duals[self.rows] = solution.row_duals
        low, high = self._worth(values, beyond, model.cost - _by_column(model, duals))
        if (low > high + _NO_MONEY).any():
            return None
        duals[found.rows] = np.clip(0.0, np.minimum(low, high), high)
        reduced = model.cost - _by_column(model, duals)
        bound = min(cost, solution.bound)
        return replace(
            solution,
            values=values,
            cost=cost,
            bound=bound,
            row_duals=duals,
            reduced_costs=reduced,
        )

    def _worth(self, values: Array, beyond: Array, priced: Array) -> tuple[Array, Array]:
        """Return between what the duals of the rows have to be; nothing if the plan costs too much.

        ``priced``: what one more of each column costs, these rows left aside.
        """
        model, found = self.model, self.deviations
        low = np.where(beyond < -_ROUNDING, model.cost[found.below], -model.cost[found.above])
        high = np.where(beyond > _ROUNDING, -model.cost[found.above], model.cost[found.below])
        for columns, sign in ((found.ups, 1.0), (found.downs, -1.0)):
            there = columns >= 0
            own = sign * priced[columns]
            has_some = there & (values[columns] > _ROUNDING)
            has_room = there & (values[columns] < model.column_upper[columns] - _ROUNDING)
            # What runs would cost less if it ran less, were its price not at least that.
            at_least, at_most = (has_some, has_room) if sign > 0 else (has_room, has_some)
            low = np.where(at_least, np.maximum(low, own), low)
            high = np.where(at_most, np.minimum(high, own), high)
        return low, high


def folded(model: Compiled) -> Folded | None:
    """Return a smaller model for ``model``, None if it is not worth it."""
    if model.n_rows < _FEW_ROWS or model.integer.any():
        return None
    degree = np.bincount(model.index, minlength=model.n_columns)
    if np.count_nonzero(degree == 1) < 2 * _WORTH * model.n_rows:
        return None
    found = _deviations(model, degree)
    if found.rows.size < _WORTH * model.n_rows:
        return None
    return _without(model, found)


def _deviations(model: Compiled, degree: Indices) -> _Deviations:
    row_of, is_own = model.row_of, degree[model.index] == 1
    lower, upper = model.column_lower[model.index], model.column_upper[model.index]
    is_state = np.zeros(model.n_columns, dtype=bool)
    for chain in model.chains:
        is_state[chain.states] = True
    may_split = ~is_own & (lower == 0.0) & ~is_state[model.index]
    is_own &= (lower == 0.0) & np.isinf(upper) & (model.cost[model.index] >= 0.0)
    columns = {}
    for name, of, sign in (
        ("above", is_own, -1.0),
        ("below", is_own, 1.0),
        ("ups", may_split, 1.0),
        ("downs", may_split, -1.0),
    ):
        at = np.flatnonzero(of & (model.value == sign))
        columns[name] = np.full(model.n_rows, -1)
        columns[name][row_of[at]] = model.index[at]
    n_read = sum((each >= 0).astype(np.int64) for each in columns.values())
    is_row = (columns["above"] >= 0) & (columns["below"] >= 0) & (n_read == np.diff(model.start))
    is_row &= (n_read > 2) & (model.row_lower == model.row_upper)
    # A column of two such rows would have two kinks.
    used = np.concatenate([columns["ups"][is_row], columns["downs"][is_row]])
    often = np.bincount(used[used >= 0], minlength=model.n_columns) > 1
    for name in ("ups", "downs"):
        is_row &= (columns[name] < 0) | ~often[columns[name]]
    rows = np.flatnonzero(is_row)
    return _Deviations(rows, model.row_lower[rows], *(each[rows] for each in columns.values()))


def _without(model: Compiled, found: _Deviations) -> Folded:
    column_stays, row_stays = np.ones(model.n_columns, bool), np.ones(model.n_rows, bool)
    column_stays[found.above] = column_stays[found.below] = row_stays[found.rows] = False
    columns, rows = np.flatnonzero(column_stays), np.flatnonzero(row_stays)
    cost, upper = model.cost.copy(), model.column_upper.copy()
    twin_cost, twin_upper = model.cost.copy(), np.full(model.n_columns, -1.0)
    above, below = model.cost[found.above], model.cost[found.below]
    for own, sign, further, nearer in (
        (found.ups, 1.0, above, below),
        (found.downs, -1.0, below, above),
    ):
        there = own >= 0
        at, part = own[there], np.maximum(sign * found.wanted, 0.0)[there]
        part = np.minimum(part, model.column_upper[at])
        twin_cost[at] += further[there]
        twin_upper[at] = np.where(part > 0.0, model.column_upper[at] - part, 0.0)
        cost[at] += np.where(part > 0.0, -nearer[there], further[there])
        upper[at] = np.where(part > 0.0, part, model.column_upper[at])
    split = np.flatnonzero(twin_upper >= 0.0)
    idle = np.where(found.wanted > 0.0, below, above) @ np.abs(found.wanted)
    number, twin = np.cumsum(column_stays) - 1, np.full(model.n_columns, -1)
    twin[split] = columns.size + np.arange(split.size)
    row_number, row_of = np.cumsum(row_stays) - 1, model.row_of
    entries = row_stays[row_of]
    at, column, value = row_number[row_of[entries]], model.index[entries], model.value[entries]
    doubled = twin[column] >= 0
    still_rows, still_columns = model.still
    still = row_stays[still_rows] & column_stays[still_columns]
    small = compile_model(
        cost=np.concatenate([cost[columns], twin_cost[split]]),
        offset=model.offset + float(idle),
        column_bounds=[
            (model.column_lower[columns], upper[columns]),
            (np.zeros(split.size), twin_upper[split]),
        ],
        row_bounds=[(model.row_lower[rows], model.row_upper[rows])],
        integer=np.zeros(columns.size + split.size, dtype=bool),
        entries=[
            (at, number[column], value),
            (at[doubled], twin[column[doubled]], value[doubled]),
        ],
        chains=[Chain(number[each.states], row_number[each.rows]) for each in model.chains],
        still=[(row_number[still_rows[still]], number[still_columns[still]])],
        layout=_with_twins(model, column_stays, row_stays, twin >= 0),
    )
    return Folded(model, small, columns, rows, split, found)


def _with_twins(model: Compiled, columns: Mask, rows: Mask, twins: Mask) -> Layout | None:
    left, doubled = thinned(model.layout, columns, rows), thinned(model.layout, twins, rows)
    if left is None or doubled is None:
        return None
    return left[0] + doubled[0], left[1]


def _of(values: Array, columns: Indices) -> Array:
    return np.where(columns >= 0, values[columns], 0.0)


def _by_column(model: Compiled, duals: Array) -> Array:
    priced = model.value * duals[model.row_of]
    return np.bincount(model.index, priced, minlength=model.n_columns).astype(np.float64)
