"""There is always an answer: in time, to a contradiction, and when plans cost the same."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from scheduling.engines import lifting
from scheduling.engines.base import OutOfTime, Solution
from scheduling.engines.exclusive import solve_apart
from scheduling.engines.highs import HighsEngine
from scheduling.flex.parts import OnInfeasible
from scheduling.formulation.compiled import Compiled
from scheduling.formulation.site import build_site
from scheduling.planning import Plan, PlanStatus, plan
from scheduling.planning.problem import problem_of
from tests.unit.scheduling_documents import battery, clock, ev, load, site

HALL = [3.0, 8.0, 9.0, 3.0]


def crowded(**more: Any) -> Plan:
    """10 kW behind 5 kW, and a battery that gives 2: short in the second and third hour."""
    return plan(
        site(
            battery(stock_at_start_kwh=5, discharge_limit_kw=2),
            load(HALL, "hall"),
            load(1.0, "pump"),
            import_price=[0.1, 0.2, 0.3, 0.1],
            export_price=0.05,
            import_limit_kw=5,
            more=more,
        )
    )


def test_a_contradiction_is_named_by_limits_of_which_each_is_needed() -> None:
    answer = crowded()

    assert answer.status is PlanStatus.INFEASIBLE
    # Each of the two hours is short by itself: the first of them is named.
    assert [each.text for each in answer.contradiction] == [
        "discharging limit of battery from 2026-01-12 01:00 to 02:00 Z: at most 2 kW",
        "import limit of the grid connection from 2026-01-12 01:00 to 02:00 Z: at most 5 kW",
    ]


def test_a_target_out_of_reach_is_held_against_what_keeps_it_from_being_reached() -> None:
    answer = plan(site(battery(stock_at_end_min_kwh=9), import_price=[0.1, 0.1], import_limit_kw=3))

    assert {(each.limit, each.of) for each in answer.contradiction} == {
        ("minimum stock", "battery"),
        ("import limit", "the grid connection"),
    }


def test_a_ramp_that_leaves_too_little_is_named() -> None:
    """1 kW more each hour: 1 + 2 + 3 kWh, 9 are asked for."""
    slow = battery(stock_at_end_min_kwh=9, ramp_kw_per_hour=1, power_before_kw=0)
    answer = plan(site(slow, import_price=[0.1, 0.1, 0.1]))

    assert answer.status is PlanStatus.INFEASIBLE
    assert {(each.limit, each.of) for each in answer.contradiction} == {
        ("minimum stock", "battery"),
        ("ramp", "battery"),
    }
    assert all("at most 1 kW" in each.text for each in answer.contradiction if each.limit == "ramp")


@pytest.mark.parametrize("engine", ["auto", "dp", "gekko"])
def test_levels_that_cross_are_named_and_the_higher_is_missed_least(engine: str) -> None:
    """At least 6 kWh and at most 4 at one moment: 2 kWh are missing, as nobody can hold both."""
    goals = [
        {"kind": "min", "points": [{"stock_kwh": 6.0, "at": clock(2)}]},
        {"kind": "max", "points": [{"stock_kwh": 4.0, "at": clock(2)}]},
    ]
    given = site(battery(goals=goals), import_price=[0.1, 0.2, 0.1])
    asked = given.model_copy(update={"on_infeasible": OnInfeasible.NEAREST})
    explained, nearest = plan(given, engine=engine), plan(asked, engine=engine)

    words = "stock of battery at 2026-01-12 02:00 Z: at least 6 kWh and at most 4 kWh are asked for"
    for answer in (explained, nearest):
        assert answer.infeasible == (words,)
        assert [each.text for each in answer.contradiction] == [
            "maximum stock of battery at 2026-01-12 02:00 Z: at most 4 kWh",
            "minimum stock of battery at 2026-01-12 02:00 Z: at least 6 kWh",
        ]
    assert explained.status is PlanStatus.INFEASIBLE
    assert nearest.status is PlanStatus.NEAREST
    [breach] = nearest.breaches
    assert breach.limit == "minimum stock of battery"
    assert breach.most_kwh == pytest.approx(2.0, abs=1e-6)
    assert nearest.stock_kwh["battery"][2] == pytest.approx(4.0, abs=1e-6)


def test_the_nearest_plan_breaks_least_and_names_its_breaches() -> None:
    answer = crowded(on_infeasible="nearest")

    assert answer.status is PlanStatus.NEAREST
    assert answer.grid_power_kw == pytest.approx([4.0, 7.0, 8.0, 3.0])
    [breach] = answer.breaches
    assert breach.limit == "import limit of the grid connection"
    assert (breach.most_kw, breach.energy_kwh) == pytest.approx((3.0, 5.0))
    assert answer.infeasible
    assert answer.contradiction
    # With the breach taken as given, it is the cheapest: the battery's fifth kWh goes where it
    # saves most of what is left, and nothing is paid for the breach itself.
    assert sum(answer.costs.values()) == pytest.approx(4 * 0.1 + 7 * 0.2 + 8 * 0.3 + 3 * 0.1)


def test_the_nearest_plan_is_the_plan_where_there_is_one() -> None:
    document = site(battery(), import_price=[0.1, 0.5], more={"on_infeasible": "nearest"})

    assert plan(document).status is PlanStatus.OPTIMAL


class _Slow:
    """HiGHS, but out of time from the second round on."""

    def __init__(self) -> None:
        self.rounds = 0

    def solve(self, model: Compiled, **options: Any) -> Solution:
        self.rounds += 1
        if model.integer.any():
            raise OutOfTime("no solution was found within the time limit")
        return HighsEngine().solve(model, **options)


@pytest.mark.parametrize(
    "devices",
    [
        pytest.param([ev("a"), ev("b"), ev("c")], id="least powers"),
        pytest.param(
            [battery(charge_efficiency=0.6, stock_at_start_kwh=10), load(2.0)], id="directions"
        ),
    ],
)
def test_out_of_time_gives_a_plan_that_keeps_all_and_its_bound(
    devices: Sequence[dict[str, Any]],
) -> None:
    document = site(*devices, import_price=[-0.3, 0.1, 0.1, 0.2, -0.2, 0.1], import_limit_kw=13)
    proven = plan(document).cost
    built = build_site(problem_of(document)[0])

    found = solve_apart(_Slow(), built.model, time_limit=timedelta(seconds=5))

    assert not found.is_proven
    assert found.bound <= proven + 1e-6
    assert found.cost >= proven - 1e-6
    for each in built.model.from_between:
        power = found.values[each.columns]
        assert np.all((power < 1e-6) | (power > each.least - 1e-6))
    for pair in built.model.exclusives:
        assert np.minimum(found.values[pair.first], found.values[pair.second]).max() < 1e-6


class _Counting:
    """HiGHS, counting what it was left to decide."""

    def __init__(self) -> None:
        self.open: list[int] = []

    def solve(self, model: Compiled, **options: Any) -> Solution:
        self.open.append(int((model.column_lower < model.column_upper)[model.integer].sum()))
        return HighsEngine().solve(model, **options)


@pytest.mark.parametrize("guess", [0.0, 5e-5, np.inf])
@pytest.mark.parametrize("seed", range(3))
def test_only_open_choices_are_searched_and_none_is_lost(
    monkeypatch: pytest.MonkeyPatch, seed: int, guess: float
) -> None:
    """Whether the first guess of what is open was too small or left all open: one answer."""
    random = np.random.default_rng(seed)
    document = site(
        *(
            ev(name, stock_at_departure_kwh=float(random.uniform(20, 36)), departure=clock(20))
            for name in "abc"
        ),
        load(2.0),
        import_price=random.uniform(0.05, 0.3, 24).tolist(),
        import_limit_kw=15,
    )

    def solved(share: float) -> tuple[float, list[int]]:
        monkeypatch.setattr(lifting, "_GUESS", share)
        engine = _Counting()
        model = build_site(problem_of(document)[0]).model
        found = solve_apart(engine, model, time_limit=timedelta(seconds=20))
        assert found.is_proven
        assert found.bound <= found.cost + 1e-9
        return found.cost, engine.open

    cost, searched = solved(guess)
    everything, all_open = solved(np.inf)
    assert cost == pytest.approx(everything, rel=2e-6)
    assert max(searched) <= max(all_open)
    if guess == 0.0:
        assert searched[1] < all_open[1]
