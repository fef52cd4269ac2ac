"""Sessions of vehicles: currents and phases, priorities, what is missed; worked out by hand."""

from typing import Any

import numpy as np
import pytest

from scheduling.flex import DocumentError
from scheduling.planning import plan
from tests.unit.scheduling_documents import clock, load, site


def vehicle(**fields: Any) -> dict[str, Any]:
    """From empty, without losses; there for all of the window."""
    return {
        "kind": "ev",
        "name": "car",
        "arrival": clock(0),
        "departure": clock(4),
        "capacity_kwh": 60,
        "stock_at_arrival_kwh": 0,
        "stock_at_departure_kwh": 10,
        "charge_efficiency": 1.0,
        "discharge_efficiency": 1.0,
        **fields,
    }


def test_three_phases_charge_with_six_ampere_or_nothing() -> None:
    """3 · 230 V · 6 A = 4.14 kW and 16 A = 11.04 kW: 12 kWh are 11.04 and no less than 4.14."""
    car = vehicle(charger={}, stock_at_departure_kwh=12, missed_price_per_kwh=9.0)
    answer = plan(site(car, import_price=[0.1, 0.2, 0.3, 0.4]))

    assert answer.power_kw["car"] == pytest.approx([7.86, 4.14, 0.0, 0.0])


def test_a_charger_that_switches_phases_has_a_gap_between_them() -> None:
    """One phase gives 1.38 to 3.68 kW, three 4.14 to 11.04 kW: 3.9 kWh in an hour cannot be."""
    charger = {"phases": [1, 3]}
    car = vehicle(charger=charger, stock_at_departure_kwh=3.9, departure=clock(1))
    dear = plan(site({**car, "missed_price_per_kwh": 0.01}, import_price=[0.1]))
    asked = plan(site({**car, "missed_price_per_kwh": 9.0}, import_price=[0.1]))
    short = plan(site({**car, "missed_price_per_kwh": 0.11}, import_price=[0.1]))

    assert dear.power_kw["car"] == pytest.approx([0.0])
    assert asked.power_kw["car"] == pytest.approx([4.14])
    assert short.power_kw["car"] == pytest.approx([3.68])


def test_what_a_driver_misses_is_reported_with_its_price() -> None:
    car = vehicle(charge_limit_kw=2.0, missed_price_per_kwh=1.5, priority=2.0, departure=clock(3))
    answer = plan(site(car, import_price=[0.1] * 4, step_minutes=60))

    (breach,) = answer.breaches
    assert breach.limit == "departure of car"
    assert breach.most_kwh == pytest.approx(4.0)
    assert breach.cost == pytest.approx(4 * 1.5 * 2)
    assert answer.costs["breach: departure of car"] == pytest.approx(12.0)


def test_of_two_sessions_the_one_of_higher_priority_is_served() -> None:
    cars = [
        vehicle(name=name, charge_limit_kw=5.0, priority=priority, departure=clock(1))
        for name, priority in (("first", 1.0), ("second", 3.0))
    ]
    answer = plan(site(*cars, import_price=[0.1], import_limit_kw=5.0))

    assert answer.power_kw["second"] == pytest.approx([5.0])
    assert answer.power_kw["first"] == pytest.approx([0.0])


def test_a_group_of_chargers_shares_its_limit_and_each_keeps_its_least_current() -> None:
    """11 kW for three who want 6.8, 6.8 and 4.2 kWh in two hours, each with 6 A on three phases."""
    cars = [
        vehicle(
            name=name,
            node="garage",
            charge_limit_kw=None,
            charger={"current_min_a": 6.0, "current_max_a": 16.0, "phases": [3]},
            stock_at_arrival_kwh=10,
            stock_at_departure_kwh=10 + wanted,
            charge_efficiency=1.0,
            departure=clock(2),
        )
        for name, wanted in (("a", 6.8), ("b", 6.8), ("c", 4.2))
    ]
    garage = {"name": "garage", "import_limit_kw": 11.0}
    answer = plan(
        site(
            *cars, load(3.0), import_price=[0.1, 0.2], import_limit_kw=17, more={"nodes": [garage]}
        )
    )

    together = np.sum([answer.power_kw[name] for name in "abc"], axis=0)
    assert together == pytest.approx(answer.node_power_kw["garage"])
    assert together.max() <= 11.0 + 1e-9
    assert together[0] == pytest.approx(11.0)
    for name in "abc":
        power = answer.power_kw[name]
        assert all(p < 1e-9 or 4.14 - 1e-9 <= p <= 11.04 + 1e-9 for p in power)
    assert not answer.breaches


def test_giving_back_leaves_the_driver_what_was_agreed() -> None:
    car = vehicle(
        stock_at_arrival_kwh=20,
        stock_at_departure_kwh=0,
        stock_min_kwh=8,
        charge_limit_kw=0.0,
        discharge_limit_kw=20.0,
        wear_cost_per_kwh=0.0,
    )
    answer = plan(site(car, import_price=[0.1, 0.5]))

    assert answer.power_kw["car"] == pytest.approx([0.0, -12.0])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "give either charge_limit_kw or charger"),
        ({"charger": {}, "charge_limit_kw": 3.0}, "give either charge_limit_kw or charger"),
        ({"charger": {}, "charge_min_kw": 3.0}, "no charge_min_kw"),
        ({"charger": {"current_min_a": 20.0}}, "current_min_a should not be above"),
        ({"charger": {"phases": [2]}}, "1 or 3"),
        ({"charge_limit_kw": 1.0, "stock_min_kwh": 61.0}, "stock_min_kwh is 61.0 kWh, above"),
    ],
)
def test_refuses_a_session_that_makes_no_sense(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        site(vehicle(**fields), import_price=[0.1] * 4)


@pytest.mark.parametrize(
    ("ties", "first", "last"),
    [
        ("early", [7, 7, 0, 0, 0, 0], [0, 0, 5, 7, 2, 0]),
        ("late", [0, 0, 0, 0, 7, 7], [0, 2, 7, 5, 0, 0]),
    ],
)
def test_of_like_sessions_behind_one_limit_the_first_goes_first(
    ties: str, first: list[float], last: list[float]
) -> None:
    """14 kWh each at 7 kW, 10 kW in all, at one price: who is named first has its wish first."""
    like = {"charge_limit_kw": 7.0, "stock_at_departure_kwh": 14, "departure": clock(6)}
    cars = [vehicle(name=name, node="group", **like) for name in ("one", "two", "three")]
    more = {"ties": ties, "nodes": [{"name": "group", "import_limit_kw": 10}]}
    answer = plan(site(*cars, import_price=[0.2] * 6, more=more))

    assert answer.power_kw["one"] == pytest.approx(first)
    assert answer.power_kw["three"] == pytest.approx(last)
    assert answer.cost == pytest.approx(42 * 0.2)
