"""Why a plan is as it is: limits, devices, what a kWh is worth, what planning saves."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import EngineFailed, Infeasible, OutOfTime, Solution, Unbounded
from scheduling.engines.choose import LONG_CHAIN
from scheduling.engines.highs import HighsEngine
from scheduling.flex.devices import Battery
from scheduling.formulation.blocks import Limited
from scheduling.formulation.compiled import fix_columns
from scheduling.formulation.site import build_site
from scheduling.interpret.baselines import LINEAR, Saving, not_held_against, read_savings
from scheduling.interpret.devices import DeviceReason, read_device_reasons
from scheduling.interpret.rainflow import Wear, meter
from scheduling.interpret.reasons import Basis, Reason, read_reasons
from scheduling.interpret.worth import Worth
from scheduling.planning.plan import Plan, PlanStatus, Solved
from scheduling.planning.resolving import Resolve, resolve

Array = NDArray[np.float64]

_MOST_TIME: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What explains one plan; empty where there is none.

    Attributes:
        reasons: limits that bind.
        device_reasons: what each device does, and what for.
        price_per_kwh: what one more kWh of load costs at each node, shape (T,) [currency/kWh];
            at the grid connection under its name.
        stock_value_per_kwh: what a kWh in each stock is worth at the end of each step, shape
            (T,) [currency/kWh].
        savings: against each baseline.
        wear: what the plan takes of each battery, as a meter would tell afterwards.
        resolves: what a kW or a kWh more is worth at the limits that bind most, where asked.
        took_ms: to explain.
    """

    reasons: tuple[Reason, ...] = ()
    device_reasons: tuple[DeviceReason, ...] = ()
    price_per_kwh: dict[str, Array] = field(default_factory=dict)
    stock_value_per_kwh: dict[str, Array] = field(default_factory=dict)
    savings: tuple[Saving, ...] = ()
    wear: dict[str, Wear] = field(default_factory=dict)
    resolves: tuple[Resolve, ...] = ()
    took_ms: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as objects that JSON knows; times in ISO 8601."""
        return {
            "reasons": [_reason_json(each) for each in self.reasons],
            "device_reasons": [_device_reason_json(each) for each in self.device_reasons],
            "price_per_kwh": _lists(self.price_per_kwh),
            "stock_value_per_kwh": _lists(self.stock_value_per_kwh),
            "savings": [_saving_json(each) for each in self.savings],
            "wear": {name: wear_json(each) for name, each in self.wear.items()},
            "resolves": [_resolve_json(each) for each in self.resolves],
            "explained_ms": self.took_ms,
        }


def explain(plan: Plan, *, resolves: int = 0) -> Explanation:
    """Return why ``plan`` is as it is; empty where there is none.

    ``resolves``: at how many limits, at most, the worth of a whole kW or kWh is found by planning
    anew; each takes as long as the plan.

    Of a plan over scenarios only the wear is told, and what is planned anew: a dual there is of
    one course of things, by its weight, and no reason for a plan. Where the engine has no duals,
    those of the plan with its choices fixed are used, unless it is long: then only what planning
    saves is told.
    """
    began = perf_counter()
    if plan.by_model is not None:
        plan = plan.by_model()
    solved = plan.solved
    if solved is None:
        return Explanation()
    if solved.site.courses:
        found = _over_scenarios(plan, solved, resolves) if resolves else ()
        took = (perf_counter() - began) * 1000
        return Explanation(wear=_wear(plan, solved), resolves=found, took_ms=took)
    savings = _savings(plan, solved)
    duals = _duals(solved)
    if duals is None:
        took = (perf_counter() - began) * 1000
        return Explanation(savings=tuple(savings), wear=_wear(plan, solved), took_ms=took)
    rows, columns = duals
    worth = Worth.read(solved.site, solved.problem, rows, columns)
    reasons = _reasons(plan, solved, solved.site.model, columns, rows)
    return Explanation(
        reasons=tuple(reasons),
        device_reasons=tuple(
            read_device_reasons(
                solved.site,
                solved.problem,
                solved.solution.values,
                rows,
                plan.grid,
                worth=worth,
                currency=plan.currency,
            )
        ),
        price_per_kwh=dict(zip(solved.problem.nodes.names, worth.price, strict=True)),
        stock_value_per_kwh=dict(zip(solved.problem.stocks.names, worth.value, strict=True)),
        savings=tuple(savings),
        wear=_wear(plan, solved),
        resolves=tuple(resolve(plan, [reasons], most=resolves)),
        took_ms=(perf_counter() - began) * 1000,
    )


def _reasons(
    plan: Plan, solved: Solved, limited: Limited, columns: Array, rows: Array
) -> list[Reason]:
    """Return the limits of ``limited`` that bind by the duals of its columns and rows."""
    return read_reasons(
        limited,
        columns,
        rows,
        plan.grid,
        step_hours=np.broadcast_to(np.asarray(solved.problem.step_hours), plan.grid.n_steps),
        currency=plan.currency,
        basis=Basis.DUAL_CHOICES_FIXED if solved.site.model.has_integers else Basis.DUAL,
    )


def _over_scenarios(plan: Plan, solved: Solved, most: int) -> tuple[Resolve, ...]:
    duals = _duals(solved)
    if duals is None:
        return ()
    rows, columns = duals
    reasons = [
        _reasons(plan, solved, each, columns[each.first_column :], rows[each.first_row :])
        for each in solved.site.courses
    ]
    return tuple(resolve(plan, reasons, most=most))


def _savings(plan: Plan, solved: Solved) -> list[Saving]:
    if plan.status is PlanStatus.NEAREST:
        return []
    if plan.refinement is not None and not plan.refinement.is_exact:
        return not_held_against(LINEAR)
    free, site = solved.problem, solved.site
    if free.blocks is not None or free.least_powers:
        # What runs unplanned holds no power for longer than a step, nor one below its least: it
        # runs for a part of a step then. The model that was solved may have rows that say so.
        free = replace(free, blocks=None)
        site = build_site(free)
    return read_savings(site, free, plan.grid, cost=plan.cost, time_limit=_MOST_TIME)


def _wear(plan: Plan, solved: Solved) -> dict[str, Wear]:
    return {
        device.name: meter(plan.stock_kwh[device.name], device.capacity_kwh, device.life)
        for device in solved.document.devices
        if isinstance(device, Battery)
    }


def wear_json(wear: Wear) -> dict[str, Any]:
    """Return ``wear`` as objects that JSON knows."""
    return {
        "full_cycles": wear.full_cycles,
        "deepest": wear.deepest,
        "by_depth": wear.by_depth.tolist(),
        "life": wear.life,
        "cost": wear.cost,
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


def _lists(series: dict[str, Array]) -> dict[str, list[float]]:
    return {name: (values + 0.0).tolist() for name, values in series.items()}


def _reason_json(reason: Reason) -> dict[str, Any]:
    return {
        "text": reason.text,
        "limit": reason.limit,
        "of": reason.of,
        "start": reason.start.isoformat(),
        "end": reason.end.isoformat(),
        "worth": reason.worth,
        "per": reason.per,
        "worth_per_kwh": reason.worth_per_kwh,
        "basis": reason.basis.value,
    }


def _resolve_json(resolve: Resolve) -> dict[str, Any]:
    return {
        "text": resolve.text,
        "limit": resolve.limit,
        "of": resolve.of,
        "start": resolve.start.isoformat(),
        "end": resolve.end.isoformat(),
        "unit": resolve.unit,
        "saving": resolve.saving,
        "off_by": resolve.off_by,
        "by_dual": resolve.by_dual,
        "basis": resolve.basis.value,
    }


def _device_reason_json(reason: DeviceReason) -> dict[str, Any]:
    span = (reason.span_start, reason.span_end)
    return {
        "text": reason.text,
        "device": reason.device,
        "action": reason.action.value,
        "purpose": reason.purpose.value,
        "start": reason.start.isoformat(),
        "end": reason.end.isoformat(),
        "energy_kwh": reason.energy_kwh,
        "price_per_kwh": reason.price,
        "worth_per_kwh": reason.worth,
        "span": [each.isoformat() for each in span if each is not None],
    }


def _saving_json(saving: Saving) -> dict[str, Any]:
    return {
        "baseline": saving.baseline.value,
        "cost": saving.cost,
        "saving": saving.saving,
        "costs": saving.costs,
        "beyond_kw": saving.beyond_kw,
        "beyond_hours": saving.beyond_hours,
        "why": saving.why,
    }
