"""Prices of passing a limit, as FlexMeasures counts them: per step, and the highest.

Of each stretch of time in which neither the limit nor its price changes the highest power
beyond the limit is paid for once, and in each step the power beyond it for its hours.
"""

from typing import Any

from scheduling.flex.flexmeasures.parts import ELECTRICITY, UNLIMITED_KW, Parts
from scheduling.flex.flexmeasures.reading import Reader, Steps, runs_of


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
