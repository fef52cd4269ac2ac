"""Plans over scenarios: against one plan each, brute force, and many draws."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from scheduling.flex import DocumentError, SiteDocument
from scheduling.planning import PlanStatus, explain, plan
from tests.unit.scheduling_documents import battery, clock, load, pv, site

PRICES = [0.2, 0.3, 0.25]
#: Import prices of the last two hours in three scenarios.
COURSES = {"calm": [0.2, 0.3, 0.25], "dear": [0.2, 0.9, 0.3], "late": [0.2, 0.1, 0.8]}


def scenarios(weights: list[float], **more: Any) -> dict[str, Any]:
    return {
        "scenarios": [
            {
                "name": name,
                "weight": weight,
                "import_per_kwh": prices,
                "export_per_kwh": [0.5 * each for each in prices],
            }
            for (name, prices), weight in zip(COURSES.items(), weights, strict=True)
        ],
        "decided_hours": 2.0,
        **more,
    }


def uncertain(uncertainty: dict[str, Any], **fields: Any) -> SiteDocument:
    return site(
        battery(stock_at_start_kwh=5.0, capacity_kwh=10.0, **fields),
        load(2.0),
        import_price=PRICES,
        export_price=[0.5 * each for each in PRICES],
        more={"uncertainty": uncertainty},
    )


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


def quantiles(*shapes: tuple[float, list[float], list[float]]) -> SiteDocument:
    """A load and a roof by quantiles: (probability, load, roof) each."""
    each = 1 / len(shapes)
    return site(
        battery(stock_at_start_kwh=5.0),
        load(2.0),
        pv([1.0, 1.0]),
        import_price=[0.2, 0.4],
        more={
            "uncertainty": {
                "scenarios": [
                    {
                        "name": f"quantile {p}",
                        "quantile": p,
                        "weight": each,
                        "power_kw": {"load": drawn, "pv": given},
                    }
                    for p, drawn, given in shapes
                ]
            }
        },
    )


def test_quantiles_of_forecasts_are_planned_over() -> None:
    """The higher the quantile, the more is drawn and the less given, in whatever order."""
    document = quantiles((0.9, [4.0, 4.0], [0.0, 0.5]), (0.1, [1.0, 2.0], [2.0, 0.5]))

    answer = plan(document)

    told = {each.name: each.cost for each in answer.scenarios}
    assert told["quantile 0.9"] > told["quantile 0.1"]


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        (
            [(0.1, [1.0, 3.0], [1.0, 1.0]), (0.9, [2.0, 2.0], [1.0, 1.0])],
            "load of quantile 0.9 is below that of quantile 0.1 at 2026-01-12 01:00 Z",
        ),
        (
            [(0.9, [2.0, 2.0], [3.0, 1.0]), (0.1, [1.0, 1.0], [1.0, 1.0])],
            "pv of quantile 0.9 is above that of quantile 0.1 at 2026-01-12 00:00 Z",
        ),
    ],
)
def test_quantiles_that_cross_are_named(shapes: list[Any], words: str) -> None:
    with pytest.raises(DocumentError, match=f"{words}: quantiles should not cross"):
        quantiles(*shapes)


def area(*nodes: dict[str, Any]) -> SiteDocument:
    """Two halls behind a station of 12 kW; of one the scenarios tell another load and price."""
    scenarios = [
        {"name": f"course {number}", "weight": 1 / len(nodes), "nodes": {"hall": node}}
        | ({"quantile": 0.1 + 0.8 * number} if len(nodes) > 1 else {})
        for number, node in enumerate(nodes)
    ]
    halls = [
        {"name": name, "uncontrolled_kw": 4.0}
        | {"prices": {"import_per_kwh": [0.2, 0.3], "export_per_kwh": 0.1}}
        for name in ("hall", "other hall")
    ]
    return site(
        battery(stock_at_start_kwh=6.0, node="hall"),
        import_price=[0.0, 0.0],
        import_limit_kw=12.0,
        more={
            "prices": None,
            "nodes": halls,
            "uncertainty": {"scenarios": scenarios, "decided_hours": 0.0},
        },
    )


def test_what_is_otherwise_at_a_node_is_planned_there() -> None:
    few = {"uncontrolled_kw": [3.0, 3.0], "import_per_kwh": [0.1, 0.5]}
    many = {"uncontrolled_kw": [6.0, 8.0], "import_per_kwh": [0.3, 0.6]}

    together = plan(area(few, many))
    alone = [plan(area(each)).cost for each in (few, many)]

    assert [each.cost for each in together.scenarios] == pytest.approx(alone)
    # The other hall pays 4 · 0.2 + 4 · 0.3 either way; the battery gives 5 of its 6 kWh at 0.6.
    assert alone[1] == pytest.approx(2.0 + (6 - 1) * 0.3 + (8 - 5) * 0.6)


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"uncontrolled_kw": [1.0]}, "nodes.hall.uncontrolled_kw has 1 values"),
        ({"uncontrolled_kw": [9.0, 1.0]}, "nodes.hall.uncontrolled_kw of course 1 is below"),
    ],
)
def test_what_is_wrong_at_a_node_is_refused(node: dict[str, Any], words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        area(node, {"uncontrolled_kw": [2.0, 2.0]})


def test_an_unknown_node_and_a_price_at_none_are_refused() -> None:
    for nodes, words in (
        ({"yard": {"uncontrolled_kw": [1.0, 1.0]}}, "no node 'yard'"),
        ({"feeder": {"import_per_kwh": [1.0, 1.0]}}, "the node has no prices"),
    ):
        given = {"scenarios": [{"name": "one", "weight": 1.0, "nodes": nodes}]}
        with pytest.raises(DocumentError, match=words):
            site(
                battery(),
                import_price=[0.1, 0.2],
                more={"nodes": [{"name": "feeder"}], "uncertainty": given},
            )


def test_one_quantile_stands_once() -> None:
    document = {**scenarios([0.5, 0.3, 0.2])}
    for each in document["scenarios"]:
        each["quantile"] = 0.5

    with pytest.raises(DocumentError, match="calm and dear are the same quantile"):
        uncertain(document)


def test_what_is_told_of_scenarios_beside_reasons() -> None:
    answer = plan(uncertain(scenarios([0.5, 0.3, 0.2])))

    assert set(explain(answer).wear) == {"battery"}
    assert [each["name"] for each in answer.as_json()["scenarios"]] == ["calm", "dear", "late"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weight": 0.9}, "weights of scenarios sum to"),
        ({"weight": 0.0}, "greater than 0"),
        ({"quantile": 1.0}, "less than 1"),
        ({"name": "dear"}, "two scenarios are called dear"),
        ({"import_per_kwh": [0.1]}, "has 1 values: the window has 3 steps"),
        ({"power_kw": {"ghost": [1.0, 1.0, 1.0]}}, "ghost"),
        ({"power_kw": {"battery": [1.0, 1.0, 1.0]}}, "battery"),
    ],
)
def test_what_is_wrong_is_refused(change: dict[str, Any], words: str) -> None:
    uncertainty = scenarios([0.5, 0.3, 0.2])
    uncertainty["scenarios"][0].update(change)

    with pytest.raises(DocumentError, match=words):
        uncertain(uncertainty)
