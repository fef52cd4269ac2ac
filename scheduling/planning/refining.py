"""From a linear plan to one that keeps the exact equations of what bends.

The linear plan decides what is on or off. With that fixed it is brought onto the exact equations
by a short sequence of linear programmes, each along the last solution and within an ever smaller
region around it (Fletcher and Sainz de la Maza, Math. Prog. 43, 1989). That is the *linear answer*.
An engine that knows the equations themselves refines it; the cheaper of the two is the plan.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import (
    ENGINES,
    EngineDiverged,
    EngineFailed,
    EngineKilled,
    Infeasible,
    OutOfTime,
    Refines,
    Solution,
    Unbounded,
)
from scheduling.engines.highs import HighsEngine
from scheduling.formulation.bending import along, relaxed
from scheduling.formulation.bends import misses
from scheduling.formulation.blocks import take
from scheduling.formulation.compiled import Compiled, fix_columns
from scheduling.formulation.simulation import simulate
from scheduling.formulation.site import SiteModel, SiteProblem
from scheduling.interpret.refinement import Outcome, Refinement
from scheduling.planning.choices import REFINER

Array = NDArray[np.float64]

#: Refining may take so long at most: what is not found by then hardly ever is.
MOST_TIME: Final = timedelta(seconds=30)

#: Exact enough [kW]: a year of quarters adds up to a Wh.
_EXACT: Final = 1e-6
#: The first region, as a share of the most power; how it shrinks; and where a step is too small.
_FIRST, _SHRINK, _LAST = 0.4, 0.4, 1e-6
#: What a linear programme along an optimum may still save, as a share: rounding of the engine.
_LITTLE: Final = 1e-3
#: Near what an engine of the exact equations found.
_NEAR: Final = 1e-3
#: So often what excludes each other is taken apart, before a solution is given up.
_MOST_ROUNDS: Final = 4

#: What an engine may end with, and what that is called; the first that fits.
_ENDS: Final[dict[type[Exception], Outcome]] = {
    OutOfTime: Outcome.OUT_OF_TIME,
    EngineKilled: Outcome.KILLED,
    EngineDiverged: Outcome.DIVERGED,
    EngineFailed: Outcome.FAILED,
}


@dataclass(frozen=True, slots=True)
class Refined:
    """A solution, by which engine, and what became of refining it."""

    engine: str
    solution: Solution
    refinement: Refinement


def refined(
    site: SiteModel,
    problem: SiteProblem,
    linear: Solution,
    *,
    engine: str,
    refiner: str | None,
    time_limit: timedelta,
) -> Refined:
    """Return the better of the linear answer and what ``refiner`` makes of it.

    Never raises for what the refiner does: then the linear plan stands, and says why.

    Args:
        linear: solution of ``site.model``, found by ``engine``.
        refiner: name of an engine that knows the exact equations; None: only the linear answer.
        time_limit: for all of it.
    """
    deadline = monotonic() + min(time_limit, MOST_TIME).total_seconds()
    model = _decided(site, linear.values)
    answer = _apart(site, model, _settled(model, linear.values, deadline, first=_FIRST), deadline)
    found, outcome = None, Outcome.NOT_ASKED
    if refiner is not None:
        start = linear.values if answer is None else answer
        found, outcome = _by_engine(refiner, model, start, deadline)
        found = _apart(site, model, found, deadline)
    is_better = found is not None and (answer is None or _is_cheaper(model, found, answer))
    if outcome is Outcome.REFINED and not is_better:
        outcome = Outcome.DIVERGED if found is None else Outcome.NOT_BETTER
    best = found if is_better else answer
    if best is None:
        bound = min(_bound(site.model.compile()), linear.cost)
        mark = Refinement(outcome=outcome, is_exact=False)
        return Refined(engine, replace(linear, bound=bound, is_proven=False), mark)
    refinement = Refinement(
        outcome=outcome,
        is_exact=True,
        linear_cost=None if answer is None else _cost(model, answer),
        refined_cost=None if found is None else _cost(model, found),
        miss_kwh=_miss(site, problem, best),
    )
    return Refined(REFINER if is_better else engine, _explained(site, model, best), refinement)


def _is_cheaper(model: Compiled, one: Array, other: Array) -> bool:
    """Return if ``one`` costs less by more than rounding."""
    cost = _cost(model, other)
    return _cost(model, one) < cost - 1e-7 * max(1.0, abs(cost))


def _apart(site: SiteModel, model: Compiled, values: Array | None, deadline: float) -> Array | None:
    """Return ``values`` with one of what excludes each other, None where that cannot be had.

    Where burning energy pays, the exact equations alone would charge and discharge at once.
    """
    for _ in range(_MOST_ROUNDS):
        if values is None:
            return None
        found = values.copy()
        less = [np.empty(0, dtype=np.int64)]
        for pair in site.model.exclusives:
            first, second = found[pair.first], found[pair.second]
            both = np.where(pair.cancels, np.maximum(np.minimum(first, second), 0.0), 0.0)
            found[pair.first] -= both
            found[pair.second] -= both
            smaller = np.where(first < second, pair.first, pair.second)
            less.append(smaller[~pair.cancels & (np.minimum(first, second) > _EXACT)])
        closed = np.concatenate(less)
        if not closed.size:
            return found
        upper = model.column_upper.copy()
        upper[closed] = found[closed] = 0.0
        model = replace(model, column_upper=upper)
        values = _settled(model, found, deadline, first=_FIRST)
    return None


def _decided(site: SiteModel, values: Array) -> Compiled:
    """Return the model with its integers as they are in ``values``."""
    model = site.model.compile()
    whole = np.flatnonzero(model.integer)
    return fix_columns(model, whole, np.round(values[whole]))


def _by_engine(
    name: str, model: Compiled, start: Array, deadline: float
) -> tuple[Array | None, Outcome]:
    """Return what the engine makes of ``start``, brought onto the equations, and how it ended."""
    engine = ENGINES.get(name)()
    if not isinstance(engine, Refines):
        return None, Outcome.NOT_ASKED
    try:
        left = timedelta(seconds=deadline - monotonic())
        values = engine.refine(model, start=start, time_limit=left)
    except tuple(_ENDS) as end:
        return None, next(outcome for kind, outcome in _ENDS.items() if isinstance(end, kind))
    found = None
    if np.isfinite(values).all():
        found = _settled(model, values, deadline, first=_NEAR)
    return found, Outcome.DIVERGED if found is None else Outcome.REFINED


def _settled(model: Compiled, start: Array, deadline: float, *, first: float) -> Array | None:
    """Return a solution of the exact equations near ``start``, None where none is found.

    Each linear programme is exact at the last solution; what it misses shrinks with the square
    of the region in which powers may move.
    """
    values, radius = start, first
    columns = np.concatenate([each for b in model.bent for each in (b.charge, b.discharge)])
    columns = columns[columns >= 0]
    reach = model.column_upper[columns]
    while radius > _LAST and monotonic() < deadline:
        near = along(model, values)
        centre = np.clip(values[columns], model.column_lower[columns], reach)
        lower, upper = near.column_lower.copy(), near.column_upper.copy()
        lower[columns] = np.maximum(lower[columns], centre - radius * reach)
        upper[columns] = np.minimum(upper[columns], centre + radius * reach)
        try:
            solution = HighsEngine().solve(
                replace(near, column_lower=lower, column_upper=upper),
                time_limit=timedelta(seconds=max(deadline - monotonic(), 0.01)),
            )
        except Infeasible:
            # The region leaves no room to keep the limits: look further, then give up.
            if radius >= 1.0:
                return None
            radius = min(radius * 10.0, 1.0)
            continue
        except (OutOfTime, Unbounded, EngineFailed):
            return None
        values = solution.values
        if radius < first and misses(model.bent, values) <= _EXACT:
            return values
        radius *= _SHRINK
    return values if misses(model.bent, values) <= _EXACT else None


def _cost(model: Compiled, values: Array) -> float:
    return float(model.cost @ values) + model.offset


def _miss(site: SiteModel, problem: SiteProblem, values: Array) -> float:
    """Return how far a simulation of the exact equations ends from the stocks in ``values``."""
    storage = site.storage
    levels = simulate(problem, take(values, storage.charge), take(values, storage.discharge))
    return float(np.abs(levels - values[storage.stock]).max())


def _explained(site: SiteModel, model: Compiled, values: Array) -> Solution:
    """Return ``values`` as a solution, with the duals of the exact equations at it, and a bound.

    At a point from which no small change saves anything, the linear programme along it has that
    point as its optimum, and its duals. Where it has not, there are none to tell.
    """
    cost = _cost(model, values)
    rows = columns = None
    try:
        near = HighsEngine().solve(along(model, values), time_limit=MOST_TIME)
        is_optimum = cost - near.cost <= _LITTLE * max(1.0, abs(cost))
        if is_optimum and near.row_duals is not None:
            rows, columns = near.row_duals[: model.n_rows], near.reduced_costs
    except (Infeasible, OutOfTime, Unbounded, EngineFailed):
        rows = columns = None
    return Solution(
        values=values,
        cost=cost,
        bound=min(_bound(site.model.compile()), cost),
        is_proven=False,
        row_duals=rows,
        reduced_costs=columns,
    )


def _bound(model: Compiled) -> float:
    try:
        return HighsEngine().solve(relaxed(model), time_limit=MOST_TIME).cost
    except (Infeasible, OutOfTime, Unbounded, EngineFailed):
        return -np.inf
