"""Always an answer: a plan with its bound, however short the time and however many the jobs."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from scheduling.planning import PlanStatus, plan
from tests.unit.scheduling_documents import load, site

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
