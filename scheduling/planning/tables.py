"""Answers to what-if questions: as JSON, and on the terminal."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from scheduling.interpret.intervals import words
from scheduling.planning.hosting import Hosting, Point
from scheduling.planning.plan import Plan, PlanStatus
from scheduling.planning.sizing import SizeEarns
from scheduling.planning.varying import Variant

_MOST_SHORTAGES = 10


def variants_json(base: Plan, variants: Sequence[Variant]) -> dict[str, Any]:
    """Return what each variant costs, beside the document as it is."""
    return {
        "base": {"status": base.status.value, "cost": _cost(base)},
        "variants": [
            {
                **{knob.value: value for knob, value in each.changes.items()},
                "status": "OUT_OF_TIME" if each.plan is None else each.plan.status.value,
                "fits": each.fits,
                "cost": _cost(each.plan),
                "saving": _saving(base, each),
                "costs": {} if each.plan is None else each.plan.costs,
                "infeasible": [] if each.plan is None else list(each.plan.infeasible),
            }
            for each in variants
        ],
    }


def print_variants(base: Plan, variants: Sequence[Variant], console: Console | None = None) -> None:
    """Print what each variant costs."""
    console = console or Console()
    knobs = [knob.value for knob in variants[0].changes]
    table = Table(*knobs, "status", f"cost [{base.currency}]", "saving", "fits")
    as_is = _number(_cost(base))
    table.add_row(*(["as it is"] + [""] * len(knobs))[: len(knobs)], base.status, as_is, "", "")
    for each in variants:
        table.add_row(
            *(f"{value:g}" for value in each.changes.values()),
            "out of time" if each.plan is None else each.plan.status.value,
            _number(_cost(each.plan)),
            _number(_saving(base, each)),
            "yes" if each.fits else "no",
        )
    console.print(table)


def sizes_json(sizes: Sequence[SizeEarns]) -> dict[str, Any]:
    """Return what each size earns."""
    return {
        "sizes": [
            {
                "size_kwh": each.size_kwh,
                "cost": each.cost,
                "saving": each.saving,
                "full_cycles": each.full_cycles,
            }
            for each in sizes
        ]
    }


def print_sizes(sizes: Sequence[SizeEarns], currency: str, console: Console | None = None) -> None:
    """Print what each size earns."""
    table = Table("size [kWh]", f"cost [{currency}]", "saving", "saving per kWh", "full cycles")
    for each in sizes:
        per_kwh = each.saving / each.size_kwh if each.saving is not None and each.size_kwh else None
        table.add_row(
            f"{each.size_kwh:g}",
            _number(each.cost),
            _number(each.saving),
            _number(per_kwh),
            f"{each.full_cycles:.0f}",
        )
    (console or Console()).print(table)


def hosting_json(hosting: Hosting) -> dict[str, Any]:
    """Return what fits, the least and the most that does, and the hours that bind."""
    return {
        "points": [_point_json(point) for point in hosting.points],
        "smallest_battery_kwh": [
            {"chargers": chargers, "size_kwh": size}
            for chargers, size in hosting.smallest_battery().items()
        ],
        "largest_fleet": [
            {"size_kwh": size, "chargers": chargers}
            for size, chargers in hosting.largest_fleet().items()
        ],
        "in_the_way": [
            {
                "size_kwh": size,
                "chargers": point.chargers,
                "hours": [
                    {
                        "start": each.start.isoformat(),
                        "end": each.end.isoformat(),
                        "most_kw": each.most_kw,
                        "energy_kwh": each.energy_kwh,
                    }
                    for each in point.shortages
                ],
            }
            for size, point in hosting.in_the_way().items()
        ],
    }


def print_hosting(hosting: Hosting, console: Console | None = None) -> None:
    """Print the largest fleet per size, and when the next one lacks power."""
    console = console or Console()
    table = Table("battery [kWh]", "chargers that fit", "next", "short by [kW]", "[kWh]", "for [h]")
    barriers = hosting.in_the_way()
    for size, chargers in hosting.largest_fleet().items():
        point = barriers.get(size)
        most = "none of them" if chargers is None else str(chargers)
        row = [f"{size:g}", most]
        if point is not None:
            row += [
                str(point.chargers),
                f"{point.short_kw:.1f}",
                f"{point.short_kwh:.1f}",
                f"{point.short_hours:g}",
            ]
        table.add_row(*row)
    console.print(table)
    for size, point in barriers.items():
        worst = sorted(point.shortages, key=lambda each: -each.most_kw)[:_MOST_SHORTAGES]
        for each in sorted(worst, key=lambda each: each.start):
            console.print(
                f"{size:g} kWh, {point.chargers} chargers: {words(each.start, each.end)} short by "
                f"{each.most_kw:.1f} kW",
                markup=False,
                highlight=False,
            )


def _point_json(point: Point) -> dict[str, Any]:
    return {
        "chargers": point.chargers,
        "size_kwh": point.size_kwh,
        "fits": point.fits,
        "short_kw": point.short_kw,
        "short_kwh": point.short_kwh,
        "short_hours": point.short_hours,
    }


def _cost(plan: Plan | None) -> float | None:
    return None if plan is None or plan.status is PlanStatus.INFEASIBLE else plan.cost


def _saving(base: Plan, variant: Variant) -> float | None:
    before, after = _cost(base), _cost(variant.plan)
    return None if before is None or after is None else before - after


def _number(amount: float | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"
