"""Always an answer: a plan with its bound, however short the time and however many the jobs."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from scheduling.engines import first_plan, highs
from scheduling.engines.base import OutOfTime, Solution
from scheduling.engines.exclusive import solve_apart
from scheduling.engines.first_plan import proven_bound
from scheduling.engines.highs import HighsEngine
from scheduling.formulation.compiled import Compiled
from scheduling.formulation.linear_model import LinearModel
from scheduling.formulation.site import build_site
from scheduling.planning import PlanStatus, plan
from scheduling.planning.problem import problem_of
from tests.unit.scheduling_documents import battery, load, site

NO_TIME = timedelta(milliseconds=1)


def jobs(number: int, seed: int) -> list[dict[str, Any]]:
    """Return jobs of all kinds; those in pieces run and pause for at least two hours."""
    random = np.random.default_rng(seed)
    runs = {"run_min_minutes": 120, "pause_min_minutes": 120, "start_price": 0.1}
    return [
        {
            "kind": "process",
            "name": f"job {each}",
            "power_kw": round(float(random.uniform(0.5, 4)), 2),
            "duration_minutes": 60 * int(random.integers(2, 8)),
            **({"flexibility": "breakable", **runs} if each % 2 else {"flexibility": "shiftable"}),
        }
        for each in range(number)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_many_jobs_are_planned_even_without_time(seed: int) -> None:
    random = np.random.default_rng(seed)
    prices = random.uniform(0.05, 0.5, 24).round(3).tolist()
    given = jobs(12, seed)

    answer = plan(
        site(*given, load(1.0), import_price=prices, import_limit_kw=18), time_limit=NO_TIME
    )

    assert answer.status in {PlanStatus.TIME_LIMIT, PlanStatus.OPTIMAL}
    assert answer.bound <= answer.cost + 1e-9
    assert answer.gap < 1.0  # the bound says something
    assert answer.grid_power_kw.max() <= 18 + 1e-6
    for job in given:
        energy = job["power_kw"] * job["duration_minutes"] / 60
        assert answer.power_kw[job["name"]].sum() == pytest.approx(energy)


def test_what_cannot_be_is_still_a_contradiction() -> None:
    given = site(*jobs(6, 1), import_price=[0.3] * 24, import_limit_kw=0.4)

    assert plan(given, time_limit=NO_TIME).status is PlanStatus.INFEASIBLE


def busy(**fields: Any) -> Any:
    """Return a site whose load must not pass the limit: standing still breaks it."""
    random = np.random.default_rng(4)
    return site(
        battery(capacity_kwh=60, stock_at_start_kwh=40, charge_efficiency=0.9),
        load(random.uniform(5, 30, 48).tolist()),
        import_price=random.uniform(0.05, 0.5, 48).tolist(),
        import_limit_kw=29,
        **fields,
    )


@pytest.mark.parametrize(
    ("more_seconds", "status"), [(0.0, PlanStatus.TIME_LIMIT), (9.0, PlanStatus.OPTIMAL)]
)
def test_a_linear_plan_out_of_time_keeps_all_limits_and_has_a_bound(
    more_seconds: float, status: PlanStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    proven = plan(busy()).cost

    def none_in_time(*_: object) -> bool:
        raise OutOfTime("no solution was found within the time limit")

    monkeypatch.setattr(highs, "run", none_in_time)
    monkeypatch.setattr(first_plan, "_A_WHILE", more_seconds)
    answer = plan(busy(), engine="highs")

    assert answer.status is status
    assert answer.grid_power_kw.max() <= 29 + 1e-6
    assert answer.bound <= proven + 1e-6
    assert answer.cost >= proven - 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_any_duals_prove_a_bound(seed: int) -> None:
    proven = plan(busy()).cost
    model = build_site(problem_of(busy())[0]).model.compile()
    best = HighsEngine().solve(model, time_limit=timedelta(seconds=9))
    guess = np.random.default_rng(seed).normal(0.0, 0.2, model.n_rows)
    assert best.row_duals is not None

    assert proven_bound(model, best.row_duals) == pytest.approx(best.cost)
    assert proven_bound(model, best.row_duals + guess) <= proven + 1e-9


def _with_slack(price: float) -> Compiled:
    """One column up to 2 for nothing, one without end at ``price``: 3 are asked for, twice."""
    model = LinearModel()
    x = model.add_columns("x", (1,), upper=2.0)
    slack = model.add_columns("slack", (1,))
    model.add_cost("miss", slack, price)
    rows = model.add_rows("asked", (2,), lower=3.0)
    for columns in (x, slack):
        model.add_entries(rows, np.repeat(columns, 2), 1.0)
    return model.compile()


@pytest.mark.parametrize(
    ("duals", "bound"),
    [
        ([0.1, 0.2], 0.3),  # their sum is above 0.3 by rounding alone
        ([0.2, 0.4], 0.3),  # pays twice what missing costs: half of it proves as much
        ([0.1, 0.1], 0.2),
        ([-0.1, -0.1], 0.0),  # nothing can be earned by giving less
    ],
)
def test_what_could_be_missed_without_end_is_paid_no_more_than_it_costs(
    duals: list[float], bound: float
) -> None:
    model = _with_slack(0.3)

    assert proven_bound(model, np.array(duals)) == pytest.approx(bound)
    assert HighsEngine().solve(model, time_limit=timedelta(seconds=9)).cost == pytest.approx(0.3)


class _Hasty:
    """HiGHS, but out of time as long as prices count."""

    def solve(self, model: Compiled, **options: Any) -> Solution:
        if model.integer.any() and model.cost.any():
            raise OutOfTime("no solution was found within the time limit")
        return HighsEngine().solve(model, **options)


def test_where_no_integers_are_found_in_time_any_will_do() -> None:
    """Two of three are to be taken: which ones is left to chance, but they are whole."""
    model = LinearModel()
    x = model.add_columns("x", (3,), upper=1.0, integer=True)
    model.add_cost("cost", x, [1.0, 2.0, 3.0])
    row = model.add_rows("two", (1,), lower=2.0)
    model.add_entries(row, x, 1.0)

    found = solve_apart(_Hasty(), model, time_limit=timedelta(seconds=5))

    assert found.values.sum() >= 2.0
    assert found.values == pytest.approx(np.round(found.values))
    assert not found.is_proven
    assert found.bound <= 3.0 <= found.cost
