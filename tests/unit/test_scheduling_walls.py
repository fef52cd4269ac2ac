"""A building whose air gives to its walls (2R2C), against small steps of the same equations."""

from typing import Any

import numpy as np
import pytest

from scheduling.flex import DocumentError
from scheduling.planning import explain, plan
from tests.unit.scheduling_documents import clock, site

OUTDOOR = [-2.0, 0.0, 3.0, 6.0, 4.0, 1.0]
SUN = [0.0, 0.5, 1.5, 1.0, 0.2, 0.0]


def house(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "building",
        "name": "house",
        "electric_limit_kw": 5,
        "cop": 3.0,
        "heat_capacity_kwh_per_k": 2.0,
        "loss_kw_per_k": 0.05,
        "walls": {
            "heat_capacity_kwh_per_k": 20.0,
            "exchange_kw_per_k": 1.1,
            "loss_kw_per_k": 0.17,
            "gains_kw": SUN,
            "temperature_at_start_c": 18.0,
        },
        "outdoor_c": OUTDOOR,
        "gains_kw": 0.3,
        "temperature_at_start_c": 20.0,
        "temperature_min_c": 19.5,
        **fields,
    }


def in_small_steps(power_kw: np.ndarray, hours: np.ndarray, n: int = 20_000) -> np.ndarray:
    """Return the temperatures of air and walls at the start and after each step, by Euler."""
    air, walls, found = 20.0, 18.0, [(20.0, 18.0)]
    for power, outdoor, sun, length in zip(power_kw, OUTDOOR, SUN, hours, strict=True):
        for _ in range(n):
            exchange = 1.1 * (air - walls)
            into_air = 3.0 * power + 0.3 - 0.05 * (air - outdoor) - exchange
            into_walls = sun + exchange - 0.17 * (walls - outdoor)
            air += length / n * into_air / 2.0
            walls += length / n * into_walls / 20.0
        found.append((air, walls))
    return np.array(found)


def test_air_and_walls_follow_their_equations() -> None:
    answer = plan(site(house(), import_price=[0.3, 0.1, 0.2, 0.3, 0.1, 0.4]))

    expected = in_small_steps(answer.power_kw["house"], np.ones(6))
    assert answer.power_kw["house"].max() > 0.0
    assert answer.temperature_c["house"] == pytest.approx(expected[:, 0], abs=2e-3)
    assert answer.temperature_c["house walls"] == pytest.approx(expected[:, 1], abs=2e-3)


def test_so_they_do_where_only_a_part_of_the_first_step_is_left() -> None:
    document = site(house(), import_price=[0.3] * 6, more={"rolling": {"now": clock(0.75)}})
    answer = plan(document)

    expected = in_small_steps(answer.power_kw["house"], np.array([0.25, 1, 1, 1, 1, 1]))
    assert answer.temperature_c["house walls"] == pytest.approx(expected[:, 1], abs=2e-3)


def test_two_engines_agree_on_walls() -> None:
    document = site(house(), import_price=[0.3, 0.1, 0.2, 0.3, 0.1, 0.4])
    costs = [plan(document, engine=name).cost for name in ("highs", "gekko")]

    assert costs[0] == pytest.approx(costs[1], rel=1e-6)


def test_a_thermostat_keeps_the_wanted_temperature_with_walls_too() -> None:
    """No control costs at least what the plan does, and misses no comfort that power reaches."""
    answer = plan(site(house(), import_price=[0.3, 0.1, 0.2, 0.3, 0.1, 0.4]))
    baseline = explain(answer).savings[0]

    assert baseline.cost is not None
    assert baseline.cost >= answer.cost - 1e-9
    assert baseline.costs["breach: comfort of house"] == pytest.approx(0.0, abs=1e-9)


def test_what_is_worth_a_kwh_of_heat_is_what_it_saves() -> None:
    """The value of the air's heat, by its dual, against a re-solve with a little more gain."""
    document = site(house(), import_price=[0.3, 0.1, 0.2, 0.3, 0.1, 0.4])
    answer = plan(document)
    little = 1e-3
    warmer = house(gains_kw=[0.3 + little, *[0.3] * 5])
    saved = answer.cost - plan(site(warmer, import_price=[0.3, 0.1, 0.2, 0.3, 0.1, 0.4])).cost
    solved = answer.solved
    assert solved is not None
    assert solved.solution.row_duals is not None
    duals = -solved.solution.row_duals[solved.site.model.rows["stock balance"]]
    exchange = solved.problem.stocks.exchanges[0]
    expected = exchange.hours[0, 0, 0] * duals[0, 0] + exchange.hours[1, 0, 0] * duals[1, 0]

    assert saved / little == pytest.approx(expected, rel=1e-6)


def test_a_building_that_loses_nothing_is_refused() -> None:
    walls = {"heat_capacity_kwh_per_k": 20.0, "exchange_kw_per_k": 1.0}
    with pytest.raises(DocumentError, match="loss_kw_per_k should be greater than 0"):
        site(house(loss_kw_per_k=0.0, walls=walls), import_price=[0.1] * 6)
