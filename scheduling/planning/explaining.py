"""Why a plan is as it is: limits, devices, what a kWh is worth, what planning saves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import EngineFailed, Infeasible, OutOfTime, Solution, Unbounded
from scheduling.engines.choose import LONG_CHAIN
from scheduling.engines.highs import HighsEngine
from scheduling.flex.devices import Battery
from scheduling.flex.devices.heat import Heating
from scheduling.formulation.compiled import fix_columns
from scheduling.formulation.site import SiteModel, SiteProblem, build_site
from scheduling.interpret.baselines import (
    LINEAR,
    Saving,
    not_held_against,
    read_savings,
    weighted,
)
from scheduling.interpret.devices import read_device_reasons
from scheduling.interpret.rainflow import Wear, meter
from scheduling.interpret.reasons import Basis, Duals, Reason, read_reasons
from scheduling.interpret.worth import Worth
from scheduling.planning.explanation import Explanation
from scheduling.planning.plan import Plan, PlanStatus, Solved
from scheduling.planning.resolving import resolve
from scheduling.planning.scenarios import decided, decided_steps

Array = NDArray[np.float64]

_MOST_TIME: Final = timedelta(seconds=10)


def explain(plan: Plan, *, resolves: int = 0) -> Explanation:
    """Return why ``plan`` is as it is; empty where there is none.

    ``resolves``: at how many limits, at most, the worth of a whole kW or kWh is found by planning
    anew; each takes as long as the plan.

    Of a plan over scenarios room at a limit is worth what it is in all of them, prices and values
    are means by weight (and by risk), and what devices do is told of what is decided before
    scenarios can be told apart. Where the engine has no duals, those of the plan with its choices
    fixed are used, unless it is long: then only what planning saves is told.
    """
    began = perf_counter()
    if plan.by_model is not None:
        plan = plan.by_model()
    solved = plan.solved
    if solved is None:
        return Explanation()
    duals = _duals(solved)
    found = Explanation(savings=tuple(_savings(plan, solved)), wear=_wear(plan, solved))
    if duals is not None:
        found = _by_duals(plan, solved, duals, found, resolves)
    return replace(found, took_ms=(perf_counter() - began) * 1000)


def _by_duals(
    plan: Plan, solved: Solved, duals: tuple[Array, Array], found: Explanation, most: int
) -> Explanation:
    """Return ``found`` with all that the duals of rows and columns tell."""
    courses = _courses(solved, duals)
    is_one = len(courses) == 1
    of_each = [_reasons(plan, solved, [each]) for each in courses] if most or is_one else []
    found = replace(found, resolves=tuple(resolve(plan, of_each, most=most)))
    if len({_shape(each) for each in courses}) > 1:
        return found  # limits of which some scenarios know nothing
    # A kWh that costs the same in all scenarios costs that, however risk is weighed.
    scale, n_decided = 1.0, None
    if solved.site.courses:
        scale += solved.document.uncertainty.risk_weight
        n_decided = decided_steps(solved.document)
    rows = np.sum([each.row_duals for each in courses], axis=0) / scale
    columns = np.sum([each.reduced_costs for each in courses], axis=0) / scale
    limited = courses[0].limited
    worth = Worth.read(solved.site, solved.problem, limited, (rows, columns))
    if not is_one:
        # When a stock is full or empty is told of the likeliest, whose stock is shown.
        likeliest = courses[0].row_duals, courses[0].reduced_costs
        own = Worth.read(solved.site, solved.problem, limited, likeliest)
        worth = replace(worth, falls=own.falls, rises=own.rises)
    told = read_device_reasons(
        solved.site,
        solved.problem,
        solved.solution.values,
        rows,
        plan.grid,
        worth=worth,
        currency=plan.currency,
        n_decided=n_decided,
        heating=frozenset(e.name for e in solved.document.devices if isinstance(e, Heating)),
    )
    return replace(
        found,
        reasons=tuple(of_each[0] if is_one else _reasons(plan, solved, courses)),
        device_reasons=tuple(told),
        price_per_kwh=dict(zip(solved.problem.nodes.names, worth.price, strict=True)),
        stock_value_per_kwh=dict(zip(solved.problem.stocks.names, worth.value, strict=True)),
    )


def _courses(solved: Solved, duals: tuple[Array, Array]) -> list[Duals]:
    """Return the model with its duals, or each scenario's part of it with its own."""
    rows, columns = duals
    if not solved.site.courses:
        return [Duals(solved.site.model, columns, rows)]
    return [
        Duals(
            each,
            columns[each.first_column : each.first_column + each.n_columns],
            rows[each.first_row : each.first_row + each.n_rows],
        )
        for each in solved.site.courses
    ]


def _shape(course: Duals) -> tuple[int, ...]:
    limited = course.limited
    bounds = (each.columns.size for each in limited.limits)
    rows = (each.rows.size for each in limited.row_limits)
    return (course.row_duals.size, course.reduced_costs.size, *bounds, *rows)


def _reasons(plan: Plan, solved: Solved, courses: Sequence[Duals]) -> list[Reason]:
    """Return the limits of ``courses`` that bind."""
    return read_reasons(
        courses,
        plan.grid,
        step_hours=np.broadcast_to(np.asarray(solved.problem.step_hours), plan.grid.n_steps),
        currency=plan.currency,
        basis=Basis.DUAL_CHOICES_FIXED if solved.site.model.has_integers else Basis.DUAL,
        alike=decided(solved.site, decided_steps(solved.document)) if len(courses) > 1 else None,
    )


def _savings(plan: Plan, solved: Solved) -> list[Saving]:
    if plan.status is PlanStatus.NEAREST:
        return []
    if plan.refinement is not None and not plan.refinement.is_exact:
        return not_held_against(LINEAR)
    if not solved.outlooks:
        return _saved(plan, solved.problem, plan.cost, solved.site)
    values = solved.solution.values
    each = [
        (outlook.scenario.weight, _saved(plan, outlook.problem, course.of(values)))
        for outlook, course in zip(solved.outlooks, solved.site.courses, strict=True)
    ]
    return weighted(each)


def _saved(
    plan: Plan, free: SiteProblem, cost: float, site: SiteModel | None = None
) -> list[Saving]:
    """Return what a plan of ``free`` that costs ``cost`` saves; ``site``: its model, if known."""
    if free.blocks is not None or free.least_powers:
        # What runs unplanned holds no power for longer than a step, nor one below its least: it
        # runs for a part of a step then. The model that was solved may have rows that say so.
        free, site = replace(free, blocks=None), None
    return read_savings(site or build_site(free), free, plan.grid, cost=cost, time_limit=_MOST_TIME)


def _wear(plan: Plan, solved: Solved) -> dict[str, Wear]:
    return {
        device.name: meter(plan.stock_kwh[device.name], device.capacity_kwh, device.life)
        for device in solved.document.devices
        if isinstance(device, Battery)
    }


def _duals(solved: Solved) -> tuple[Array, Array] | None:
    """Return the duals of rows and columns, with integers fixed; None where there are none."""
    solution: Solution = solved.solution
    if solution.row_duals is not None and solution.reduced_costs is not None:
        return solution.row_duals, solution.reduced_costs
    if any(chain.states.size >= LONG_CHAIN for chain in solved.site.model.chains):
        return None
    model = solved.site.model.compile()
    whole = np.flatnonzero(model.integer)
    model = fix_columns(model, whole, np.round(solution.values[whole]))
    try:
        again = HighsEngine().solve(replace(model), time_limit=_MOST_TIME)
    except (Infeasible, OutOfTime, Unbounded, EngineFailed):
        return None  # the engine's tolerance let pass what ours does not: the plan stands
    if again.row_duals is None or again.reduced_costs is None:
        return None
    return again.row_duals, again.reduced_costs
