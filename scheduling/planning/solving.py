"""From a document to a plan."""

from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import Final

import numpy as np

from scheduling.engines.base import ENGINES, Infeasible, Solution
from scheduling.engines.exclusive import solve_apart
from scheduling.flex.references import references
from scheduling.flex.site import SiteDocument
from scheduling.formulation.site import SiteModel, SiteProblem, build_site
from scheduling.interpret.breaches import read_breaches
from scheduling.interpret.contradiction import name_contradiction
from scheduling.interpret.reasons import read_reasons
from scheduling.planning.builder import Contradiction, Reading
from scheduling.planning.plan import Plan, PlanStatus, UnresolvedReference
from scheduling.planning.problem import problem_of
from scheduling.planning.reading import read_powers

AUTO: Final = "auto"
DEFAULT_ENGINE: Final = "highs"
DEFAULT_TIME_LIMIT: Final = timedelta(seconds=60)


def plan(
    document: SiteDocument,
    *,
    engine: str = AUTO,
    time_limit: timedelta = DEFAULT_TIME_LIMIT,
) -> Plan:
    """Return the cheapest plan for ``document``; INFEASIBLE is an answer, not an error.

    Args:
        engine: name of a plug-in of group ``scheduling.engines``, or ``"auto"``.
        time_limit: wall time of solving.

    Raises:
        UnresolvedReference: the document refers to a sensor.
        UnknownPlugin: no engine has this name.
        OutOfTime: not even one plan was found in time.
        Unbounded: a price pays for something without a limit.
        EngineFailed: the engine gave up.
    """
    for reference in references(document):
        raise UnresolvedReference(reference.path)
    name = DEFAULT_ENGINE if engine == AUTO else engine
    solver = ENGINES.get(name)()
    began = perf_counter()
    try:
        problem, readings = problem_of(document)
    except Contradiction as error:
        return _infeasible(document, name, [str(error)], _timings(began, began, began))
    site = build_site(problem)
    built = perf_counter()
    try:
        solution = solve_apart(solver, site.model, time_limit=time_limit)
    except Infeasible:
        solved = perf_counter()
        grid = document.window.grid
        words = name_contradiction(solver, site.model, grid, time_limit=time_limit)
        return _infeasible(document, name, words, _timings(began, built, solved))
    timings = _timings(began, built, perf_counter())
    return _read(_Stated(document, problem, readings, site), solution, name, timings)


def _infeasible(
    document: SiteDocument, engine: str, words: list[str], timings: dict[str, float]
) -> Plan:
    return Plan(
        status=PlanStatus.INFEASIBLE,
        engine=engine,
        currency=document.currency,
        grid=document.window.grid,
        infeasible=tuple(words),
        timings_ms=timings,
    )


@dataclass(frozen=True, slots=True)
class _Stated:
    """A problem in its three forms, and how to get from the last to the first."""

    document: SiteDocument
    problem: SiteProblem
    readings: dict[str, Reading]
    site: SiteModel


def _read(stated: _Stated, solution: Solution, engine: str, timings: dict[str, float]) -> Plan:
    began = perf_counter()
    document, site, values = stated.document, stated.site, solution.values
    grid = document.window.grid
    hours = np.full(grid.n_steps, grid.step_hours)
    powers = read_powers(document, stated.problem, stated.readings, site, values)
    costs = site.model.cost_by_term(values)
    breaches = read_breaches(site.model, values, grid, step_hours=hours)
    reasons = []
    if solution.reduced_costs is not None:
        reasons = read_reasons(
            site.model,
            solution.reduced_costs,
            grid,
            step_hours=hours,
            currency=document.currency,
        )
    timings["read"] = (perf_counter() - began) * 1000
    return Plan(
        status=PlanStatus.OPTIMAL if solution.is_proven else PlanStatus.TIME_LIMIT,
        engine=engine,
        currency=document.currency,
        grid=grid,
        cost=sum(costs.values()),
        bound=solution.bound,
        costs=costs,
        power_kw=powers.power_kw,
        stock_kwh=powers.stock_kwh,
        grid_power_kw=powers.grid_power_kw,
        curtailed_kw=powers.curtailed_kw,
        node_power_kw=powers.node_power_kw,
        temperature_c=powers.temperature_c,
        breaches=tuple(breaches),
        reasons=tuple(reasons),
        timings_ms=timings,
    )


def _timings(began: float, built: float, solved: float) -> dict[str, float]:
    return {"build": (built - began) * 1000, "solve": (solved - built) * 1000, "read": 0.0}
