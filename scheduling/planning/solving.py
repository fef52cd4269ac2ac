"""From a document to a plan."""

from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Final

import numpy as np

from assets.timegrid import TimeGrid
from scheduling.engines.base import ENGINES, Engine, Infeasible, OutOfTime, Solution, Unsuited
from scheduling.engines.choose import LONG_CHAIN, candidates
from scheduling.engines.exclusive import solve_apart
from scheduling.engines.living import LIVING
from scheduling.flex.parts import OnInfeasible
from scheduling.flex.references import references
from scheduling.flex.site import SiteDocument
from scheduling.interpret.breaches import read_breaches
from scheduling.interpret.contradiction import name_contradiction
from scheduling.interpret.failures import FAILURES
from scheduling.interpret.irreducible import irreducible_set
from scheduling.interpret.nearest import nearest
from scheduling.interpret.refinement import Outcome, Refinement
from scheduling.planning.builder import Contradiction
from scheduling.planning.choices import AUTO, REFINER
from scheduling.planning.plan import Plan, PlanStatus, ScenarioOutcome, Solved, UnresolvedReference
from scheduling.planning.reading import read_powers
from scheduling.planning.refining import refined
from scheduling.planning.stating import Stated, state
from tenants.sayings import saying_of

DEFAULT_TIME_LIMIT: Final = timedelta(seconds=60)
_MOST_TIME_FOR_REASONS: Final = timedelta(seconds=5)


class EngineUnsuited(ValueError):
    """The engine asked for does not take problems of this kind; words for the user."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        super().__init__(FAILURES("unsuited", engine=engine))


def plan(
    document: SiteDocument,
    *,
    engine: str = AUTO,
    time_limit: timedelta = DEFAULT_TIME_LIMIT,
    living: Hashable | None = None,
) -> Plan:
    """Return the cheapest plan for ``document``; INFEASIBLE is an answer, not an error.

    Args:
        engine: name of a plug-in of group ``scheduling.engines``, or ``"auto"``.
        time_limit: wall time of solving; a first plan is looked for some seconds longer.
        living: key, of tenant and site, under which ``highs`` keeps the model for the next run.

    Raises:
        UnresolvedReference: the document refers to a sensor.
        UnknownPlugin: no engine has this name.
        EngineUnsuited: the engine asked for does not take problems of this kind.
        OutOfTime: not even one plan was found in time.
        Unbounded: a price pays for something without a limit.
        EngineFailed: the engine gave up.
    """
    for reference in references(document):
        raise UnresolvedReference(reference.path)
    if engine != AUTO:
        ENGINES.get(engine)  # refuses a name that nobody knows
    by_model = partial(_by_model, document, engine, time_limit, living)
    if engine == "dp" or (engine == AUTO and document.window.grid.n_steps >= LONG_CHAIN):
        # Loads the compiler of loops, which few plans need.
        from scheduling.planning.plain import plan_plain  # noqa: PLC0415

        found = plan_plain(document, engine="dp")
        if found is not None:
            return replace(found, by_model=by_model)
    return by_model()


def _by_model(
    document: SiteDocument, engine: str, time_limit: timedelta, living: Hashable | None
) -> Plan:
    began = perf_counter()
    try:
        stated = state(document, key=living)
    except Contradiction as error:
        return _refused(document, engine, [saying_of(error)], _timings(began, began, began))
    built = perf_counter()
    names = candidates(stated.site.model) if engine == AUTO else (engine,)
    if stated.unreached:
        return _without(stated, names, time_limit, _timings(began, built, built), stated.unreached)
    try:
        name, solution = _solve(names, stated, time_limit, living)
    except Infeasible:
        return _without(stated, names, time_limit, _timings(began, built, perf_counter()))
    timings = _timings(began, built, perf_counter())
    if stated.problem.bends:
        return _bent(stated, solution, name, time_limit, timings, asked=engine)
    status = PlanStatus.OPTIMAL if solution.is_proven else PlanStatus.TIME_LIMIT
    return _read(stated, solution, status, name, timings)


def _solve(
    names: Sequence[str], stated: Stated, time_limit: timedelta, living: Hashable | None
) -> tuple[str, Solution]:
    """Return the answer of the first engine that takes the model, and its name."""
    model, grid = stated.site.model, stated.document.window.grid
    for name in names:
        lent: AbstractContextManager[Engine]
        if name == "highs" and living is not None:
            lent = LIVING.engine(living, step=_step(grid))
        else:
            lent = nullcontext(ENGINES.get(name)())
        with suppress(Unsuited), lent as engine:
            return name, solve_apart(engine, model, time_limit=time_limit)
    raise EngineUnsuited(names[-1])


def _step(grid: TimeGrid) -> int:
    return int(grid.start.timestamp() // grid.step.total_seconds())


def _general(names: Sequence[str]) -> Engine:
    """Return an engine that takes any model, the one asked for if it is one."""
    return ENGINES.get(names[-1] if names[-1] != "dp" else "highs")()


def _refused(
    document: SiteDocument, engine: str, words: Sequence[str], timings: dict[str, float]
) -> Plan:
    return Plan(
        status=PlanStatus.INFEASIBLE,
        engine=engine,
        currency=document.currency,
        grid=document.window.grid,
        infeasible=tuple(words),
        timings_ms=timings,
    )


def _bent(
    stated: Stated,
    linear: Solution,
    name: str,
    time_limit: timedelta,
    timings: dict[str, float],
    *,
    asked: str,
) -> Plan:
    """Return the plan of ``linear`` with the equations that bend kept, as far as that goes."""
    if stated.site.courses:
        status = PlanStatus.OPTIMAL if linear.is_proven else PlanStatus.TIME_LIMIT
        mark = Refinement(outcome=Outcome.SCENARIOS, is_exact=False)
        return replace(_read(stated, linear, status, name, timings), refinement=mark)
    began = perf_counter()
    found = refined(
        stated.site,
        stated.problem,
        linear,
        engine=name,
        refiner=REFINER if asked in {AUTO, REFINER} else None,
        time_limit=time_limit - timedelta(milliseconds=timings["solve"]),
    )
    timings["refine"] = (perf_counter() - began) * 1000
    status = PlanStatus.LOCAL if found.refinement.is_exact else PlanStatus.TIME_LIMIT
    plan = _read(stated, found.solution, status, found.engine, timings)
    return replace(plan, refinement=found.refinement)


def _without(
    stated: Stated,
    names: Sequence[str],
    time_limit: timedelta,
    timings: dict[str, float],
    known: Sequence[str] = (),
) -> Plan:
    """Answer where no plan keeps every hard limit: why, and if asked the nearest one.

    ``known``: why, where that was plain before solving.
    """
    document, model, solver = stated.document, stated.site.model, _general(names)
    grid, little = document.window.grid, min(time_limit, _MOST_TIME_FOR_REASONS)
    words = known or name_contradiction(solver, model, grid, time_limit=time_limit)
    refused = replace(
        _refused(document, names[-1], words, timings),
        contradiction=tuple(irreducible_set(solver, model, grid, time_limit=little)),
    )
    if document.on_infeasible is OnInfeasible.EXPLAIN:
        return refused
    try:
        relaxed, solution = nearest(solver, model, time_limit=time_limit)
    except (Infeasible, OutOfTime):
        return refused
    near = replace(stated, site=replace(stated.site, model=relaxed))
    found = _read(near, solution, PlanStatus.NEAREST, names[-1], timings)
    mark = Refinement(outcome=Outcome.NEAREST, is_exact=False) if stated.problem.bends else None
    return replace(
        found,
        infeasible=refused.infeasible,
        contradiction=refused.contradiction,
        refinement=mark,
    )


def _read(
    stated: Stated,
    solution: Solution,
    status: PlanStatus,
    engine: str,
    timings: dict[str, float],
) -> Plan:
    began = perf_counter()
    document, site, values = stated.document, stated.site, solution.values
    grid = document.window.grid
    hours = np.full(grid.n_steps, stated.problem.step_hours, dtype=np.float64)
    powers = read_powers(document, stated.problem, stated.readings, site, values)
    costs = site.model.cost_by_term(values)
    breaches = read_breaches(site.model, values, grid, step_hours=hours)
    timings["read"] = (perf_counter() - began) * 1000
    return Plan(
        status=status,
        engine=engine,
        currency=document.currency,
        grid=grid,
        cost=sum(costs.values()),
        bound=solution.bound,
        regret=sum(costs.values()) - solution.cost,
        costs=costs,
        power_kw=powers.power_kw,
        stock_kwh=powers.stock_kwh,
        grid_power_kw=powers.grid_power_kw,
        curtailed_kw=powers.curtailed_kw,
        node_power_kw=powers.node_power_kw,
        temperature_c=powers.temperature_c,
        breaches=tuple(breaches),
        timings_ms=timings,
        scenarios=tuple(
            ScenarioOutcome(each.name, each.weight, each.of(solution.values))
            for each in site.courses
        ),
        solved=Solved(document, stated.problem, site, solution, stated.outlooks),
    )


def _timings(began: float, built: float, solved: float) -> dict[str, float]:
    return {"build": (built - began) * 1000, "solve": (solved - built) * 1000, "read": 0.0}
