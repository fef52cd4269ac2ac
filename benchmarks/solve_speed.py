"""The speed table of scheduling: ``python benchmarks/solve_speed.py [ROW ...]``.

In one warm process, on one thread; prints JSON. For each row the least and the median CPU time
over its runs in ms, from parsed JSON to plan (validation, building, solving, reading back), the
bar, and how the plans ended. Every run is of another day. The least time is what the machine
takes when nobody disturbs it; beside others, CPU times too grow by half and more.
"""

import json
import statistics
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from multiprocessing import Process
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from time import perf_counter, process_time
from typing import Any

import numpy as np
import problems

from scheduling.engines.stores import Stores, plan_stores
from scheduling.flex import document_from_object
from scheduling.planning import PlanStatus, plan

Row = dict[str, Any]
Make = Callable[[int], dict[str, Any]]
#: How a plan ended, and its gap.
Answer = tuple[PlanStatus, float]


def measured(make: Make, *, bar_ms: float, runs: int, warm_up: int = 2, **options: Any) -> Row:
    """Return figures over ``runs`` problems, after some to warm up."""
    spent: list[float] = []
    answers: list[Answer] = []
    for run in range(-warm_up, runs):
        given = make(100 + run)
        began = process_time()
        answer = plan(document_from_object(given), **options)
        if run >= 0:
            spent.append(1000 * (process_time() - began))
            # Not the plan itself: a worker does not hold on to those it has stored.
            answers.append((answer.status, answer.gap))
    return _row(spent, answers, bar_ms=bar_ms)


def _row(spent: list[float], answers: list[Answer], *, bar_ms: float) -> Row:
    return {
        "least_ms": round(min(spent), 2),
        "median_ms": round(statistics.median(spent), 2),
        "bar_ms": bar_ms,
        "runs": len(spent),
        "answers": dict(Counter(status.value for status, _ in answers)),
        "worst_gap": max((gap for _, gap in answers), default=0.0),
    }


def price_changes(n_steps: int, *, bar_ms: float, runs: int) -> Row:
    """One site whose prices change: the model lives on."""
    base = problems.site(n_steps, seed=1)

    def make(run: int) -> dict[str, Any]:
        return {**base, "prices": problems.site(n_steps, seed=run)["prices"]}

    return measured(make, bar_ms=bar_ms, runs=runs, warm_up=3, living="benchmark")


def _store(given: dict[str, Any], n_steps: int) -> Stores:
    """Return the site as arrays; its stock is worth a fixed price at the end."""
    store, load, roof = given["devices"]
    store["end_value_per_kwh"] = 0.1
    return Stores(
        n_stores=1,
        n_steps=n_steps,
        step_hours=0.25,
        import_price=np.array(given["prices"]["import_per_kwh"]),
        export_price=np.array(given["prices"]["export_per_kwh"]),
        ceiling_kwh=store["capacity_kwh"],
        initial_kwh=store["stock_at_start_kwh"],
        charge_limit_kw=store["charge_limit_kw"],
        discharge_limit_kw=store["discharge_limit_kw"],
        net_kw=np.array(load["power_kw"]),
        curtailable_kw=np.array(roof["available_kw"]),
        import_limit_kw=160.0,
        export_limit_kw=60.0,
        wear_cost=0.02,
        end_value=0.1,
    )


def from_arrays(n_steps: int, *, bar_ms: float, runs: int) -> Row:
    """The same site by the dynamic programme, from arrays; then each held against HiGHS."""
    days = [problems.site(n_steps, seed=100 + run) for run in range(runs)]
    stores = [_store(given, n_steps) for given in days]
    for store in stores[:5]:
        plan_stores(store)
    spent, costs = [], []
    for store in stores:
        began = process_time()
        found = plan_stores(store)
        spent.append(1000 * (process_time() - began))
        costs.append(float(found.cost[0]))
    others = [plan(document_from_object(given)).cost for given in days]
    worst = max(abs(one - other) / abs(other) for one, other in zip(costs, others, strict=True))
    return {**_row(spent, [], bar_ms=bar_ms), "difference_to_highs": worst}


def replanned_area(n_sites: int, *, bar_ms: float) -> Row:
    """The area is planned; then the transformer's limit is cut by a tenth: planned again."""
    given = problems.area(n_sites, seed=1)
    long = timedelta(minutes=5)
    plan(document_from_object(given), living="area", time_limit=long)
    cut = problems.area(n_sites, seed=1, transformer_kw=0.9 * 32.0 * n_sites)
    began = process_time()
    answer = plan(document_from_object(cut), living="area", time_limit=long)
    spent = [1000 * (process_time() - began)]
    return _row(spent, [(answer.status, answer.gap)], bar_ms=bar_ms)


def _households(first: int, n_homes: int) -> None:
    random = np.random.default_rng(first)
    price = problems.market_price(96, random)
    angle = problems.day(96)
    load = 0.5 + 0.4 * np.sin(angle) + 0.3 * random.random((n_homes, 96))
    plan_stores(
        Stores(
            n_stores=n_homes,
            n_steps=96,
            step_hours=0.25,
            import_price=price + 0.05,
            export_price=price,
            ceiling_kwh=random.uniform(4, 14, (n_homes, 1)),
            initial_kwh=2.0,
            charge_limit_kw=4.0,
            discharge_limit_kw=4.0,
            net_kw=load,
            curtailable_kw=random.uniform(2, 8, (n_homes, 1)) * problems.sun(96, random),
            import_limit_kw=17.0,
            export_limit_kw=17.0,
            wear_cost=0.04,
            end_value=0.1,
        )
    )


def households(n_homes: int, *, bar_ms: float) -> Row:
    """``n_homes`` on two processes, loading numba and the compiled loops included."""
    _households(0, 10)
    before = getrusage(RUSAGE_CHILDREN)
    began = perf_counter()
    workers = [Process(target=_households, args=(k, n_homes // 2)) for k in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    wall = perf_counter() - began
    after = getrusage(RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    most_mb = (after.ru_maxrss * 2 + getrusage(RUSAGE_SELF).ru_maxrss) / 1024
    return {
        "wall_ms": round(1000 * wall),
        "cpu_ms": round(1000 * cpu),
        "memory_mb_at_most": round(most_mb),
        "bar_ms": bar_ms,
    }


def mixed(n_problems: int) -> Row:
    """Random problems of all kinds: the slowest of a hundred beside the middle one."""
    random = np.random.default_rng(5)
    spent, answers = [], []
    for seed in range(n_problems):
        kind = int(random.integers(4))
        given = (
            problems.site(int(random.choice([24, 96, 192])), seed=seed),
            problems.with_negative_prices(problems.site(96, seed=seed)),
            problems.household(96, seed=seed),
            problems.charging(int(random.integers(1, 12)), seed=seed),
        )[kind]
        began = process_time()
        answer = plan(document_from_object(given))
        spent.append(1000 * (process_time() - began))
        answers.append((answer.status, answer.gap))
    middle, slow = np.percentile(spent, [50, 99])
    without = sum(status is PlanStatus.INFEASIBLE for status, _ in answers)
    return {
        **_row(spent, answers, bar_ms=round(10 * float(middle), 1)),
        "p99_ms": round(float(slow), 1),
        "p99_by_p50": round(float(slow / middle), 1),
        "without_a_plan": without,
    }


ROWS: dict[str, Callable[[], Row]] = {
    # First, as its processes begin with what this one has in memory.
    "10,000 households, 2 processes": lambda: households(10_000, bar_ms=5000),
    "96 steps, cold": lambda: measured(lambda s: problems.site(96, seed=s), bar_ms=5, runs=60),
    "96 steps, new prices": lambda: price_changes(96, bar_ms=1, runs=60),
    "96 steps, dp from arrays": lambda: from_arrays(96, bar_ms=0.3, runs=60),
    "96 steps, dp from the document": lambda: measured(
        lambda s: problems.site(96, seed=s), bar_ms=0.3, runs=60, engine="dp"
    ),
    "672 steps": lambda: measured(lambda s: problems.site(672, seed=s), bar_ms=40, runs=15),
    "672 steps, negative prices": lambda: measured(
        lambda s: problems.with_negative_prices(problems.site(672, seed=s)), bar_ms=40, runs=10
    ),
    "2 on/off loads, 24 h": lambda: measured(
        lambda s: problems.household(96, seed=s), bar_ms=40, runs=10
    ),
    "2 on/off loads, 48 h": lambda: measured(
        lambda s: problems.household(192, seed=s), bar_ms=120, runs=8
    ),
    "20 vehicles": lambda: measured(lambda s: problems.charging(20, seed=s), bar_ms=60, runs=10),
    "20 vehicles, least 4.1 kW": lambda: measured(
        lambda s: problems.charging(20, seed=s, least_kw=4.1), bar_ms=300, runs=5, warm_up=0
    ),
    "50 vehicles": lambda: measured(lambda s: problems.charging(50, seed=s), bar_ms=150, runs=8),
    "area of 50 sites": lambda: measured(
        lambda s: problems.area(50, seed=s), bar_ms=1500, runs=3, warm_up=0
    ),
    "area of 200 sites": lambda: measured(
        lambda s: problems.area(200, seed=s),
        bar_ms=10_000,
        runs=1,
        warm_up=0,
        time_limit=timedelta(minutes=5),
    ),
    "area of 200 sites, cut limit": lambda: replanned_area(200, bar_ms=1000),
    "500 mixed problems": lambda: mixed(500),
}


def main(wanted: list[str]) -> None:
    """Measure the rows that are ``wanted``, all if none, and print."""
    chosen = [name for name in ROWS if not wanted or any(word in name for word in wanted)]
    answer = {name: ROWS[name]() for name in chosen}
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
