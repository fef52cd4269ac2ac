"""Processes against answers worked out by hand, and small ones against all possibilities."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from scheduling.flex import DocumentError
from scheduling.planning import PlanStatus, explain, plan
from tests.unit.scheduling_documents import clock, load, site

PRICES = [0.3, 0.1, 0.4, 0.1, 0.2, 0.5]


def process(**fields: Any) -> dict[str, Any]:
    return {"kind": "process", "name": "job", "power_kw": 2, "duration_minutes": 120, **fields}


def test_an_inflexible_process_runs_as_soon_as_it_may() -> None:
    forbidden = [{"start": clock(0.5), "end": clock(1.5)}]
    job = process(flexibility="inflexible", forbidden=forbidden)
    answer = plan(site(job, import_price=PRICES))

    assert answer.power_kw["job"] == pytest.approx([0, 0, 2, 2, 0, 0])


def test_a_shiftable_process_runs_in_one_go_at_the_best_time() -> None:
    answer = plan(site(process(), import_price=PRICES))

    assert answer.power_kw["job"] == pytest.approx([0, 0, 0, 2, 2, 0])
    assert answer.cost == pytest.approx(2 * (0.1 + 0.2))


def test_a_breakable_process_runs_in_the_best_steps() -> None:
    answer = plan(site(process(flexibility="breakable"), import_price=PRICES))

    assert answer.power_kw["job"] == pytest.approx([0, 2, 0, 2, 0, 0])


def test_starting_again_may_cost_more_than_waiting_saves() -> None:
    job = process(flexibility="breakable", start_price=1.0)
    answer = plan(site(job, import_price=PRICES))

    assert answer.power_kw["job"] == pytest.approx([0, 0, 0, 2, 2, 0])
    assert answer.costs["starts: job"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("least", "power"),
    [
        ({"run_min_minutes": 120}, [0, 0, 0, 2, 2, 0]),
        ({"pause_min_minutes": 120}, [0, 2, 0, 0, 2, 0]),
    ],
)
def test_pieces_and_pauses_have_a_least_length(least: dict[str, int], power: list[float]) -> None:
    answer = plan(site(process(flexibility="breakable", **least), import_price=PRICES))

    assert answer.power_kw["job"] == pytest.approx(power)


def test_a_profile_is_drawn_as_it_is() -> None:
    job = {"kind": "process", "name": "job", "profile_kw": [1.0, 5.0]}
    answer = plan(site(job, import_price=PRICES))

    assert answer.power_kw["job"] == pytest.approx([1, 5, 0, 0, 0, 0])


def test_a_last_part_of_a_step_draws_its_share() -> None:
    answer = plan(site(process(duration_minutes=90), import_price=PRICES))

    assert answer.power_kw["job"].sum() == pytest.approx(3.0)
    assert answer.cost == pytest.approx(2 * 0.1 + 1 * 0.2)


def test_a_breakable_process_draws_its_power_but_in_one_step_that_it_takes_a_part_of() -> None:
    """An hour and a half at 2 kW: all of an hour at 0.1, half of the other; never 1.5 kW twice."""
    job = process(flexibility="breakable", duration_minutes=90)
    prices = [0.3, 0.1, 0.4, 0.2, 0.2, 0.5]
    answer = plan(site(job, import_price=prices))

    assert answer.power_kw["job"] == pytest.approx([0, 2, 0, 1, 0, 0])
    assert answer.cost == pytest.approx(2 * 0.1 + 1 * 0.2)


def test_a_part_of_a_step_is_the_end_of_a_piece() -> None:
    """An hour's pieces at least: the half in the third hour, after which the job would go on."""
    job = process(flexibility="breakable", duration_minutes=150, start_price=1.0)
    answer = plan(site(job, import_price=[0.1, 0.1, 0.3, 0.1, 0.9, 0.9]))

    assert answer.power_kw["job"] == pytest.approx([2, 2, 1, 0, 0, 0])
    assert answer.costs["starts: job"] == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(5))
def test_pieces_with_a_part_cost_what_the_best_of_all_possibilities_costs(seed: int) -> None:
    random = np.random.default_rng(seed)
    prices = random.uniform(0.05, 0.5, 6).round(3)
    base = random.uniform(-4.0, 1.0, 6).round(2)
    job = process(flexibility="breakable", power_kw=3, duration_minutes=140)
    document = site(job, load(base.tolist()), import_price=prices.tolist(), export_price=0.02)
    answer = plan(document)

    best = np.inf
    for steps in combinations(range(6), 3):
        for part in steps:
            if part + 1 in steps:
                continue
            power = base.copy()
            power[list(steps)] += 3
            power[part] -= 2
            cost = np.maximum(power, 0) @ prices - np.maximum(-power, 0).sum() * 0.02
            best = min(best, float(cost))
    assert answer.cost == pytest.approx(best)


def test_processes_avoid_each_other_below_a_limit() -> None:
    jobs = [process(name="one"), process(name="two")]
    answer = plan(site(*jobs, load(1.0), import_price=PRICES, import_limit_kw=3.0))

    together = answer.power_kw["one"] + answer.power_kw["two"]
    assert together.max() == pytest.approx(2.0)
    assert answer.status is PlanStatus.OPTIMAL


def test_a_process_that_no_time_allows_is_named() -> None:
    job = process(forbidden=[{"start": clock(1), "end": clock(5)}])
    answer = plan(site(job, import_price=PRICES))

    assert answer.status is PlanStatus.INFEASIBLE
    assert answer.infeasible == ("job: no time in the window is long enough and allowed",)


@pytest.mark.parametrize("seed", range(5))
def test_two_jobs_under_a_limit_cost_what_the_best_of_all_possibilities_costs(seed: int) -> None:
    random = np.random.default_rng(seed)
    prices = random.uniform(0.05, 0.5, 7).round(3).tolist()
    limit = random.uniform(4.0, 6.0)
    base = random.uniform(0.0, 2.5, 7).round(2)
    jobs = [process(), process(name="pieces", flexibility="breakable", power_kw=3)]
    answer = plan(site(*jobs, load(base.tolist()), import_price=prices, import_limit_kw=limit))

    best = np.inf
    for start in range(6):
        for steps in combinations(range(7), 2):
            power = base.copy()
            power[start : start + 2] += 2
            power[list(steps)] += 3
            if power.max() <= limit + 1e-9:
                best = min(best, float(power @ np.array(prices)))
    if np.isinf(best):
        assert answer.status is PlanStatus.INFEASIBLE
    else:
        assert answer.cost == pytest.approx(best)


@pytest.mark.parametrize(
    ("ties", "job", "other"),
    [
        ("early", [2, 2, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]),
        ("late", [0, 0, 0, 2, 2, 0], [0, 0, 0, 0, 1, 0]),
        ("smooth", [2, 2, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]),
    ],
)
@pytest.mark.parametrize("flexibility", ["breakable", "shiftable"])
def test_plans_of_equal_cost_run_early_or_late_as_asked(
    flexibility: str, ties: str, job: list[float], other: list[float]
) -> None:
    document = site(
        process(flexibility=flexibility),
        process(flexibility=flexibility, name="other", power_kw=1, duration_minutes=60),
        import_price=[0.1, 0.1, 0.1, 0.1, 0.1, 0.3],
        more={"ties": ties},
    )
    answer = plan(document)

    assert answer.power_kw["job"] == pytest.approx(job)
    assert answer.power_kw["other"] == pytest.approx(other)


@pytest.mark.parametrize(
    ("ties", "power"), [("early", [0, 2, 2, 0, 0, 0]), ("late", [0, 0, 2, 0, 2, 0])]
)
def test_a_choice_gives_up_no_money_and_no_limit(ties: str, power: list[float]) -> None:
    """At first the price is too high, in the fourth hour there is no room."""
    document = site(
        process(flexibility="breakable"),
        load([0, 0, 0, 4, 0, 0]),
        import_price=[0.2, 0.1, 0.1, 0.1, 0.1, 0.2],
        import_limit_kw=5,
        more={"ties": ties},
    )

    assert plan(document).power_kw["job"] == pytest.approx(power)


@pytest.mark.parametrize("flexibility", ["shiftable", "breakable"])
@pytest.mark.parametrize("minutes", [120, 90])
def test_a_job_that_costs_more_than_leaving_it_undone_is_left_undone(
    flexibility: str, minutes: float
) -> None:
    job = process(flexibility=flexibility, duration_minutes=minutes)
    cost = plan(site(job, import_price=PRICES)).cost
    for price, runs in ((cost + 0.01, True), (cost - 0.01, False)):
        answer = plan(site({**job, "undone_price": price}, import_price=PRICES))

        assert answer.cost == pytest.approx(min(cost, price))
        assert answer.costs["undone: job"] == pytest.approx(0.0 if runs else price)
        assert answer.power_kw["job"].sum() == pytest.approx(minutes / 30 if runs else 0.0)


@pytest.mark.parametrize("flexibility", ["shiftable", "breakable"])
def test_what_no_time_allows_may_be_left_undone(flexibility: str) -> None:
    job = process(flexibility=flexibility, forbidden=[{"start": clock(1), "end": clock(5)}])
    job = {**job, "duration_minutes": 180, "undone_price": 2.0}
    answer = plan(site(job, load([1.0] * 6), import_price=PRICES))

    assert answer.costs["undone: job"] == pytest.approx(2.0)
    assert answer.power_kw["job"] == pytest.approx([0.0] * 6)
    assert [saving.saving for saving in explain(answer).savings] == pytest.approx([0.0, 0.0])


def test_of_two_jobs_under_a_limit_the_one_that_matters_more_runs() -> None:
    jobs = [process(name="one", undone_price=1.0), process(name="two", undone_price=2.0)]
    document = site(*jobs, load([1.0] * 3), import_price=[0.1] * 3, import_limit_kw=3)
    answer = plan(document)

    assert answer.power_kw["one"] == pytest.approx([0, 0, 0])
    assert answer.power_kw["two"] == pytest.approx([2, 2, 0])


def test_an_inflexible_job_runs() -> None:
    with pytest.raises(DocumentError, match="an inflexible process runs: no undone_price"):
        site(process(flexibility="inflexible", undone_price=1.0), import_price=PRICES)
