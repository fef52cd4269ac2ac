"""HiGHS, the default engine (Huangfu and Hall, Math. Prog. Comp. 10, 2018).

Ties are settled on the optimal face: columns with a reduced cost stay at their bound, rows
with a dual stay at theirs; whatever can still move then costs nothing, and the preferences
are minimised over it. No money is given up, not even a rounding.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any, Final

import highspy
import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import (
    DEFAULT_GAP,
    EngineFailed,
    Infeasible,
    OutOfTime,
    Solution,
    Unbounded,
)
from scheduling.engines.choices import settle_choices
from scheduling.engines.kept import Kept
from scheduling.engines.rounding import left_open, roundings
from scheduling.engines.shrinking import shrunk
from scheduling.formulation.compiled import Compiled

Array = NDArray[np.float64]
Status = highspy.HighsModelStatus

#: Below this a reduced cost is rounding, not money [currency per unit].
_NO_MONEY: Final = 1e-9
#: Up to so many rows, branching is cheaper than searching for good integers: measured on days
#: with processes, the searches and restarts take half of the time or more, and find nothing.
_SMALL: Final = 1_000
_SEARCHES: Final = (
    ("mip_heuristic_effort", 0.0),
    ("mip_heuristic_run_feasibility_jump", False),
    ("mip_heuristic_run_rins", False),
    ("mip_heuristic_run_rens", False),
    ("mip_heuristic_run_root_reduced_cost", False),
    ("mip_detect_symmetry", False),
    ("mip_allow_restart", False),
)
#: Closer than this to the bound is the bound [currency].
_LEAST_GAP: Final = 1e-9
_FEW_STORES: Final = 5
#: What is left to make a found plan exact when the time is up [s].
_A_MOMENT: Final = 0.5
#: From so many rows on, presolve is better than any start: of an area of fifty sites (19,000
#: rows) it takes a third longer, of one of two hundred a third less. The same holds for ties.
_LARGE: Final = 30_000
_MINIMISE: Final = 1
_BY_ROWS: Final = 2


class HighsEngine:
    """Solves in-process, on one thread: workers are scaled by process, not by thread.

    ``kept``, if given, is a model that lives on from run to run (``engines.living``).
    """

    def __init__(self, kept: Kept | None = None) -> None:
        self._kept = kept

    def solve(
        self,
        model: Compiled,
        *,
        time_limit: timedelta,
        gap: float = DEFAULT_GAP,
        preferences: Array | None = None,
    ) -> Solution:
        """Return the cheapest solution; see ``Engine.solve``."""
        deadline = monotonic() + time_limit.total_seconds()
        smaller = shrunk(model)
        if smaller is None:
            found = self._solve(model, deadline, gap, preferences)
        else:
            liked = None if preferences is None else smaller.summed(preferences)
            found = smaller.whole(self._solve(smaller.small, deadline, gap, liked))
        values = np.clip(found.values, model.column_lower, model.column_upper)
        return replace(found, values=values)

    def _solve(
        self, model: Compiled, deadline: float, gap: float, preferences: Array | None
    ) -> Solution:
        has_integers = bool(model.integer.any())
        kept = None if has_integers else self._kept
        highs = kept.revived(model) if kept else None
        if highs is None:
            linear = replace(model, integer=np.zeros_like(model.integer))
            highs = _instance(linear if has_integers else model, gap)
        _run(highs, deadline)
        bound, is_proven = -np.inf, True
        if has_integers:
            bound, is_proven = _settle_integers(highs, model, gap, deadline)
            # A plan is found: to have it exact is worth a moment more than there was.
            deadline = max(deadline, monotonic() + _A_MOMENT)
            _run(highs, deadline)
        if has_integers and is_proven and preferences is not None:
            settle_choices(highs, model, preferences, run=lambda: _run(highs, deadline))
        if kept:
            kept.keep(model, highs)
        solution = highs.getSolution()
        values = np.asarray(solution.col_value)
        cost = float(model.cost @ values) + model.offset
        reduced, duals = np.asarray(solution.col_dual), np.asarray(solution.row_dual)
        if preferences is not None and not _is_only_one(model, reduced, duals):
            _stay_optimal(highs, model, values, reduced, duals)
            values = _choose(highs, preferences, deadline, otherwise=values, kept=kept)
        return Solution(
            values=values,
            cost=cost,
            bound=min(cost, bound) if has_integers else cost,
            is_proven=is_proven,
            row_duals=duals,
            reduced_costs=reduced,
        )


def _instance(model: Compiled, gap: float) -> Any:
    highs = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("mip_rel_gap", gap),
        ("mip_abs_gap", _LEAST_GAP),
        ("presolve", "choose" if _is_worth_presolving(model) else "off"),
        *(_SEARCHES if model.n_rows <= _SMALL else ()),
    ):
        highs.setOptionValue(option, value)
    highs.passModel(
        model.n_columns,
        model.n_rows,
        model.value.size,
        _BY_ROWS,
        _MINIMISE,
        model.offset,
        model.cost,
        model.column_lower,
        model.column_upper,
        model.row_lower,
        model.row_upper,
        model.start[:-1],
        model.index,
        model.value,
        model.integer.astype(np.int32),
    )
    if not _is_worth_presolving(model) and model.still[0].size:
        highs.setBasis(_standing_still(model))
    return highs


def _standing_still(model: Compiled) -> Any:
    """Return the basis in which nothing moves; where rows have no such column, their slack."""
    rows, columns = model.still
    basic, lower = highspy.HighsBasisStatus.kBasic, highspy.HighsBasisStatus.kLower
    of_columns = np.full(model.n_columns, lower, dtype=object)
    of_columns[np.isinf(model.column_lower)] = highspy.HighsBasisStatus.kUpper
    of_columns[columns] = basic
    of_rows = np.full(model.n_rows, basic, dtype=object)
    of_rows[rows] = lower
    of_rows[rows[np.isinf(model.row_lower[rows])]] = highspy.HighsBasisStatus.kUpper
    basis = highspy.HighsBasis()
    basis.col_status, basis.row_status = of_columns.tolist(), of_rows.tolist()
    basis.valid, basis.alien = True, False
    return basis


def _is_worth_presolving(model: Compiled) -> bool:
    # Where there is a start in which nothing moves, that saves more than presolve does: a third of
    # the time of one store, half of that of vehicles and areas.
    if model.integer.any() or model.n_rows > _LARGE:
        return True
    return not model.still[0].size and len(model.chains) > _FEW_STORES


def _settle_integers(
    highs: Any, model: Compiled, gap: float, deadline: float
) -> tuple[float, bool]:
    """Fix the integers of ``highs`` at their best values; return the bound and if proven.

    ``highs`` has solved ``model`` with them left continuous. What is left is linear: its solution
    is exact, where that of the integer programme keeps to its rows within a tolerance only, and
    it has duals.
    """
    solution = highs.getSolution()
    values, prices = np.asarray(solution.col_value), np.asarray(solution.col_dual)
    least = highs.getInfo().objective_function_value
    found = _rounded(highs, model, values, prices, deadline)
    cost = np.inf if found is None else highs.getInfo().objective_function_value
    if found is not None and cost - least <= max(gap * abs(cost), _LEAST_GAP):
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
    search = _instance(model, gap)
    if known is not None:
        start = highspy.HighsSolution()
        start.col_value = known.tolist()
        search.setSolution(start)
    try:
        is_proven = _run(search, deadline)
    except OutOfTime:
        if known is None:
            raise
        return known, -np.inf, False
    bound = float(search.getInfo().mip_dual_bound)
    return np.asarray(search.getSolution().col_value), bound, is_proven


def _rounded(
    highs: Any, model: Compiled, values: Array, prices: Array, deadline: float
) -> Array | None:
    """Fix the integers of ``highs`` at whole numbers near ``values``; return the plan, if any."""
    for columns, whole in roundings(model, values, prices):
        at = columns.astype(np.int32)
        highs.changeColsBounds(at.size, at, whole, whole)
        with suppress(Infeasible, OutOfTime, EngineFailed):
            if _run(highs, deadline):
                return np.asarray(highs.getSolution().col_value)
    return None


def _run(highs: Any, deadline: float) -> bool:
    """Run; return if optimality is proven (else a solution was found and time ran out)."""
    left = max(deadline - monotonic(), 0.0)
    # HiGHS counts the time of all runs of one instance together.
    highs.setOptionValue("time_limit", highs.getRunTime() + left)
    highs.run()
    status = highs.getModelStatus()
    if status in {Status.kOptimal, Status.kModelEmpty}:
        return True
    if status == Status.kTimeLimit:
        if highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            return False
        raise OutOfTime("no solution was found within the time limit")
    if status == Status.kUnboundedOrInfeasible:
        highs.setOptionValue("presolve", "off")
        highs.run()
        status = highs.getModelStatus()
    if status == Status.kInfeasible:
        raise Infeasible
    if status == Status.kUnbounded:
        raise Unbounded
    raise EngineFailed(f"HiGHS ended with {highs.modelStatusToString(status)}")


def _is_only_one(model: Compiled, reduced: Array, duals: Array) -> bool:
    """Return if no other solution costs as little.

    As many columns and rows as there are rows are basic and worth nothing; where no further one
    is, moving any of the others costs money.
    """
    worthless = np.count_nonzero(np.abs(reduced) <= _NO_MONEY)
    worthless += np.count_nonzero(np.abs(duals) <= _NO_MONEY)
    return int(worthless) == model.n_rows


def _stay_optimal(highs: Any, model: Compiled, values: Array, reduced: Array, duals: Array) -> None:
    """Confine ``highs`` to the solutions that cost as little as ``values``."""
    priced = np.flatnonzero(np.abs(reduced) > _NO_MONEY).astype(np.int32)
    highs.changeColsBounds(priced.size, priced, values[priced], values[priced])
    rows = np.flatnonzero(np.abs(duals) > _NO_MONEY).astype(np.int32)
    active = np.where(duals[rows] > 0, model.row_lower[rows], model.row_upper[rows])
    highs.changeRowsBounds(rows.size, rows, active, active)


def _choose(
    highs: Any, preferences: Array, deadline: float, *, otherwise: Array, kept: Kept | None
) -> Array:
    everything = np.arange(preferences.size, dtype=np.int32)
    highs.changeColsCost(preferences.size, everything, preferences)
    if kept and kept.settled is not None:
        highs.setBasis(kept.settled)
    elif highs.getNumRow() > _LARGE:
        highs.clearSolver()
        highs.setOptionValue("presolve", "choose")
    try:
        is_settled = _run(highs, deadline)
    except (EngineFailed, Infeasible, OutOfTime, Unbounded):
        # The plan in hand is optimal; only its looks are in question.
        return otherwise
    if kept:
        kept.settled = highs.getBasis()
    return np.asarray(highs.getSolution().col_value) if is_settled else otherwise
