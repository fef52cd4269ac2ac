"""Speed of planning in a warm process, on one core: ``python benchmarks/solve_speed.py``.

Prints JSON: for each problem the median over runs of CPU and wall time in ms, from parsed
JSON to plan (``document``: validation, ``plan``: build, solve and read back), and the bar.
Every run is of another day, so that nothing is remembered from one to the next.
"""

import json
import statistics
import sys
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

import numpy as np

from scheduling.flex import document_from_object
from scheduling.planning import PlanStatus, plan

BARS_MS = {"96 steps": 5.0, "672 steps": 60.0, "672 steps, negative prices": 60.0}


def site(n_steps: int, *, seed: int, lowest_price: float = 0.02) -> dict[str, Any]:
    """Return a battery, a load and a PV roof behind one connection, 15-minute steps."""
    random = np.random.default_rng(seed)
    step = np.arange(n_steps)
    day = 2 * np.pi * step / 96
    price = 0.12 - 0.05 * np.sin(2 * day) - 0.06 * np.cos(day) + 0.02 * random.normal(size=n_steps)
    price = np.maximum(price, lowest_price)
    sun = np.clip(np.sin(day - np.pi / 2), 0, None) * random.uniform(0.5, 1.0, n_steps)
    end = np.datetime64("2026-06-01T00:00") + np.timedelta64(15 * n_steps, "m")
    return {
        "window": {"start": "2026-06-01T00:00:00Z", "end": f"{end}:00Z"},
        "prices": {
            "import_per_kwh": (price + 0.05).tolist(),
            "export_per_kwh": price.tolist(),
        },
        "connection": {"import_limit_kw": 160, "export_limit_kw": 60},
        "devices": [
            {
                "kind": "battery",
                "name": "battery",
                "capacity_kwh": 200,
                "charge_limit_kw": 80,
                "discharge_limit_kw": 80,
                "stock_at_start_kwh": 60,
            },
            {
                "kind": "load",
                "name": "load",
                "power_kw": (60 + 25 * np.sin(day) + 5 * random.random(n_steps)).tolist(),
            },
            {"kind": "pv", "name": "pv", "available_kw": (150 * sun).tolist()},
        ],
    }


def with_negative_prices(given: dict[str, Any]) -> dict[str, Any]:
    """Return the site with a price far below zero at noon, and a roof that cannot yield."""
    price = np.array(given["prices"]["export_per_kwh"])
    noon = np.abs(np.arange(price.size) % 96 - 52) < 10
    given["prices"]["export_per_kwh"] = np.where(noon, price - 0.25, price).tolist()
    given["prices"]["import_per_kwh"] = np.where(noon, price - 0.20, price + 0.05).tolist()
    given["devices"][2]["curtailable"] = False
    given["connection"] = {"import_limit_kw": 250, "export_limit_kw": 250}
    return given


def measure(make: Callable[[int], dict[str, Any]], *, runs: int) -> dict[str, float]:
    """Return medians over ``runs`` problems, after three to warm up."""
    spent: dict[str, list[float]] = {"document_cpu": [], "plan_cpu": [], "plan_wall": []}
    for run in range(-3, runs):
        given = make(100 + run)
        began = process_time()
        document = document_from_object(given)
        parsed, wall = process_time(), perf_counter()
        answer = plan(document)
        ended, wall = process_time(), perf_counter() - wall
        if answer.status is not PlanStatus.OPTIMAL:
            raise RuntimeError(f"run {run}: {answer.status}")
        if run >= 0:
            spent["document_cpu"].append(parsed - began)
            spent["plan_cpu"].append(ended - parsed)
            spent["plan_wall"].append(wall)
    return {
        f"{name}_ms": round(1000 * statistics.median(times), 3) for name, times in spent.items()
    }


def main() -> None:
    """Measure and print."""
    problems: dict[str, tuple[Callable[[int], dict[str, Any]], int]] = {
        "96 steps": (lambda seed: site(96, seed=seed), 50),
        "672 steps": (lambda seed: site(672, seed=seed), 15),
        "672 steps, negative prices": (
            lambda seed: with_negative_prices(site(672, seed=seed)),
            15,
        ),
    }
    answer = {
        name: {**measure(make, runs=runs), "runs": runs, "bar_ms": BARS_MS[name]}
        for name, (make, runs) in problems.items()
    }
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


if __name__ == "__main__":
    main()
