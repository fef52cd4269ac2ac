"""What goes beyond one plan: ``python benchmarks/beyond_speed.py [ROW ...]``.

In one warm process, on one thread; prints JSON: per row the least and the median CPU time over its
runs in ms, and the bar. Ends with status 1 when a median misses its bar.
"""

import json
import statistics
import sys
from collections.abc import Callable
from datetime import timedelta
from time import process_time
from typing import Any

import numpy as np
import problems
from bending import bent_battery, bent_house, fine_first, refined
from figures import Row, row
from identification import identified, identified_by_gekko

from scheduling.flex import document_from_object
from scheduling.flex.study import BatteryStudy, HostingStudy
from scheduling.planning import explain, plan
from scheduling.planning.hosting import study_hosting
from scheduling.planning.sizing import study_sizes


def reasons(make: Callable[[int], dict[str, Any]], *, runs: int) -> Row:
    """Explaining a day; the bar is what planning it takes, from the parsed document."""
    planned, explained = [], []
    for run in range(-2, runs):
        given = make(100 + run)
        began = process_time()
        answer = plan(document_from_object(given))
        middle = process_time()
        explain(answer)
        if run >= 0:
            planned.append(middle - began)
            explained.append(process_time() - middle)
    return row(explained, bar_ms=1000 * statistics.median(planned))


def by_depth(n_steps: int, *, bar_ms: float, runs: int) -> Row:
    """A site whose battery ages by the depth of its cycles, and what that saves by the meter."""
    spent, saved, total = [], 0.0, 0.0
    for run in range(-2, runs):
        true = {}
        for ageing in ("by_throughput", "by_depth"):
            given = problems.site(n_steps, seed=100 + run)
            given["devices"][0].update(chemistry="nmc_vehicle", ageing=ageing)
            began = process_time()
            answer = plan(document_from_object(given))
            if run >= 0 and ageing == "by_depth":
                spent.append(process_time() - began)
            metered = explain(answer).wear["battery"].cost
            true[ageing] = answer.cost - answer.costs["wear: battery"] + metered
        saved += true["by_throughput"] - true["by_depth"]
        total += abs(true["by_throughput"])
    return row(spent, bar_ms=bar_ms, saved_share=round(saved / total, 4))


def replanned(make: Callable[[int], dict[str, Any]], *, bar_ms: float, runs: int, key: str) -> Row:
    """The same problem a step later, following the last plan: frozen, calm, warm.

    From the parsed document. Its window moves on by a step, and with it prices, sun and loads; the
    step that is new at its end is as the one a day before. All forecasts of loads and sun are
    redrawn by a per mille, but that of the running step; stocks are where the last plan left them.
    """
    random, given = np.random.default_rng(7), make(1)
    answer = plan(document_from_object(given), living=key)
    spent = []
    for run in range(-3, runs):
        shift = (run + 4) * problems.QUARTER
        _move_on(given, random, shift)
        for device in given["devices"]:
            if device["kind"] == "battery":
                device["stock_at_start_kwh"] = float(answer.stock_kwh[device["name"]][1])
        given["rolling"] = {
            "published_kw": {
                each["name"]: answer.power_kw[each["name"]][1:].tolist()
                for each in given["devices"]
                if each["kind"] == "battery"
            },
            "frozen_until": (problems.START + shift + problems.QUARTER).isoformat(),
            "change_price_per_kwh": 0.001,
        }
        began = process_time()
        document = document_from_object(given)
        answer = plan(document, living=key)
        if run >= 0:
            spent.append(process_time() - began)
    return row(spent, bar_ms=bar_ms)


def _move_on(given: dict[str, Any], random: np.random.Generator, shift: timedelta) -> None:
    """Let the window of ``given`` begin ``shift`` after the first, a step after the last."""
    prices = given["prices"]
    for name in ("import_per_kwh", "export_per_kwh"):
        prices[name] = np.roll(prices[name], -1).tolist()
    start = problems.START + shift
    end = start + len(prices["import_per_kwh"]) * problems.QUARTER
    given["window"] = {"start": start.isoformat(), "end": end.isoformat()}
    for device in given["devices"]:
        for name in ("power_kw", "available_kw"):
            if name in device:
                power = np.roll(device[name], -1)
                # What runs now is known: it is frozen, and would not give way.
                power[1:] *= random.normal(1, 1e-3, power.size - 1)
                device[name] = power.tolist()


def batteries_under_one_cap(n_sites: int, *, seed: int) -> dict[str, Any]:
    """Sites with a battery and a load each, beneath one transformer that is too small for all."""
    random = np.random.default_rng(seed)
    price = problems.market_price(96, random)
    devices: list[dict[str, Any]] = []
    nodes = []
    for number in range(n_sites):
        node = f"site {number}"
        nodes.append({"name": node, "import_limit_kw": 60.0, "export_limit_kw": 60.0})
        load = 20 + 10 * np.sin(problems.day(96)) + 5 * random.random(96)
        devices.append({**problems.battery(60, 20, f"battery {number}"), "node": node})
        devices.append(
            {"kind": "load", "name": f"load {number}", "power_kw": load.tolist(), "node": node}
        )
    return {
        "window": {"start": problems.at(0), "end": problems.at(96)},
        "prices": {
            "import_per_kwh": (price + 0.05).tolist(),
            "export_per_kwh": price.tolist(),
        },
        # Soft: a frozen step cannot give way to a load that turns out a little higher.
        "connection": {
            "import_limit_kw": 34.0 * n_sites,
            "import_breach_price_per_kwh": 2.0,
        },
        "nodes": nodes,
        "devices": devices,
    }


def over_scenarios(n_scenarios: int, *, bar_ms: float, runs: int) -> Row:
    """A site's day over scenarios of price, load and roof, four hours decided, with CVaR."""
    spent, told = [], 0
    for run in range(-1, runs):
        random = np.random.default_rng(run + 50)
        given = problems.site(96, seed=100 + run)
        prices, (_, load, roof) = given["prices"], given["devices"]
        # Prices spread around their mean, so that export never earns more than import costs.
        shift = 0.02 * random.normal(size=(n_scenarios, 96)).cumsum(axis=1) / 5
        given["uncertainty"] = {
            "scenarios": [
                {
                    "name": f"course {number}",
                    "weight": 1.0 / n_scenarios,
                    "import_per_kwh": (np.array(prices["import_per_kwh"]) + moved).tolist(),
                    "export_per_kwh": (np.array(prices["export_per_kwh"]) + moved).tolist(),
                    "power_kw": {
                        "load": (np.array(load["power_kw"]) * random.normal(1, 0.05)).tolist(),
                        "pv": (np.array(roof["available_kw"]) * random.uniform(0.6, 1)).tolist(),
                    },
                }
                for number, moved in enumerate(shift)
            ],
            "risk_weight": 0.5,
            "tail_share": 0.1,
        }
        began = process_time()
        answer = plan(document_from_object(given))
        if run >= 0:
            spent.append(process_time() - began)
        told = len(answer.scenarios)
    return row(spent, bar_ms=bar_ms, scenarios=told)


def a_year() -> dict[str, Any]:
    """A year of quarters of an hour at one site."""
    random, n_steps = np.random.default_rng(1), 35_040
    angle = problems.day(n_steps)
    winter = 30 * np.cos(2 * np.pi * np.arange(n_steps) / n_steps)
    load = 120 + 60 * np.sin(angle - 1) + 40 * random.random(n_steps) + winter
    return {
        "window": {"start": "2025-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"},
        "load_kw": load.tolist(),
        "pv_kw": (150 * problems.sun(n_steps, random)).tolist(),
        "import_limit_kw": 250.0,
    }


def sizes(*, bar_ms: float, runs: int) -> Row:
    """What 20 sizes of a battery would earn in a year, from the parsed document."""
    price = problems.market_price(35_040, np.random.default_rng(2))
    given = {
        **a_year(),
        "prices": {"import_per_kwh": (price + 0.05).tolist(), "export_per_kwh": price.tolist()},
        "export_limit_kw": 100.0,
        "sizes_kwh": [20.0 * number for number in range(1, 21)],
    }
    spent = []
    for run in range(-1, runs):
        began = process_time()
        study_sizes(BatteryStudy.model_validate(given))
        if run >= 0:
            spent.append(process_time() - began)
    return row(spent, bar_ms=bar_ms)


def hosting(*, bar_ms: float, runs: int) -> Row:
    """Which of ten fleets fits with which of five batteries, over a year."""
    given = {
        **a_year(),
        "kind": "hosting",
        "sizes_kwh": [0.0, 200.0, 400.0, 800.0, 1600.0],
        "chargers": [4, 8, 12, 16, 18, 20, 22, 24, 28, 32],
        "charging": {
            "arrive": "17:00",
            "leave": "05:00",
            "energy_kwh": 80.0,
            "charge_limit_kw": 22.0,
        },
        "time_zone": "Europe/Amsterdam",
    }
    spent, fits = [], 0
    for run in range(-1, runs):
        began = process_time()
        answer = study_hosting(HostingStudy.model_validate(given))
        fits = sum(point.fits for point in answer.points)
        if run >= 0:
            spent.append(process_time() - began)
    return row(spent, bar_ms=bar_ms, points=50, fit=fits)


ROWS: dict[str, Callable[[], Row]] = {
    "reasons of a site's day": lambda: reasons(lambda s: problems.site(96, seed=s), runs=40),
    "reasons of a home's day": lambda: reasons(lambda s: problems.household(96, seed=s), runs=10),
    "reasons of 20 vehicles' day": lambda: reasons(
        lambda s: problems.charging(20, seed=s), runs=10
    ),
    "wear by depth, 96 steps": lambda: by_depth(96, bar_ms=20, runs=20),
    "wear by depth, 672 steps": lambda: by_depth(672, bar_ms=200, runs=6),
    "50 scenarios with CVaR, 96 steps": lambda: over_scenarios(50, bar_ms=600, runs=5),
    "re-plan of a rolling site": lambda: replanned(
        lambda s: problems.site(96, seed=s), bar_ms=2, runs=40, key="site"
    ),
    "re-plan of 50 rolling sites": lambda: replanned(
        lambda s: batteries_under_one_cap(50, seed=s), bar_ms=100, runs=6, key="fifty"
    ),
    "2R2C identified, 3 days": lambda: identified(3, bar_ms=20, runs=20),
    "2R2C identified, 14 days": lambda: identified(14, bar_ms=50, runs=20),
    "2R2C identified by gekko, 3 days": lambda: identified_by_gekko(3, bar_ms=500, runs=5),
    "refined: battery with taper and quadratic loss, 96 steps": lambda: refined(
        bent_battery, bar_ms=1_000, runs=9
    ),
    "refined: heat pump on or off, COP, 2R2C, 24 steps": lambda: refined(
        bent_house, bar_ms=1_500, runs=9
    ),
    "fine first, a home's two days": lambda: fine_first(runs=10),
    "a battery's year, 20 sizes": lambda: sizes(bar_ms=2_000, runs=5),
    "hosting, a year, 50 points": lambda: hosting(bar_ms=30_000, runs=3),
}


def main(wanted: list[str]) -> int:
    """Measure the rows that are ``wanted``, all if none, and print; 1 where a bar is missed."""
    chosen = [name for name in ROWS if not wanted or any(word in name for word in wanted)]
    answer = {name: ROWS[name]() for name in chosen}
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    return int(any(each["median_ms"] > each["bar_ms"] for each in answer.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
