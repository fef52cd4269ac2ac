"""Rows of ``beyond_speed`` about physics that bend, and windows that grow coarser."""

import statistics
from collections import Counter
from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np
import problems
from figures import Row, row, spent_by_all

from scheduling.flex import document_from_object
from scheduling.planning import plan


def refined(make: Callable[[int], dict[str, Any]], *, bar_ms: float, runs: int) -> Row:
    """A plan whose physics bend, from the parsed document, gekko's process included."""
    spent, saved, gaps, marks = [], [], [], Counter[str]()
    for run in range(-1, runs):
        document = document_from_object(make(100 + run))
        began = spent_by_all()
        answer = plan(document)
        taken = spent_by_all() - began
        mark = answer.refinement
        if run < 0 or mark is None or mark.linear_cost is None:
            continue
        spent.append(taken)
        saved.append(1 - answer.cost / mark.linear_cost)
        gaps.append(answer.gap)
        marks[mark.outcome.value] += 1
    return row(
        spent,
        bar_ms=bar_ms,
        outcomes=dict(marks),
        saved_share=round(statistics.median(saved), 5),
        gap=round(statistics.median(gaps), 4),
    )


def bent_battery(seed: int) -> dict[str, Any]:
    """A site of 96 quarters whose battery tapers near full and loses by the square of its power."""
    given = problems.site(96, seed=seed)
    battery = given["devices"][0]
    power, capacity = battery["charge_limit_kw"], battery["capacity_kwh"]
    battery.update(
        quadratic_loss_per_kw=0.08 / power,
        charge_taper=[
            {"at_empty_kw": 4.0 * power, "drop_kw_per_kwh": 3.7 * power / capacity},
        ],
    )
    return given


def bent_house(seed: int) -> dict[str, Any]:
    """24 hours of a heat pump, on or off, in a building with walls; its COP falls as that warms."""
    random, hours = np.random.default_rng(seed), np.arange(24)
    angle = 2 * np.pi * hours / 24
    outdoor = (2 + random.normal(0, 2) - 4 * np.cos(angle - 0.8)).tolist()
    price = 0.25 + 0.12 * np.sin(2 * angle - 1) + 0.03 * random.normal(size=24)
    return {
        "window": {
            "start": "2026-01-12T00:00:00Z",
            "end": "2026-01-13T00:00:00Z",
            "step_minutes": 60,
        },
        "prices": {"import_per_kwh": np.maximum(price, 0.02).tolist(), "export_per_kwh": 0.05},
        "devices": [
            {"kind": "load", "name": "home", "power_kw": 0.6},
            {
                "kind": "building",
                "name": "house",
                "electric_limit_kw": 4.0,
                "electric_min_kw": 1.2,
                "heat_capacity_kwh_per_k": 4.0,
                "loss_kw_per_k": 0.05,
                "walls": {
                    "heat_capacity_kwh_per_k": 22.0,
                    "exchange_kw_per_k": 1.1,
                    "loss_kw_per_k": 0.17,
                    "gains_kw": (0.8 * np.clip(-np.cos(angle), 0, None)).tolist(),
                    "temperature_at_start_c": 19.5,
                },
                "outdoor_c": outdoor,
                "temperature_at_start_c": 20.5,
                "temperature_min_c": 20.0,
                "temperature_max_c": 23.0,
                "carnot": {"supply_above_k": 12.0, "outdoor_c": outdoor},
            },
        ],
    }


def fine_first(*, runs: int) -> Row:
    """Two days of a home: six hours in quarters, then hours; the bar is quarters throughout."""
    spent: list[float] = []
    uniform: list[float] = []
    dearer: list[float] = []
    for run in range(-2, runs):
        given = problems.household(192, seed=100 + run)
        costs = []
        for coarser, times in (([{"after_hours": 6.0, "step_minutes": 60}], spent), ([], uniform)):
            given["window"]["coarser"] = coarser
            document = document_from_object(given)
            began = process_time()
            answer = plan(document)
            times.append(process_time() - began)
            costs.append(answer.cost)
        if run >= 0:
            dearer.append(costs[0] - costs[1])
    return row(
        spent[2:],
        bar_ms=1000 * statistics.median(uniform[2:]),
        dearer=round(statistics.median(dearer), 4),
        cost=round(costs[1], 3),
    )
