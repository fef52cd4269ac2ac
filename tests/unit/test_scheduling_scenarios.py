"""Plans over scenarios: against one plan each, brute force, and many draws."""

from itertools import product

import numpy as np
import pytest

from scheduling.planning import PlanStatus, plan
from tests.unit.scenario_documents import COURSES, PRICES, scenarios, uncertain
from tests.unit.scheduling_documents import battery, clock, load, pv, site


def test_a_least_current_holds_in_each_scenario() -> None:
    """Nothing is decided together: it costs what each scenario costs by itself, by its weight."""
    weights = [0.5, 0.3, 0.2]
    car = {
        "kind": "ev",
        "name": "car",
        "arrival": clock(0),
        "departure": clock(3),
        "capacity_kwh": 40.0,
        "stock_at_arrival_kwh": 10.0,
        "stock_at_departure_kwh": 15.0,
        "charge_limit_kw": 4.0,
        "charge_min_kw": 3.5,
        "charge_efficiency": 1.0,
        "missed_price_per_kwh": 0.5,
    }
    together = {**scenarios(weights), "decided_hours": 0.0}
    fields = {"import_price": PRICES, "export_price": [0.0] * 3}

    found = plan(site(car, more={"uncertainty": together}, **fields))

    alone = [plan(site(car, **{**fields, "import_price": prices})) for prices in COURSES.values()]
    expected = sum(w * each.cost for w, each in zip(weights, alone, strict=True))
    assert found.cost == pytest.approx(expected)
    assert set(found.power_kw["car"].round(9)) == {0.0, 4.0}


def cost_of(powers: tuple[float, float], prices: list[float]) -> float:
    """Cost with the first two steps decided, the last at its best: what is left is given."""
    stock, cost = 5.0, 0.0
    for power, price in zip(powers, prices, strict=False):
        net = 2.0 + power
        cost += net * price if net > 0 else net * 0.5 * price
        stock += power
    if not 0 <= 5.0 + powers[0] <= 10 or not 0 <= stock <= 10:
        return float("inf")
    net = 2.0 - min(stock, 5.0)
    return cost + (net * prices[2] if net > 0 else net * 0.5 * prices[2])


def tail_mean(costs: list[float], weights: list[float], share: float) -> float:
    """Mean of the dearest ``share``, by sorting."""
    left, total = share, 0.0
    for cost, weight in sorted(zip(costs, weights, strict=True), reverse=True):
        taken = min(weight, left)
        total += taken * cost
        left -= taken
    return total / share


@pytest.mark.parametrize("weights", [[0.5, 0.3, 0.2], [0.2, 0.2, 0.6], [0.34, 0.33, 0.33]])
@pytest.mark.parametrize(("risk", "share"), [(0.0, 0.1), (1.0, 0.2), (3.0, 0.35), (0.5, 1.0)])
def test_the_plan_is_the_best_of_all_that_can_be_tried(
    weights: list[float], risk: float, share: float
) -> None:
    """Powers in quarters of a kilowatt: the best of all pairs is no better than the plan."""
    answer = plan(uncertain(scenarios(weights, risk_weight=risk, tail_share=share)))

    best = float("inf")
    quarters = np.round(np.arange(-5, 5.05, 0.25), 2).tolist()
    for powers in product(quarters, quarters):
        costs = [cost_of(powers, prices) for prices in COURSES.values()]
        if np.isinf(costs).any():
            continue
        mean = float(np.dot(weights, costs))
        best = min(best, mean + risk * tail_mean(costs, weights, share))
    assert answer.status is PlanStatus.OPTIMAL
    # The grid is coarse: the plan may be a little better, and is what trying it out says.
    assert best - 0.02 <= answer.cost <= best + 1e-6
    tried = tuple(answer.power_kw["battery"][:2].tolist())
    again = [cost_of(tried, prices) for prices in COURSES.values()]
    told = {each.name: each for each in answer.scenarios}
    costs = [told[name].cost for name in COURSES]
    mean = float(np.dot(weights, costs))
    assert costs == pytest.approx(again)
    assert answer.cost == pytest.approx(mean + risk * tail_mean(costs, weights, share))
    assert answer.cost == pytest.approx(sum(answer.costs.values()))


def test_what_is_decided_is_one_plan_and_what_is_not_follows_its_scenario() -> None:
    early = plan(uncertain(scenarios([0.5, 0.3, 0.2], decided_hours=0.0)))
    alone = {}
    for name, prices in COURSES.items():
        alone[name] = plan(
            site(
                battery(stock_at_start_kwh=5.0),
                load(2.0),
                import_price=prices,
                export_price=[0.5 * each for each in prices],
            )
        ).cost

    # With nothing decided beforehand each scenario is planned as if it were known.
    assert {each.name: each.cost for each in early.scenarios} == pytest.approx(alone)
    assert early.cost == pytest.approx(
        0.5 * alone["calm"] + 0.3 * alone["dear"] + 0.2 * alone["late"]
    )
    decided = plan(uncertain(scenarios([0.5, 0.3, 0.2])))
    assert decided.cost >= early.cost - 1e-9


def test_one_scenario_is_a_plan() -> None:
    uncertainty = scenarios([0.5, 0.3, 0.2])
    uncertainty["scenarios"] = [{**uncertainty["scenarios"][1], "weight": 1.0}]

    answer = plan(uncertain(uncertainty))

    prices = COURSES["dear"]
    known = plan(
        site(
            battery(stock_at_start_kwh=5.0),
            load(2.0),
            import_price=prices,
            export_price=[0.5 * each for each in prices],
        )
    )
    assert answer.cost == pytest.approx(known.cost)
    assert answer.power_kw["battery"].tolist() == pytest.approx(known.power_kw["battery"].tolist())


def test_aversion_to_risk_makes_the_worst_scenario_cheaper() -> None:
    neutral = plan(uncertain(scenarios([0.4, 0.3, 0.3], tail_share=0.1)))
    averse = plan(uncertain(scenarios([0.4, 0.3, 0.3], tail_share=0.1, risk_weight=50.0)))

    worst = [max(each.cost for each in answer.scenarios) for answer in (neutral, averse)]
    assert worst[1] < worst[0] - 1e-6


def test_each_scenario_keeps_directions_apart_and_limits() -> None:
    """At prices below zero burning energy would pay: no scenario does."""
    uncertainty = {
        "scenarios": [
            {"name": "dark", "weight": 0.4, "power_kw": {"pv": [0.0, 0.0]}},
            {"name": "bright", "weight": 0.6, "power_kw": {"pv": [8.0, 8.0]}},
        ],
        "decided_hours": 0.0,
    }
    document = site(
        battery(charge_efficiency=0.7, stock_at_start_kwh=10.0),
        pv([4.0, 4.0], curtailable=False),
        import_price=[-0.1, -0.1],
        export_price=[-0.2, -0.2],
        import_limit_kw=4.0,
        more={"uncertainty": uncertainty},
    )

    answer = plan(document)

    alone = [
        plan(
            site(
                battery(charge_efficiency=0.7, stock_at_start_kwh=10.0),
                pv([power, power], curtailable=False),
                import_price=[-0.1, -0.1],
                export_price=[-0.2, -0.2],
                import_limit_kw=4.0,
            )
        ).cost
        for power in (0.0, 8.0)
    ]
    assert answer.cost == pytest.approx(0.4 * alone[0] + 0.6 * alone[1], abs=1e-5)


def test_what_one_scenario_cannot_keep_is_named_with_its_name() -> None:
    uncertainty = {
        "scenarios": [
            {"name": "usual", "weight": 0.7},
            {"name": "crowded", "weight": 0.3, "power_kw": {"load": [1.0, 30.0]}},
        ]
    }
    document = site(
        battery(), load(1.0), import_price=[0.1, 0.2], import_limit_kw=9.0,
        more={"uncertainty": uncertainty},
    )  # fmt: skip

    answer = plan(document)

    assert answer.status is PlanStatus.INFEASIBLE
    assert "import limit of crowded: the grid connection" in answer.infeasible[0]


def test_a_cap_planned_for_a_quantile_is_passed_no_more_often_than_promised() -> None:
    """10,000 draws of a load whose 95 % quantile was planned for."""
    random = np.random.default_rng(11)
    middle, spread = 5 + 3 * np.sin(np.arange(24) / 24 * 2 * np.pi), 0.8
    draws = middle + spread * random.normal(size=(10_000, 24))
    quantile = (middle + spread * 1.6448536).tolist()
    answer = plan(
        site(
            battery(stock_at_start_kwh=8.0, capacity_kwh=20.0),
            load(quantile),
            import_price=(0.2 + 0.1 * np.cos(np.arange(24))).tolist(),
            export_price=0.0,
            import_limit_kw=8.0,
        )
    )

    assert answer.status is PlanStatus.OPTIMAL
    passed = draws + answer.power_kw["battery"] > 8.0 + 1e-9
    # In no quarter more often than promised, but for what 10,000 draws can tell (4 deviations).
    assert passed.mean(axis=0).max() <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / 10_000)
    assert passed.mean(axis=0).max() > 0.03


def test_a_cap_planned_over_quantiles_is_passed_no_more_often_than_the_highest_promises() -> None:
    """10,000 draws of load and sun of which the plan knows three quantiles each, decided at once.

    Both are drawn together, as the scenarios have them: much is drawn where little is made.
    """
    random = np.random.default_rng(5)
    hours = np.arange(24)
    middle, sun = 5 + 3 * np.sin(hours / 24 * 2 * np.pi), 4 * np.clip(np.sin(hours / 4), 0, None)
    courses = [
        {
            "name": f"quantile {p}",
            "quantile": p,
            "weight": weight,
            "power_kw": {
                "load": (middle + 0.7 * z).tolist(),
                "pv": np.maximum(sun * (1 - 0.2 * z), 0).tolist(),
            },
        }
        for p, weight, z in ((0.1, 0.3, -1.2815516), (0.5, 0.5, 0.0), (0.95, 0.2, 1.6448536))
    ]
    document = site(
        battery(stock_at_start_kwh=8.0, capacity_kwh=20.0, end_value_per_kwh=None),
        load(middle.tolist()),
        pv(sun.tolist()),
        import_price=(0.2 + 0.1 * np.cos(hours)).tolist(),
        export_price=0.0,
        import_limit_kw=8.0,
        more={"uncertainty": {"scenarios": courses, "decided_hours": 24.0}},
    )

    answer = plan(document)

    assert answer.status is PlanStatus.OPTIMAL
    z = random.normal(size=(10_000, 24))
    net = middle + 0.7 * z - np.maximum(sun * (1 - 0.2 * z), 0) + answer.power_kw["battery"]
    passed = (net > 8.0 + 1e-9).mean(axis=0)
    assert passed.max() <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / 10_000)
    assert passed.max() > 0.03, "a cap that is never near is no test"
