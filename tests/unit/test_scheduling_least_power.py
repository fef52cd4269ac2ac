"""Vehicles that charge with a least power or not at all, against all possibilities."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import numpy as np
import pytest

from scheduling.engines.base import Solution
from scheduling.engines.highs import HighsEngine
from scheduling.engines.lifting import Lifting
from scheduling.formulation.linear_model import LinearModel
from scheduling.formulation.site import build_site
from scheduling.planning import PlanStatus, plan
from scheduling.planning.problem import problem_of
from tests.unit.scheduling_documents import clock, site

STEPS = 7
LEAST, MOST = 4.1, 11.0


def vehicle(wanted_kwh: float) -> dict[str, object]:
    return {
        "kind": "ev",
        "name": "ev",
        "arrival": clock(0),
        "departure": clock(STEPS),
        "capacity_kwh": 90,
        "stock_at_arrival_kwh": 10,
        "stock_at_departure_kwh": 10 + wanted_kwh,
        "charge_limit_kw": MOST,
        "charge_min_kw": LEAST,
        "charge_efficiency": 1.0,
        "missed_price_per_kwh": 0.45,
    }


def least_cost(prices: np.ndarray, wanted: float) -> float:
    """Return the least cost of charging and of what is missed, over all choices of steps."""
    best = np.inf
    for choice in product((False, True), repeat=STEPS):
        on = np.array(choice)
        power = np.where(on, LEAST, 0.0)
        for step in np.argsort(prices):
            if on[step] and prices[step] < 0.45:
                power[step] += np.clip(wanted - power.sum(), 0.0, MOST - LEAST)
        missed = max(wanted - power.sum(), 0.0)
        best = min(best, float(prices @ power) + 0.45 * missed)
    return best


@pytest.mark.parametrize("seed", range(12))
def test_a_least_power_costs_what_the_best_of_all_possibilities_costs(seed: int) -> None:
    random = np.random.default_rng(seed)
    prices = random.uniform(0.05, 0.6, STEPS).round(3)
    wanted = round(float(random.uniform(2, 60)), 2)
    answer = plan(site(vehicle(wanted), import_price=prices.tolist()))

    assert answer.status is PlanStatus.OPTIMAL
    assert answer.cost == pytest.approx(least_cost(prices, wanted), abs=1e-6)
    power = answer.power_kw["ev"]
    assert ((power < 1e-6) | (power > LEAST - 1e-6)).all()


def test_the_steps_that_a_level_needs_are_counted() -> None:
    """25 kWh need three steps of 11 kW, or two and 3 of the 3 kWh that two leave missing."""
    problem, _ = problem_of(site(vehicle(25.0), import_price=[0.3] * STEPS))
    (between,) = build_site(problem).model.from_between

    (runs,) = between.runs
    assert runs.least == 3
    assert runs.share == pytest.approx(1 / 3)
    assert runs.of.tolist() == list(range(STEPS))


def test_choices_are_opened_beside_columns_without_a_bound() -> None:
    """A plan dearer than what was left closed could save: it is searched again, to the end."""
    model = LinearModel()
    power = model.add_columns("power", (2,), upper=MOST)
    model.add_columns("missed", (1,))  # without end, as what is missed of a target
    model.keep_from_between("least", power, least=LEAST, most=MOST)
    lifting = Lifting(model)

    def found(cost: float) -> Solution:
        values, prices = np.array([2.0, 0.0, 0.0]), np.array([0.0, 0.1, 0.0])
        return Solution(values=values, cost=cost, bound=cost, is_proven=True, reduced_costs=prices)

    assert lifting.settle(found(100.0))
    _, upper = model.bounds()
    (on,) = (columns for name, columns in model.columns.items() if name.startswith("on:"))
    assert upper[on].tolist() == [1.0, 0.0]  # to switch the second on costs 0.41 at least
    assert lifting.bounded(found(101.0)).bound < 100.01  # all that is proven so far

    assert lifting.settle(found(101.0))

    assert model.bounds()[1][on].tolist() == [1.0, 1.0]
    assert not lifting.settle(found(100.9))
    assert lifting.bounded(found(100.9)).bound == pytest.approx(100.9)


def test_a_search_goes_on_from_the_plan_that_is_known() -> None:
    """To the same end as without; what is known but cannot be does no harm."""
    random = np.random.default_rng(3)
    cost, weight = random.uniform(1, 2, 12), random.uniform(1, 3, 12)
    model = LinearModel()
    on = model.add_columns("on", (12,), upper=1.0, integer=True)
    model.add_cost("on", on, cost)
    model.add_rows("enough", (1,), [(on[None, :], weight[None, :])], lower=11.3)
    compiled, long = model.compile(), timedelta(seconds=10)
    alone = HighsEngine().solve(compiled, time_limit=long)

    for known in (np.ones(12), np.zeros(12), alone.values):
        answer = HighsEngine().solve(replace(compiled, known=known), time_limit=long)
        assert answer.is_proven
        assert answer.cost == pytest.approx(alone.cost, rel=1e-6)
