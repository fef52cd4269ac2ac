"""A plan where the time was too short for the best: one that keeps all limits, then made cheaper.

Without costs any basis is dual feasible: from the one in which nothing moves the dual simplex has
only to mend the limits that standing still breaks, which takes a fraction of a second where the
optimum takes ten. From there the primal simplex keeps all limits at every iteration and only
makes the plan cheaper, for as long as there is time.

How good it is at least is told by weak duality: for any duals y, no solution of ``min c x`` costs
less than what y earns on the rows and ``c - y A`` on the columns, each at its worse bound.
"""

from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import EngineFailed, OutOfTime, Solution
from scheduling.engines.solver import instance, run
from scheduling.formulation.compiled import Compiled

Array = NDArray[np.float64]

#: What is left to make the plan cheaper [s].
_A_WHILE: Final = 1.0
_PRIMAL: Final = 4
#: Of a sum, is its rounding.
_ROUNDING: Final = 1e-14


def first_plan(model: Compiled, duals: Array, *, gap: float, deadline: float) -> Solution:
    """Return a solution of ``model``, all linear, that need not be the cheapest, and its bound.

    Args:
        duals: of rows, shape (n_rows,), as an interrupted search left them.
        deadline: of the monotonic clock, to find one by.

    Raises:
        Infeasible: there is none.
        OutOfTime: none was found either.
    """
    free = replace(model, cost=np.zeros(model.n_columns), offset=0.0)
    highs = instance(free, gap)
    run(highs, deadline)
    values = np.asarray(highs.getSolution().col_value)
    every = np.arange(model.n_columns, dtype=np.int32)
    highs.changeColsCost(every.size, every, model.cost)
    highs.setOptionValue("simplex_strategy", _PRIMAL)
    with suppress(OutOfTime, EngineFailed):
        run(highs, monotonic() + _A_WHILE)
        values = np.asarray(highs.getSolution().col_value)
    cost = float(model.cost @ values) + model.offset
    known = [duals_of(highs, model), duals]
    bound = max(proven_bound(model, each) for each in known)
    return Solution(
        values=values,
        cost=cost,
        bound=min(bound, cost),
        is_proven=cost - bound <= gap * abs(cost),
    )


def proven_bound(model: Compiled, duals: Array) -> float:
    """Return what no solution of ``model`` costs less than, by ``duals`` of its rows.

    Minus infinity where a column would earn without end, though its rows pay less for it.
    """
    # A row without a bound on its worse side earns nothing: its dual is taken as none.
    worse = _worse(duals, model.row_lower, model.row_upper)
    duals = np.where(np.isfinite(worse), duals, 0.0)
    reduced = _reduced(model, duals)
    endless = ~np.isfinite(_worse(reduced, model.column_lower, model.column_upper))
    if (reduced[endless] != 0.0).any():
        duals = _paying_less(model, duals, reduced, endless & (reduced != 0.0))
        reduced = _reduced(model, duals)
    earned = _at_worse(duals, model.row_lower, model.row_upper)
    return earned + _at_worse(reduced, model.column_lower, model.column_upper) + model.offset


def _reduced(model: Compiled, duals: Array) -> Array:
    """Return ``c - y A``, shape (n_columns,)."""
    parts = model.value * duals[model.row_of]
    spent, size = (
        np.bincount(model.index, each, model.n_columns) for each in (parts, np.abs(parts))
    )
    reduced: Array = model.cost - spent
    # What is nothing but for the rounding of its sum would make columns without a bound earn.
    reduced[np.abs(reduced) <= _ROUNDING * (np.abs(model.cost) + size)] = 0.0
    return reduced


def _paying_less(
    model: Compiled, duals: Array, reduced: Array, columns: NDArray[np.bool_]
) -> Array:
    """Return ``duals``, less of rows that pay more for ``columns`` than these cost."""
    spent = model.cost - reduced
    share = np.divide(model.cost, spent, out=np.zeros(spent.size), where=spent != 0.0)
    left, entries = np.ones(model.n_rows), np.flatnonzero(columns[model.index])
    np.minimum.at(left, model.row_of[entries], np.clip(share, 0.0, 1.0)[model.index[entries]])
    return duals * left


def duals_of(highs: Any, model: Compiled) -> Array:
    """Return the duals of rows that ``highs`` has, however it ended; zero where it has none."""
    duals = np.asarray(highs.getSolution().row_dual)
    return duals if duals.size == model.n_rows else np.zeros(model.n_rows)


def _worse(prices: Array, lower: Array, upper: Array) -> Array:
    return np.where(prices > 0.0, lower, upper)


def _at_worse(prices: Array, lower: Array, upper: Array) -> float:
    bounds = _worse(prices, lower, upper)
    return float(prices[prices != 0.0] @ bounds[prices != 0.0])
