"""Prices of passing a limit, as FlexMeasures counts them: per step, and the highest.

Of each stretch of time in which neither the limit nor its price changes the highest power
beyond the limit is paid for once, and in each step the power beyond it for its hours.
"""

from typing import Any, Final

from assets.timegrid import TimeGrid
from scheduling.flex.flexmeasures.parts import ELECTRICITY, UNLIMITED_KW, Parts
from scheduling.flex.flexmeasures.reading import Reader, Steps, runs_of
from scheduling.flex.flexmeasures.units import POWER_PRICE, PRICE
from scheduling.flex.parsing import DocumentError

#: Prices of what is soft when nobody gives one, in the currency of the context.
SITE_BREACH: Final = 10_000.0  # per kW
DEVICE_BREACH: Final = 100.0  # per kW
STOCK_BREACH: Final = 1_000.0  # per kWh


def breach_price(reader: Reader, context: dict[str, Any], name: str, path: str) -> Steps | None:
    """Return what each kW beyond a limit costs, if the context says so.

    Raises:
        DocumentError: it is below zero.
    """
    if name not in context:
        return None
    return _not_below_0(reader.steps(context[name], POWER_PRICE, f"{path}.{name}"), path, name)


def stock_price(reader: Reader, context: dict[str, Any], name: str, path: str) -> Steps:
    """Return what missing a kWh of a stock costs at the end of each step.

    It is the price of the step that begins then; the last known one at the end.

    Raises:
        DocumentError: it is below zero.
    """
    grid = reader.grid
    later = Reader(TimeGrid(grid.start + grid.step, grid.step, grid.n_steps), reader.series)
    price = later.extended(context[name], PRICE, f"{path}.{name}", default=0.0)
    return _not_below_0(price, path, name)


def _not_below_0(price: Steps, path: str, name: str) -> Steps:
    if min(price) < 0:
        raise DocumentError([(f"{path}.{name}", "a breach should cost at least 0")])
    return price


def soft_limit(
    reader: Reader,
    parts: Parts,
    path: str,
    *,
    node: str | None,
    direction: str,
    limit: Steps,
    price_per_kw: Steps,
) -> dict[str, Any]:
    """Return the fields of a soft limit of ``node``.

    The highest beyond a limit that changes is a peak above the limit, for each stretch: the
    peaks are added to ``parts``. In a stretch of one step it is but a price of that step.
    """
    fields = {f"{direction}_limit_kw": limit}
    per_kwh = f"{direction}_breach_price_per_kwh"
    stretches = runs_of(limit, price_per_kw)
    if len(stretches) == 1:
        highest = {f"{direction}_breach_price_per_kw": price_per_kw[0]}
        return {**fields, per_kwh: price_per_kw, **highest}
    prices = list(price_per_kw)
    for first, beyond in stretches:
        if beyond - first == 1:
            prices[first] += price_per_kw[first] / reader.grid.step_hours
        else:
            add_peak(
                reader,
                parts,
                path,
                node=node,
                direction=direction,
                price=price_per_kw[first],
                above_kw=limit[first],
                steps=(first, beyond),
            )
    return {**fields, per_kwh: tuple(prices)}


def add_peak(
    reader: Reader,
    parts: Parts,
    path: str,
    *,
    node: str | None,
    direction: str,
    price: float,
    above_kw: float,
    steps: tuple[int, int],
) -> None:
    """Add a price for the highest power at ``node`` above ``above_kw`` in [first, beyond)."""
    if price <= 0.0 or above_kw >= UNLIMITED_KW:
        return
    grid = reader.grid
    start, end = (grid.start + step * grid.step for step in steps)
    count = len(parts.lists.get("peaks", []))
    parts.add(
        "peaks",
        path,
        {
            "name": f"{node or ELECTRICITY} {direction} {count}",
            "node": node,
            "direction": direction,
            "price_per_kw": price,
            "incumbent_kw": above_kw,
            "within": () if steps == (0, grid.n_steps) else ({"start": start, "end": end},),
        },
    )
