"""How devices may run, by currents, switching, surcharges and temperatures; worked out by hand."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from scheduling.flex import DocumentError
from scheduling.planning import plan
from tests.unit.scheduling_documents import battery, clock, load, site


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


def generator(**fields: Any) -> dict[str, Any]:
    return {"kind": "adjustable", "name": "generator", "discharge_limit_kw": 10, **fields}


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


def test_a_surcharge_spreads_power_where_the_spread_is_small() -> None:
    """Above 2 kW each kWh costs 0.05 more either way: the second hour is only 0.02 dearer."""
    surcharges = [{"above_kw": 2.0, "cost_per_kwh": 0.05}]
    store = battery(stock_at_end_min_kwh=4, surcharges=surcharges)
    answer = plan(site(store, import_price=[0.10, 0.12]))

    assert answer.power_kw["battery"] == pytest.approx([2.0, 2.0])
    hurried = plan(site({**store, "stock_at_end_min_kwh": 7}, import_price=[0.10, 0.12]))
    assert hurried.power_kw["battery"] == pytest.approx([5.0, 2.0])
    assert hurried.costs["wear: battery"] == pytest.approx(3 * 0.05)


def test_giving_at_high_power_wears_too() -> None:
    surcharges = [{"above_kw": 1.0, "cost_per_kwh": 0.3}]
    store = battery(stock_at_start_kwh=10, surcharges=surcharges)
    answer = plan(site(store, import_price=[0.2]))

    assert answer.power_kw["battery"] == pytest.approx([-1.0])


def test_a_generator_gives_nothing_or_its_least() -> None:
    engine = generator(discharge_min_kw=4, cost_per_kwh=0.3)
    needs = load([1.0, 3.0, 6.0])
    answer = plan(site(engine, needs, import_price=[0.5] * 3, export_price=[0.0] * 3))

    assert answer.power_kw["generator"] == pytest.approx([0.0, -4.0, -6.0])


def exhaustive(prices: list[float], least_run: int, least_pause: int, start: float) -> float:
    """Return the least cost of a generator of 10 kW at 3 per hour that is on or off."""
    best = np.inf
    for states in product((0, 1), repeat=len(prices)):
        starts = [t for t in range(len(states)) if states[t] and not (t and states[t - 1])]
        stops = [t for t in range(1, len(states)) if states[t - 1] and not states[t]]
        runs = all(all(states[t : t + least_run]) for t in starts)
        pauses = all(not any(states[t : t + least_pause]) for t in stops)
        if runs and pauses:
            margin = sum(
                on * (3.0 - 10.0 * price) for on, price in zip(states, prices, strict=True)
            )
            best = min(best, margin + start * len(starts))
    return best


@pytest.mark.parametrize("seed", range(6))
def test_switching_agrees_with_trying_all(seed: int) -> None:
    random = np.random.default_rng(seed)
    prices = random.uniform(0.0, 0.6, 8).round(3).tolist()
    least_run, least_pause = int(random.integers(1, 4)), int(random.integers(1, 4))
    engine = generator(
        discharge_min_kw=10,
        cost_per_kwh=0.3,
        start_price=0.8,
        run_min_minutes=60 * least_run,
        pause_min_minutes=60 * least_pause,
    )
    answer = plan(site(engine, import_price=prices))

    assert answer.cost == pytest.approx(exhaustive(prices, least_run, least_pause, 0.8), abs=1e-3)


def test_what_runs_already_is_not_started() -> None:
    engine = generator(discharge_min_kw=5, start_price=9.0, power_before_kw=-5)
    answer = plan(site(engine, import_price=[0.2, 0.2]))

    assert answer.power_kw["generator"] == pytest.approx([-10.0, -10.0])
    assert answer.costs["starts: generator"] == pytest.approx(0.0)


def test_switching_needs_one_direction() -> None:
    with pytest.raises(DocumentError, match="for what runs one way"):
        site(battery(run_min_minutes=60), import_price=[0.1])


def heat_pump(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "heat_pump",
        "name": "pump",
        "electric_limit_kw": 5,
        "capacity_kwh": 50,
        "stock_at_start_kwh": 0,
        "end_value_per_kwh": 0,
        **fields,
    }


def test_a_heat_pump_is_better_in_mild_weather() -> None:
    """Supply 40 °C = 313.15 K: 0.5 · 313.15/40 = 3.914 at 0 °C, and 0.5 · 313.15/25 at 15 °C."""
    carnot = {"supply_c": 40, "outdoor_c": [0.0, 15.0], "carnot_share": 0.5}
    pump = heat_pump(carnot=carnot, stock_at_end_min_kwh=25.0)
    answer = plan(site(pump, import_price=[0.2, 0.2]))

    mild = 0.5 * 313.15 / 25
    cold = 0.5 * 313.15 / 40
    assert answer.power_kw["pump"] == pytest.approx([0.0, 25 / mild])
    forced = plan(site({**pump, "stock_at_end_min_kwh": 45}, import_price=[0.2, 0.2]))
    assert forced.power_kw["pump"] == pytest.approx([(45 - 5 * mild) / cold, 5.0])


def test_a_cop_has_a_ceiling() -> None:
    carnot = {"supply_c": 30, "outdoor_c": 35, "cop_max": 6}
    answer = plan(site(heat_pump(carnot=carnot, stock_at_end_min_kwh=12), import_price=[0.2]))

    assert answer.power_kw["pump"] == pytest.approx([2.0])


@pytest.mark.parametrize("fields", [{}, {"cop": 3, "carnot": {"supply_c": 40, "outdoor_c": 0}}])
def test_a_heat_pump_has_one_cop(fields: dict[str, Any]) -> None:
    with pytest.raises(DocumentError, match="give either cop or carnot"):
        site(heat_pump(**fields), import_price=[0.2])


def test_a_compressor_runs_for_its_least_time() -> None:
    """One hour of 5 kW would do; it runs for two, at 2.5 kW or more."""
    pump = heat_pump(cop=2, electric_min_kw=2.5, run_min_minutes=120, stock_at_end_min_kwh=10)
    answer = plan(site(pump, import_price=[0.3, 0.1, 0.2, 0.3]))

    assert answer.power_kw["pump"] == pytest.approx([0.0, 2.5, 2.5, 0.0])


def test_a_converter_runs_at_its_least_share_or_not_at_all() -> None:
    """Gas 0.05 to electricity 0.4 and heat 0.5; 8 kW of gas at least, of 10."""
    engine = {
        "kind": "converter",
        "name": "chp",
        "min_share": 0.8,
        "ports": [
            {"name": "gas", "node": "gas", "direction": "in", "limit_kw": 10},
            {"name": "power", "direction": "out", "ratio": 0.4},
            {"name": "heat", "node": "heat", "direction": "out", "ratio": 0.5},
        ],
    }
    more = {
        "commodities": [
            {"name": "gas", "prices": {"import_per_kwh": 0.05}},
            {"name": "heat", "prices": {"import_per_kwh": 0.2, "export_per_kwh": 0.0}},
        ]
    }
    needs = {**load([1.0, 3.0], "rooms"), "node": "heat"}
    answer = plan(site(engine, needs, import_price=[0.01, 0.01], more=more))

    # First hour: 1 kWh of heat bought costs 0.20; the engine would cost 0.40 less 0.03 it earns.
    assert answer.power_kw["chp/gas"] == pytest.approx([0.0, 8.0])


def test_two_ports_at_one_node_are_refused() -> None:
    ports = [
        {"name": "in", "direction": "in", "limit_kw": 9},
        {"name": "out", "direction": "out"},
    ]
    device = {"kind": "converter", "name": "loop", "ports": ports}

    with pytest.raises(DocumentError, match="ports 'in' and 'out' are at the same node"):
        site(device, import_price=[0.1])


def test_the_running_quarter_counts_what_was_metered() -> None:
    """5 kWh in the first ten minutes: a mean of 20 kW, and the last five still add to it."""
    peak = {"name": "month", "price_per_kw": 1.0, "average_minutes": 15, "metered_kwh": 5.0}
    more = {
        "window": {
            "start": "2026-01-12T00:10:00Z",
            "end": "2026-01-12T00:30:00Z",
            "step_minutes": 5,
        },
        "peaks": [peak],
    }
    answer = plan(site(load(12.0), import_price=[0.0] * 4, more=more))

    assert answer.costs["peak: month"] == pytest.approx((5 + 12 * 5 / 60) * 4)
