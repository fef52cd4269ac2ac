"""The integers of a model that HiGHS has solved with them left continuous."""

from contextlib import suppress
from time import monotonic
from typing import Any, Final

import highspy
import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import EngineFailed, Infeasible, OutOfTime
from scheduling.engines.diving import dive
from scheduling.engines.rounding import left_open, roundings
from scheduling.engines.solver import LEAST_GAP, instance, run
from scheduling.engines.switches import Switches
from scheduling.formulation.compiled import Compiled

Array = NDArray[np.float64]

#: How much longer than it may a search for a first plan goes on [s]: a plan is better than none.
FOR_A_PLAN: Final = 3.0


def settle_integers(highs: Any, model: Compiled, gap: float, deadline: float) -> tuple[float, bool]:
    """Fix the integers of ``highs`` at their best values; return the bound and if proven.

    ``highs`` has solved ``model`` with them left continuous. What is left is linear: its solution
    is exact, where that of the integer programme keeps to its rows within a tolerance only, and
    it has duals.
    """
    solution = highs.getSolution()
    values, prices = np.asarray(solution.col_value), np.asarray(solution.col_dual)
    least = highs.getInfo().objective_function_value
    soon = max(deadline, monotonic() + FOR_A_PLAN)
    found = None if model.known is None else _as_known(highs, model, model.known, soon)
    if found is None:
        found = _rounded(highs, model, values, prices, soon)
    cost = np.inf if found is None else highs.getInfo().objective_function_value
    if found is not None and cost - least <= max(gap * abs(cost), LEAST_GAP):
        return least, True
    best, bound, is_proven = _search(
        left_open(model, values, prices, cost - least), gap, deadline, known=found
    )
    columns = np.flatnonzero(model.integer).astype(np.int32)
    fixed = np.round(best[columns])
    highs.changeColsBounds(columns.size, columns, fixed, fixed)
    return max(least, bound), is_proven


def _search(
    model: Compiled, gap: float, deadline: float, *, known: Array | None
) -> tuple[Array, float, bool]:
    """Return the best values of all columns, their bound and if proven, from ``known`` on."""
    switches = Switches.of(model)
    search = instance(switches.small(model) if switches.rows.size else model, gap)
    if known is not None:
        start = highspy.HighsSolution()
        start.col_value = switches.above_least(known).tolist()
        search.setSolution(start)
        # It jumps to a plan where there is none yet.
        search.setOptionValue("mip_heuristic_run_feasibility_jump", False)
    try:
        is_proven = run(search, deadline)
    except (Infeasible, OutOfTime):
        # What is known is a plan, whatever rounding made of the rest.
        if known is None:
            raise
        return known, -np.inf, False
    bound = float(search.getInfo().mip_dual_bound)
    return switches.whole(np.asarray(search.getSolution().col_value)), bound, is_proven


def _as_known(highs: Any, model: Compiled, known: Array, deadline: float) -> Array | None:
    """Fix the integers of ``highs`` as they are in ``known``; return the plan, if it is one."""
    at = np.flatnonzero(model.integer).astype(np.int32)
    whole = np.round(known[at])
    highs.changeColsBounds(at.size, at, whole, whole)
    with suppress(Infeasible, EngineFailed):
        if run(highs, deadline):
            return np.asarray(highs.getSolution().col_value)
    highs.changeColsBounds(at.size, at, model.column_lower[at], model.column_upper[at])
    return None


def _rounded(
    highs: Any, model: Compiled, values: Array, prices: Array, deadline: float
) -> Array | None:
    """Fix the integers of ``highs`` at whole numbers near ``values``; return the plan, if any."""
    for columns, whole in roundings(model, values, prices):
        at = columns.astype(np.int32)
        highs.changeColsBounds(at.size, at, whole, whole)
        with suppress(Infeasible, EngineFailed):
            if run(highs, deadline):
                return np.asarray(highs.getSolution().col_value)
    highs.changeColsBounds(at.size, at, model.column_lower[columns], model.column_upper[columns])
    with suppress(OutOfTime):
        if dive(highs, model, values, prices, run=lambda: run(highs, deadline)):
            return np.asarray(highs.getSolution().col_value)
    return None
