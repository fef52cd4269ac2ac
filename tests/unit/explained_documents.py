"""A day in which everything binds, and plans with their explanations."""

from datetime import timedelta
from typing import Any

import numpy as np

from scheduling.engines.base import Infeasible
from scheduling.engines.exclusive import solve_apart
from scheduling.engines.highs import HighsEngine
from scheduling.flex import SiteDocument
from scheduling.formulation.linear_model import LinearModel
from scheduling.formulation.site import build_site
from scheduling.planning import Explanation, Plan, explain, plan
from tests.unit.scheduling_documents import START, battery, clock, load, pv, site

CHEAP, DEAR = 0.1, 0.5
#: A change so small that no other limit is met on the way.
LITTLE = 1e-4


def noisy_site(seed: int) -> SiteDocument:
    """A day in hours with everything that binds: limits, a peak, a vehicle, taper, ramp."""
    random = np.random.default_rng(seed)
    price = 0.2 + 0.1 * random.normal(size=24).cumsum() / 3 + 0.02 * random.random(24)
    price = np.maximum(price, 0.01)
    return site(
        battery(
            stock_at_start_kwh=2.3,
            charge_efficiency=0.93,
            discharge_efficiency=0.95,
            wear_cost_per_kwh=0.011,
            end_value_per_kwh=None,
            loss_per_hour=0.001,
            charge_taper=[{"at_empty_kw": 7.0, "drop_kw_per_kwh": 0.4}],
        ),
        {**battery(ramp_kw_per_hour=1.7), "name": "slow"},
        vehicle(),
        load((4 + 2 * random.random(24)).tolist()),
        pv((9 * np.clip(np.sin(np.arange(24) / 24 * 2 * np.pi - 1.5), 0, None)).tolist()),
        import_price=(price + 0.07).tolist(),
        export_price=price.tolist(),
        import_limit_kw=6.6,
        export_limit_kw=3.1,
        export_breach_price_per_kwh=2.0,
        more={"peaks": [{"name": "month", "price_per_kw": 0.05}]},
    )


def vehicle(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "ev",
        "name": "van",
        "arrival": clock(1),
        "departure": clock(4),
        "capacity_kwh": 20,
        "stock_at_arrival_kwh": 2,
        "stock_at_departure_kwh": 9.5,
        "charge_limit_kw": 5,
        "charge_efficiency": 1.0,
        **fields,
    }


def explained(document: SiteDocument, **options: Any) -> tuple[Plan, Explanation]:
    answer = plan(document, **options)
    return answer, explain(answer)


def moved(problem: Any, reason: Any, change: float) -> float:
    """Return the cost with the limit of ``reason`` loosened by ``change`` while it binds."""
    model = build_site(problem).model
    hours = np.arange(problem.fixed.shape[1])
    first, last = ((each - START) // timedelta(hours=1) for each in (reason.start, reason.end))
    lower, upper = model.bounds()
    for limit in model.limits:
        if (limit.name, limit.of) == (reason.limit, reason.of):
            at = limit.columns[first:last]
            (upper if limit.side == "upper" else lower)[at] += (
                change if limit.side == "upper" else -change
            )
            return cost_of(model)
    lower, upper = model.row_bounds()
    for row in model.row_limits:
        if (row.name, row.of) == (reason.limit, reason.of):
            at = row.rows[np.isin(row.first, hours[first:last])]
            upper[at] += change
            lower[at] -= change
            return cost_of(model)
    raise AssertionError(f"{reason.limit} of {reason.of} is no limit of the model")


def cost_of(model: LinearModel) -> float:
    try:
        return solve_apart(HighsEngine(), model, time_limit=timedelta(seconds=9)).cost
    except Infeasible:
        return float("inf")
