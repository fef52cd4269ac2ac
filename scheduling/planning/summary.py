"""A plan on the terminal."""

from rich.console import Console
from rich.table import Table

from scheduling.interpret.baselines import Saving
from scheduling.interpret.devices import DeviceReason
from scheduling.interpret.intervals import words
from scheduling.interpret.refinement import Outcome
from scheduling.planning.explanation import Explanation
from scheduling.planning.plan import Breach, Plan, PlanStatus

_MOST_REASONS = 8
#: Of money, is rounding.
_LITTLE = 5e-4
#: Only then was it searched whether a plan nearby costs less.
_SEARCHED = (Outcome.REFINED, Outcome.NOT_BETTER)


def print_summary(plan: Plan, console: Console | None = None) -> None:
    """Print what ``plan`` costs, moves, breaks and is held back by."""
    console = console or Console()
    span = f"{plan.grid.start:%Y-%m-%d %H:%M} to {plan.grid.end:%Y-%m-%d %H:%M} Z"
    minutes = plan.grid.step.total_seconds() / 60
    title = f"{plan.status} by {plan.engine}: {span}, {plan.grid.n_steps} steps of {minutes:g} min"
    console.print(title, markup=False, highlight=False)
    if plan.status is PlanStatus.INFEASIBLE:
        return
    if plan.refinement is not None:
        console.print(plan.refinement.text, markup=False, highlight=False)
    if plan.status is not PlanStatus.OPTIMAL:
        console.print(_reservation(plan), markup=False, highlight=False)
    console.print(_costs(plan))
    for each in plan.scenarios:
        console.print(
            f"{each.name} (weight {each.weight:g}): {each.cost:,.2f} {plan.currency}",
            markup=False,
            highlight=False,
        )
    if plan.scenarios:
        console.print(f"below as in {plan.scenarios[0].name}, the likeliest", markup=False)
    console.print(_devices(plan))
    for breach in plan.breaches:
        console.print(
            f"broken: {breach.limit} by up to {_most(breach)} from "
            f"{breach.start:%Y-%m-%d %H:%M} to {breach.end:%Y-%m-%d %H:%M} Z, "
            f"{breach.cost:.2f} {plan.currency}",
            markup=False,
            highlight=False,
        )
    timings = ", ".join(f"{name} {spent:.1f} ms" for name, spent in plan.timings_ms.items())
    console.print(timings, markup=False, highlight=False)


def print_explanation(plan: Plan, why: Explanation, console: Console | None = None) -> None:
    """Print the limits that cost most, what the devices do for most money, and what is saved."""
    console = console or Console()
    dearest = sorted(why.reasons, key=lambda reason: -reason.worth)[:_MOST_REASONS]
    for reason in sorted(dearest, key=lambda reason: reason.start):
        when = words(reason.start, reason.end)
        console.print(f"{when}: {reason.text}", markup=False, highlight=False)
    for resolve in why.resolves:
        line = f"{words(resolve.start, resolve.end)}: {resolve.text}"
        if resolve.off_by > _LITTLE:
            line += f" (give or take {resolve.off_by:.3f})"
        console.print(line, markup=False, highlight=False)
    most = sorted(why.device_reasons, key=_money)[:_MOST_REASONS]
    for each in sorted(most, key=lambda reason: reason.start):
        when = words(each.start, each.end)
        console.print(f"{when}: {each.device} {each.text}", markup=False, highlight=False)
    for name, wear in why.wear.items():
        line = f"{name}: {wear.full_cycles:.2f} full cycles, by their depth {wear.life:.4%} of its "
        console.print(f"{line}life, {wear.cost:.2f} {plan.currency}", markup=False, highlight=False)
    for saving in why.savings:
        console.print(_saved(saving, plan.currency), markup=False, highlight=False)


def _money(reason: DeviceReason) -> float:
    return -abs(reason.price - reason.worth) * reason.energy_kwh


def _saved(saving: Saving, currency: str) -> str:
    name = saving.baseline.value.lower().replace("_", " ")
    if saving.cost is None or saving.saving is None:
        return f"not held against {name}: {saving.why}"
    line = f"{name} would cost {saving.cost:,.2f} {currency}; saved {saving.saving:,.2f}"
    if saving.beyond_hours:
        line += (
            f"; it would pass the limits by up to {saving.beyond_kw:.3g} kW, "
            f"for {saving.beyond_hours:g} h"
        )
    return line


def _most(breach: Breach) -> str:
    if breach.most_kwh:
        return f"{breach.most_kwh:.3g} kWh"
    return f"{breach.most_kw:.3g} kW, {breach.energy_kwh:.3g} kWh in all,"


def _reservation(plan: Plan) -> str:
    if plan.status is PlanStatus.NEAREST:
        return "no plan keeps every limit; this one breaks them as little as can be"
    more = plan.cost - plan.bound
    if plan.status is PlanStatus.LOCAL:
        if plan.refinement is not None and plan.refinement.outcome not in _SEARCHED:
            return f"at most {more:,.2f} {plan.currency} ({plan.gap:.2%}) dearer than the cheapest"
        return (
            f"no plan nearby costs less; at most {more:,.2f} {plan.currency} ({plan.gap:.2%}) "
            "dearer than the cheapest there is"
        )
    return (
        f"the best plan found in time: at most {more:,.2f} {plan.currency} ({plan.gap:.2%}) "
        "dearer than the cheapest there is"
    )


def _costs(plan: Plan) -> Table:
    table = Table("cost", plan.currency, show_footer=True)
    table.columns[0].footer, table.columns[1].footer = "total", _rounded(plan.cost, 2)
    table.columns[1].justify = "right"
    for term, amount in plan.costs.items():
        table.add_row(term, _rounded(amount, 2))
    return table


def _devices(plan: Plan) -> Table:
    table = Table("device", "in kWh", "out kWh", "least kW", "most kW", "stock at end kWh")
    for column in table.columns[1:]:
        column.justify = "right"
    hours = plan.grid.step_hours
    for name, power in {**plan.power_kw, "(grid)": plan.grid_power_kw}.items():
        stock = plan.stock_kwh.get(name)
        table.add_row(
            name,
            f"{power.clip(min=0).sum() * hours:,.1f}",
            f"{(-power).clip(min=0).sum() * hours:,.1f}",
            _rounded(power.min(), 1),
            _rounded(power.max(), 1),
            "" if stock is None else _rounded(stock[-1], 1),
        )
    return table


def _rounded(number: float, digits: int) -> str:
    """Return ``number`` with so many digits; what rounds to zero has no sign."""
    return f"{round(float(number), digits) + 0.0:,.{digits}f}"
