"""Reasons of plans over scenarios, held against finite differences of all of them at once."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from scheduling.engines.exclusive import solve_apart
from scheduling.engines.highs import HighsEngine
from scheduling.flex import SiteDocument
from scheduling.formulation.site import build_site
from scheduling.interpret.baselines import Baseline
from scheduling.interpret.device_wording import Action, Purpose
from scheduling.planning import Plan, explain, plan
from scheduling.planning.scenarios import joined
from tests.unit.explained_documents import LITTLE
from tests.unit.scheduling_documents import START, battery, load, pv, site

N_STEPS = 8
DECIDED = 3


def uncertain(seed: int, **attitude: Any) -> SiteDocument:
    """Three courses of prices, load and sun, behind a connection that some of them fill."""
    random = np.random.default_rng(seed)
    base = 0.2 + 0.1 * random.random(N_STEPS)
    drawn = 4.0 + 2.0 * random.random(N_STEPS)
    sun = 6.0 * random.random(N_STEPS)
    courses = [
        {
            "name": name,
            "weight": weight,
            "import_per_kwh": (dear * base + 0.05).tolist(),
            "export_per_kwh": (dear * base * 0.8).tolist(),
            "power_kw": {"load": (more * drawn).tolist(), "pv": (less * sun).tolist()},
        }
        for name, weight, dear, more, less in (
            ("usual", 0.5, 1.0, 1.0, 1.0),
            ("dear", 0.3, 1.7, 1.2, 0.3),
            ("sunny", 0.2, 0.6, 0.8, 1.4),
        )
    ]
    return site(
        battery(stock_at_start_kwh=3.3, end_value_per_kwh=None, charge_efficiency=0.95),
        load(drawn.tolist()),
        pv(sun.tolist()),
        import_price=(base + 0.05).tolist(),
        export_price=(base * 0.8).tolist(),
        import_limit_kw=7.3,
        export_limit_kw=3.0,
        more={"uncertainty": {"scenarios": courses, "decided_hours": float(DECIDED), **attitude}},
    )


def cost_with(answer: Plan, limit: str, of: str, steps: range, change: float) -> float:
    """Return the cost with a limit loosened by ``change`` in ``steps`` of every scenario."""
    assert answer.solved is not None
    sites = []
    for outlook in answer.solved.outlooks:
        built = build_site(outlook.problem)
        lower, upper = built.model.bounds()
        [found] = [e for e in built.model.limits if (e.name, e.of) == (limit, of)]
        at = found.columns[list(steps)]
        if found.side == "upper":
            upper[at] += change
        else:
            lower[at] -= change
        sites.append(built)
    whole = joined(answer.solved.outlooks, sites, answer.solved.document)
    return solve_apart(HighsEngine(), whole.model, time_limit=timedelta(seconds=9)).cost


ATTITUDES = [{}, {"risk_weight": 1.5, "tail_share": 0.25}]


@pytest.mark.parametrize("attitude", ATTITUDES)
@pytest.mark.parametrize("seed", range(3))
def test_room_is_worth_what_it_saves_in_all_scenarios(seed: int, attitude: dict[str, Any]) -> None:
    answer = plan(uncertain(seed, **attitude))
    why = explain(answer)

    assert len({each.limit for each in why.reasons}) > 1
    assert any(each.courses is not None for each in why.reasons)
    for each in why.reasons:
        first, last = ((t - START) // timedelta(hours=1) for t in (each.start, each.end))
        steps = range(first, last)
        more = cost_with(answer, each.limit, each.of, steps, LITTLE)
        less = cost_with(answer, each.limit, each.of, steps, -LITTLE)
        total = each.worth * len(steps) * LITTLE
        assert answer.cost - more <= total + 1e-8, each
        assert less - answer.cost >= total - 1e-8, each


@pytest.mark.parametrize("attitude", ATTITUDES)
@pytest.mark.parametrize("seed", range(3))
def test_prices_are_what_one_more_kwh_of_load_costs_in_all_scenarios(
    seed: int, attitude: dict[str, Any]
) -> None:
    """With risk weighed, so that what costs the same in all scenarios costs that."""
    document = uncertain(seed, **attitude)
    answer = plan(document)
    price = explain(answer).price_per_kwh["the grid connection"]
    scale = 1.0 + document.uncertainty.risk_weight
    assert answer.solved is not None
    for step in range(N_STEPS):
        costs = []
        for change in (LITTLE, -LITTLE):
            for outlook in answer.solved.outlooks:
                outlook.problem.fixed[0, step] += change
            sites = [build_site(outlook.problem) for outlook in answer.solved.outlooks]
            whole = joined(answer.solved.outlooks, sites, document)
            found = solve_apart(HighsEngine(), whole.model, time_limit=timedelta(seconds=9))
            costs.append(found.cost)
            for outlook in answer.solved.outlooks:
                outlook.problem.fixed[0, step] -= change
        more, less = costs
        told = float(price[step]) * scale * LITTLE
        assert answer.cost - less - 1e-8 <= told <= more - answer.cost + 1e-8


def test_devices_say_why_as_long_as_scenarios_share_a_plan() -> None:
    told = [each for seed in range(4) for each in explain(plan(uncertain(seed))).device_reasons]

    assert told
    assert {each.device for each in told} == {"battery"}
    assert all(each.end <= START + timedelta(hours=DECIDED) for each in told)
    for each in told:
        assert each.purpose is not Purpose.NO_CHOICE
        if each.action is Action.CHARGES:
            assert each.price <= each.worth + 1e-6
        else:
            assert each.price >= each.worth - 1e-6


def test_a_limit_of_a_power_that_all_share_binds_in_all() -> None:
    """The battery is to charge all it can in the first hour, whatever comes."""
    courses = [
        {"name": name, "weight": weight, "import_per_kwh": [0.1, later]}
        for name, weight, later in (("one", 0.5, 0.4), ("two", 0.3, 0.5), ("three", 0.2, 0.9))
    ]
    document = site(
        battery(discharge_limit_kw=20.0),
        load(20.0),
        import_price=[0.1, 0.4],
        more={"uncertainty": {"scenarios": courses, "decided_hours": 1.0}},
    )

    [limit] = [each for each in explain(plan(document)).reasons if each.limit == "charging limit"]

    assert limit.courses is None
    assert limit.worth == pytest.approx(0.5 * 0.3 + 0.3 * 0.4 + 0.2 * 0.8)


def test_a_limit_that_binds_in_some_scenarios_says_in_how_many() -> None:
    why = explain(plan(uncertain(0)))

    [some, *_] = [each for each in why.reasons if each.courses is not None]
    assert some.courses is not None
    binding, of = some.courses
    assert 0 < binding < of == 3
    assert some.text.endswith(f"(in {binding} of 3 scenarios)")
    assert [each for each in why.as_json()["reasons"] if each["courses"] == [binding, 3]]


def test_savings_are_means_over_the_scenarios() -> None:
    document = uncertain(1)
    answer = plan(document)
    why = explain(answer)
    known = [
        document.model_copy(
            update={
                "uncertainty": document.uncertainty.model_copy(
                    update={"scenarios": (each.model_copy(update={"weight": 1.0}),)}
                )
            }
        )
        for each in document.uncertainty.scenarios
    ]
    costs = [{e.baseline: e.cost for e in explain(plan(each)).savings} for each in known]

    assert [each.baseline for each in why.savings] == list(Baseline)
    mean = sum(each.weight * each.cost for each in answer.scenarios)
    for saving in why.savings:
        expected = sum(
            each.weight * (cost[saving.baseline] or 0.0)
            for each, cost in zip(document.uncertainty.scenarios, costs, strict=True)
        )
        assert saving.cost == pytest.approx(expected)
        assert saving.saving == pytest.approx(expected - mean)
        assert saving.cost == pytest.approx(sum(saving.costs.values()))
