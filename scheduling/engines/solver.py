"""HiGHS as a solver: a model handed over, run within a time, its end named as engines do."""

from time import monotonic
from typing import Any, Final

import highspy
import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import EngineFailed, Infeasible, OutOfTime, Unbounded
from scheduling.formulation.compiled import Compiled

Array = NDArray[np.float64]
Status = highspy.HighsModelStatus

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
#: Steepest edges would first be measured from where a small model starts, which takes longer than
#: the few iterations that they spare; where so few follow, degeneracy needs no perturbing.
_FEW_ITERATIONS: Final = (
    ("simplex_dual_edge_weight_strategy", 1),  # devex
    ("primal_simplex_bound_perturbation_multiplier", 0.0),
)
#: What is money decides, however little: else it would be the way to a plan that does. Not where a
#: model is no more than straight lines beside what bends.
_TO_A_HAIR: Final = ("dual_feasibility_tolerance", 1e-9)
#: A rule of presolve that is left out where there are integers: of two columns alike, of which one
#: is an integer, HiGHS 1.15.1 makes a dearer answer and calls it the best (not so in 1.16.0).
_WITHOUT_FAULTS: Final = (("presolve_rule_off", 1 << 13),)
#: Closer than this to the bound is the bound [currency].
LEAST_GAP: Final = 1e-9
_FEW_STORES: Final = 5
#: From so many rows on, presolve is a better start for settling ties than the last basis is: of an
#: area of two hundred sites (43,000 rows) it takes two thirds of the time.
LARGE: Final = 30_000
#: Values of HiGHS' option ``simplex_strategy``.
DUAL: Final = 1
PRIMAL: Final = 4
_MINIMISE: Final = 1
_BY_ROWS: Final = 2


def instance(model: Compiled, gap: float) -> Any:
    """Return a HiGHS that holds ``model``, on one thread, with a start where there is one."""
    highs = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("mip_rel_gap", gap),
        ("mip_abs_gap", LEAST_GAP),
        ("presolve", "choose" if _is_worth_presolving(model) else "off"),
        *(_WITHOUT_FAULTS if model.integer.any() else ()),
        *(_small(model) if model.n_rows <= _SMALL else ()),
    ):
        highs.setOptionValue(option, value)
    pass_model(highs, model)
    if not _is_worth_presolving(model) and model.still[0].size:
        highs.setBasis(_standing_still(model))
    return highs


def _small(model: Compiled) -> tuple[tuple[str, Any], ...]:
    if model.integer.any():
        return _SEARCHES
    return _FEW_ITERATIONS if model.bent else (*_FEW_ITERATIONS, _TO_A_HAIR)


def pass_model(highs: Any, model: Compiled) -> None:
    """Let ``highs`` hold ``model`` in place of what it held."""
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
    if model.integer.any():
        return True
    return not model.still[0].size and len(model.chains) > _FEW_STORES


def worked_out(highs: Any) -> Any:
    """Return the solution that ``highs`` ended with; an optimum worked out anew from its basis.

    It then follows from the basis to the last bit, and not from the way that led there, which
    depends on what was solved before.
    """
    found = highs.getSolution()
    if highs.getModelStatus() != Status.kOptimal:
        return found
    highs.setOptionValue("time_limit", highspy.kHighsInf)
    highs.setBasis(highs.getBasis())
    highs.run()
    return highs.getSolution() if highs.getModelStatus() == Status.kOptimal else found


def array(values: list[float]) -> Array:
    """Return ``values`` as HiGHS hands them over, in half the time that ``asarray`` takes."""
    return np.fromiter(values, np.float64, len(values))


def run(highs: Any, deadline: float) -> bool:
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
        raise Unbounded("a price pays for something without a limit")
    raise EngineFailed(f"HiGHS ended with {highs.modelStatusToString(status)}")
