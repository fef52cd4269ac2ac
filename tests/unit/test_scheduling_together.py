"""Loads that run together under a surplus: against all possibilities, and what the rows say."""

from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from scheduling.formulation.site import build_site
from scheduling.planning import PlanStatus, plan
from scheduling.planning.problem import problem_of
from tests.unit.scheduling_documents import load, site

HOURS = 5


def job(name: str, kw: float, hours: int, flexibility: str) -> dict[str, Any]:
    return {
        "kind": "process",
        "name": name,
        "power_kw": kw,
        "duration_minutes": 60 * hours,
        "flexibility": flexibility,
    }


def runs(kw: float, hours: int, flexibility: str) -> list[np.ndarray]:
    """Return the power of every way to run."""
    if flexibility == "breakable":
        every = [list(steps) for steps in combinations(range(HOURS), hours)]
    else:
        every = [list(range(start, start + hours)) for start in range(HOURS - hours + 1)]
    powers = []
    for steps in every:
        power = np.zeros(HOURS)
        power[steps] = kw
        powers.append(power)
    return powers


def a_day(seed: int, n_jobs: int) -> tuple[dict[str, Any], float]:
    """Return a document with a surplus at noon, and the least it can cost."""
    random = np.random.default_rng(seed)
    surplus = random.uniform(-1, 6, HOURS).round(2)
    buy = random.uniform(0.2, 0.5, HOURS).round(3)
    sell = (buy - random.uniform(0.0, 0.4, HOURS)).round(3)
    asked = [
        (round(float(random.uniform(0.5, 4)), 2), int(random.integers(1, 4)), str(kind))
        for kind in random.choice(["breakable", "shiftable"], n_jobs)
    ]
    least = min(
        float((buy * net.clip(min=0) - sell * (-net).clip(min=0)).sum())
        for ways in product(*(runs(*each) for each in asked))
        for net in [np.sum(ways, axis=0) - surplus]
    )
    devices = [job(f"job {number}", *each) for number, each in enumerate(asked)]
    prices = {"import_price": buy.tolist(), "export_price": sell.tolist()}
    return {"devices": [load((-surplus).tolist()), *devices], **prices}, least


@pytest.mark.parametrize("n_jobs", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", range(4))
def test_jobs_under_a_surplus_cost_what_the_best_of_all_possibilities_costs(
    seed: int, n_jobs: int
) -> None:
    given, least = a_day(seed, n_jobs)
    devices = given.pop("devices")
    answer = plan(site(*devices, **given))

    assert answer.status is PlanStatus.OPTIMAL
    assert answer.cost == pytest.approx(least, abs=1e-9)


def test_a_load_larger_than_the_surplus_has_to_buy_even_if_it_runs_half_the_time() -> None:
    """Of 3 kW under a surplus of 2 kW, 1 kW is bought, in half of the steps half of that."""
    given = site(job("job", 3, 1, "breakable"), load(-2.0), import_price=[0.3] * 2)
    problem, _ = problem_of(given)
    built = build_site(problem)
    model = built.model.compile()
    half = np.zeros(model.n_columns)
    half[built.model.columns["run: job"]] = 0.5
    half[built.nodes.exported] = 0.5

    together = built.model.rows["the grid connection: together 0"]
    assert model.activity(half)[together].tolist() == [-0.5, -0.5]  # of i - 1 · z >= 0
    assert model.row_lower[together].tolist() == [0.0, 0.0]
