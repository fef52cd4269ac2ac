"""A model without net powers that are no more than sums of what is below them.

A node's net power g stands in its own balance and in that of the node above::

    a · g + Σ a_j · x_j = b,      ... + w · g + ... in the row above

Where the bounds of the x_j keep g within its own, it is no more than their sum: that is written in
the row above, and the balance falls away with g. Of an area whose transformer is short, but whose
sites' connections are not, a row per site and step.

The solution is that of the whole model, and so are its duals: a kW below is worth what it is above.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import Solution
from scheduling.formulation.compiled import Chain, Compiled, compile_model, thinned

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Below so many rows a solver is done sooner than they are found.
_FEW_ROWS: Final = 1_000
#: The least share of rows that has to fall away.
_WORTH: Final = 0.1


@dataclass(frozen=True, slots=True)
class Netted:
    """``small`` for ``model``.

    ``columns``, ``rows``: those of ``model`` that stay. Per net that goes, shape (G,): ``nets``,
    its column; ``by``, the row that says what it is, with coefficient ``share``; ``above``, the
    row it is written in, with coefficient ``weight``.
    """

    model: Compiled
    small: Compiled
    columns: Indices
    rows: Indices
    nets: Indices
    by: Indices
    share: Array
    above: Indices
    weight: Array

    def summed(self, weights: Array) -> Array:
        """Return weights of the small model's columns for those of the whole one's."""
        return _moved(self.model, weights, self.nets, self.by, self.share)[0][self.columns]

    def whole(self, solution: Solution) -> Solution:
        """Return what ``solution`` of the small model is in the whole one."""
        model = self.model
        values = np.zeros(model.n_columns)
        values[self.columns] = solution.values
        values[self.nets] = (model.row_lower - model.activity(values))[self.by] / self.share
        if solution.row_duals is None or solution.reduced_costs is None:
            return replace(solution, values=values)
        duals, reduced = np.zeros(model.n_rows), np.zeros(model.n_columns)
        duals[self.rows], reduced[self.columns] = solution.row_duals, solution.reduced_costs
        duals[self.by] = (model.cost[self.nets] - self.weight * duals[self.above]) / self.share
        return replace(solution, values=values, row_duals=duals, reduced_costs=reduced)


def netted(model: Compiled) -> Netted | None:
    """Return a smaller model for ``model``, None if it is not worth it."""
    if model.n_rows < _FEW_ROWS or model.integer.any():
        return None
    row_of = model.row_of
    own, other = _pairs(model, row_of)
    if own.size < _WORTH * model.n_rows:
        return None
    fits = _are_implied(model, row_of, own)
    own, other = own[fits], other[fits]
    # One net per row, and none that is written in a row that goes itself: leaves go first.
    _, first = np.unique(row_of[own], return_index=True)
    own, other = own[first], other[first]
    ends = ~np.isin(row_of[own], row_of[other])
    own, other = own[ends], other[ends]
    if own.size < _WORTH * model.n_rows:
        return None
    return _without(model, row_of, own, other)


def _pairs(model: Compiled, row_of: Indices) -> tuple[Indices, Indices]:
    """Return the two entries of each column that has two, in rows of its own and of another.

    The own one is the later of the two: a node comes after that above it. No row of a chain.
    """
    in_chain, is_state = np.zeros(model.n_rows, dtype=bool), np.zeros(model.n_columns, dtype=bool)
    for chain in model.chains:
        in_chain[chain.rows], is_state[chain.states] = True, True
    degree = np.bincount(model.index, minlength=model.n_columns)
    entries = np.flatnonzero(((degree == 2) & ~is_state)[model.index])
    order = np.argsort(model.index[entries], kind="stable")
    above, own = entries[order][0::2], entries[order][1::2]
    rows = row_of[own]
    known = (model.row_lower[rows] == model.row_upper[rows]) & np.isfinite(model.row_lower[rows])
    fits = known & ~in_chain[rows] & ~in_chain[row_of[above]]
    return own[fits], above[fits]


def _are_implied(model: Compiled, row_of: Indices, own: Indices) -> Mask:
    """Return of which columns the bounds follow from those of the others in the row."""
    lower, upper = model.column_lower[model.index], model.column_upper[model.index]
    least = model.value * np.where(model.value > 0.0, lower, upper)
    most = model.value * np.where(model.value > 0.0, upper, lower)
    rows, share, total = row_of[own], model.value[own], model.row_lower[row_of[own]]
    with np.errstate(invalid="ignore"):
        # NaN where a bound is infinite: then nothing is implied.
        at_least = total - (np.bincount(row_of, most, model.n_rows)[rows] - most[own])
        at_most = total - (np.bincount(row_of, least, model.n_rows)[rows] - least[own])
        one, another = at_least / share, at_most / share
        low, high = np.minimum(one, another), np.maximum(one, another)
        columns = model.index[own]
        implied: Mask = (low >= model.column_lower[columns]) & (high <= model.column_upper[columns])
    return implied


def _without(model: Compiled, row_of: Indices, own: Indices, other: Indices) -> Netted:
    nets = model.index[own].astype(np.int64)
    by, above = row_of[own], row_of[other]
    share, weight = model.value[own], model.value[other]
    column_stays, row_stays = np.ones(model.n_columns, bool), np.ones(model.n_rows, bool)
    column_stays[nets], row_stays[by] = False, False
    number, row_number = np.cumsum(column_stays) - 1, np.cumsum(row_stays) - 1
    into, times = np.arange(model.n_rows), np.ones(model.n_rows)
    into[by], times[by] = above, -weight / share
    known = np.bincount(above, weight / share * model.row_lower[by], model.n_rows)
    entries = column_stays[model.index]
    rows, columns = row_of[entries], model.index[entries]
    cost, offset = _moved(model, model.cost, nets, by, share)
    still_rows, still_columns = model.still
    still = row_stays[still_rows] & column_stays[still_columns]
    small = compile_model(
        cost=cost[column_stays],
        offset=model.offset + offset,
        column_bounds=[(model.column_lower[column_stays], model.column_upper[column_stays])],
        row_bounds=[((model.row_lower - known)[row_stays], (model.row_upper - known)[row_stays])],
        integer=model.integer[column_stays],
        entries=[(row_number[into[rows]], number[columns], model.value[entries] * times[rows])],
        chains=[Chain(number[each.states], row_number[each.rows]) for each in model.chains],
        still=[(row_number[still_rows[still]], number[still_columns[still]])],
        layout=thinned(model.layout, column_stays, row_stays),
    )
    stay = np.flatnonzero(column_stays), np.flatnonzero(row_stays)
    return Netted(model, small, *stay, nets, by, share, above, weight)


def _moved(
    model: Compiled, weights: Array, nets: Indices, by: Indices, share: Array
) -> tuple[Array, float]:
    """Return ``weights`` of columns with those of ``nets`` moved to what they are the sum of.

    And the constant that is left over.
    """
    per_row = np.zeros(model.n_rows)
    per_row[by] = weights[nets] / share
    if not per_row.any():
        return weights, 0.0
    moved = weights - np.bincount(
        model.index, model.value * per_row[model.row_of], minlength=model.n_columns
    )
    return moved, float(per_row[by] @ model.row_lower[by])
