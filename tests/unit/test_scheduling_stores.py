"""Stores of every kind, vehicles and heat, against answers worked out by hand."""

from math import exp
from typing import Any

import numpy as np
import pytest

from scheduling.planning import PlanStatus, plan
from tests.unit.scheduling_documents import battery, clock, load, site

CHEAP, DEAR = 0.10, 0.50  # currency/kWh


def store(**fields: Any) -> dict[str, Any]:
    """A tank of 40 kWh, empty, worth nothing at the end."""
    return {
        "kind": "store",
        "name": "tank",
        "capacity_kwh": 40,
        "charge_limit_kw": 5,
        "stock_at_start_kwh": 0,
        "end_value_per_kwh": 0,
        **fields,
    }


def vehicle(**fields: Any) -> dict[str, Any]:
    """Arrives after one hour with 10 kWh, leaves an hour before the end with 20."""
    return {
        "kind": "ev",
        "name": "car",
        "arrival": clock(1),
        "departure": clock(4),
        "capacity_kwh": 50,
        "stock_at_arrival_kwh": 10,
        "stock_at_departure_kwh": 20,
        "charge_limit_kw": 8,
        "charge_efficiency": 1.0,
        **fields,
    }


def test_an_efficiency_above_one_and_per_step_is_a_heat_pump() -> None:
    """Heat costs 0.1/2 in the first hour and 0.12/4 in the second."""
    tank = store(charge_efficiency=[2.0, 4.0, 1.0], usage_kw=[0.0, 0.0, 12.0])
    answer = plan(site(tank, import_price=[0.10, 0.12, 0.50]))

    assert answer.power_kw["tank"] == pytest.approx([0.0, 3.0, 0.0])
    assert answer.stock_kwh["tank"] == pytest.approx([0.0, 0.0, 12.0, 0.0])


def test_gains_fill_and_usage_drains_past_all_efficiencies() -> None:
    tank = store(charge_efficiency=0.5, gain_kw=[3.0, 0.0], usage_kw=[1.0, 2.0])
    answer = plan(site(tank, import_price=[CHEAP, CHEAP]))

    assert answer.stock_kwh["tank"] == pytest.approx([0.0, 2.0, 0.0])
    assert answer.power_kw["tank"] == pytest.approx([0.0, 0.0])


def test_what_comes_in_during_a_step_decays_for_half_of_it_or_so() -> None:
    """Half is lost per hour; 4 kW over an hour leave 4 · (1 - 1/2) / ln 2 at its end."""
    tank = store(loss_per_hour=0.5, gain_kw=4.0, charge_limit_kw=0)
    answer = plan(site(tank, import_price=[CHEAP]))

    assert answer.stock_kwh["tank"][-1] == pytest.approx(4 * 0.5 / np.log(2))


def test_a_store_may_have_no_bounds() -> None:
    tank = store(capacity_kwh=None, stock_min_kwh=None, discharge_limit_kw=7)
    answer = plan(site(tank, import_price=[DEAR]))

    assert answer.stock_kwh["tank"] == pytest.approx([0.0, -7.0])


def test_a_soft_minimum_is_missed_where_it_costs_more_to_keep() -> None:
    goal = {
        "kind": "min",
        "points": [{"start": clock(1), "end": clock(2), "stock_kwh": 8.0}],
        "miss_price_per_kwh": 0.3,
        "miss_price_per_kwh_hour": 0.05,
    }
    answer = plan(site(battery(goals=[goal]), import_price=[DEAR] * 3, export_price=0.0))

    assert answer.stock_kwh["battery"] == pytest.approx([0.0] * 4)
    assert answer.costs["breach: min stock of battery"] == pytest.approx(8 * 0.3 + 2 * 8 * 0.05)
    (breach,) = answer.breaches
    assert breach.most_kwh == pytest.approx(8.0)
    assert (breach.start.hour, breach.end.hour) == (1, 2)


def test_a_target_at_a_moment_binds_both_ways_when_it_is_hard() -> None:
    goal = {"kind": "target", "points": [{"at": clock(2), "stock_kwh": 4.0}]}
    answer = plan(site(battery(goals=[goal]), import_price=[CHEAP, DEAR, DEAR]))

    assert answer.stock_kwh["battery"] == pytest.approx([0.0, 5.0, 4.0, 0.0])


def test_the_highest_minimum_and_the_lowest_maximum_count() -> None:
    goals = [
        {"kind": "min", "points": [{"at": clock(1), "stock_kwh": level} for level in (2.0, 3.0)]},
        {"kind": "max", "points": [{"at": clock(1), "stock_kwh": level} for level in (9.0, 3.5)]},
    ]
    answer = plan(site(battery(goals=goals), import_price=[DEAR, CHEAP]))
    assert answer.stock_kwh["battery"][1] == pytest.approx(3.0)
    answer = plan(site(battery(goals=goals), import_price=[CHEAP, DEAR]))
    assert answer.stock_kwh["battery"][1] == pytest.approx(3.5)


def test_bounds_that_cross_are_named_before_solving() -> None:
    goal = {"kind": "min", "points": [{"at": clock(1), "stock_kwh": 11.0}]}
    answer = plan(site(battery(goals=[goal]), import_price=[CHEAP, CHEAP]))

    assert answer.status is PlanStatus.INFEASIBLE
    assert answer.infeasible == (
        "stock of battery at 2026-01-12 01:00 Z: at least 11 kWh and at most 10 kWh are asked for",
    )


def test_devices_share_a_stock() -> None:
    """The cheap way in is the heat pump (COP 3), up to 2 kW; the rest comes by the rod."""
    stock = {"name": "tank", "capacity_kwh": 30, "stock_at_start_kwh": 0, "end_value_per_kwh": 0}
    stock["goals"] = [{"kind": "min", "points": [{"at": clock(1), "stock_kwh": 8.0}]}]
    pump = {"kind": "feeder", "name": "pump", "stock": "tank", "charge_limit_kw": 2}
    rod = {"kind": "feeder", "name": "rod", "stock": "tank", "charge_limit_kw": 9}
    answer = plan(
        site(pump | {"charge_efficiency": 3.0}, rod, import_price=[0.1], more={"stocks": [stock]})
    )

    assert answer.power_kw["pump"] == pytest.approx([2.0])
    assert answer.power_kw["rod"] == pytest.approx([2.0])
    assert answer.stock_kwh["tank"] == pytest.approx([0.0, 8.0])


def test_charging_tapers_near_full() -> None:
    """At most 10 - stock: 5, then 5, 2.5 ... never beyond."""
    taper = [{"at_empty_kw": 10.0, "drop_kw_per_kwh": 1.0}]
    filled = battery(charge_taper=taper, end_value_per_kwh=1.0)
    answer = plan(site(filled, import_price=[CHEAP] * 3))

    assert answer.stock_kwh["battery"] == pytest.approx([0.0, 5.0, 10.0, 10.0])
    slow = battery(charge_taper=[{"at_empty_kw": 5.0, "drop_kw_per_kwh": 0.5}], end_value_per_kwh=1)
    answer = plan(site(slow, import_price=[CHEAP] * 3))
    assert answer.stock_kwh["battery"] == pytest.approx([0.0, 5.0, 7.5, 8.75])


def test_power_changes_no_faster_than_its_ramp() -> None:
    ramped = battery(ramp_kw_per_hour=2.0, power_before_kw=0.0, end_value_per_kwh=1.0)
    answer = plan(site(ramped, import_price=[CHEAP] * 3))

    assert answer.power_kw["battery"] == pytest.approx([2.0, 4.0, 4.0])
    assert np.abs(np.diff(answer.power_kw["battery"], prepend=0.0)).max() <= 2.0 + 1e-9


def test_power_lies_in_one_of_its_bands() -> None:
    """Off or 3 to 5 kW: a target of 4 kWh is met at once, never as 2 and 2."""
    bands = [{"low_kw": 0.0, "high_kw": 0.0}, {"low_kw": 3.0, "high_kw": 5.0}]
    goal = {"kind": "target", "points": [{"at": clock(2), "stock_kwh": 4.0}]}
    answer = plan(site(battery(bands=bands, goals=[goal]), import_price=[CHEAP, CHEAP]))

    assert sorted(answer.power_kw["battery"].tolist()) == pytest.approx([0.0, 4.0])


def test_a_car_charges_while_it_is_there_and_when_it_is_cheap() -> None:
    answer = plan(site(vehicle(), import_price=[0.01, 0.3, 0.1, 0.2, 0.01]))

    assert answer.power_kw["car"] == pytest.approx([0.0, 0.0, 8.0, 2.0, 0.0])
    assert answer.stock_kwh["car"] == pytest.approx([10, 10, 10, 18, 20, 20])


def test_a_car_that_cannot_be_filled_is_reported_and_priced() -> None:
    car = vehicle(stock_at_departure_kwh=40, missed_price_per_kwh=2.0)
    answer = plan(site(car, import_price=[0.1] * 5))

    assert answer.status is PlanStatus.OPTIMAL
    assert answer.costs["breach: departure of car"] == pytest.approx(2.0 * 6)
    (breach,) = answer.breaches
    assert breach.limit == "departure of car"
    assert breach.most_kwh == pytest.approx(6.0)
    assert breach.end.hour == 4


def test_the_session_of_higher_priority_is_served_first() -> None:
    cars = [vehicle(name="first", priority=2.0), vehicle(name="second")]
    nodes = [{"name": "chargers", "import_limit_kw": 5.0}]
    answer = plan(
        site(
            *(car | {"node": "chargers"} for car in cars),
            import_price=[0.1] * 5,
            more={"nodes": nodes},
        )
    )

    assert answer.stock_kwh["first"][-1] == pytest.approx(20.0)
    assert answer.stock_kwh["second"][-1] == pytest.approx(15.0)


def test_a_car_charges_with_its_least_current_or_not_at_all() -> None:
    """10 kWh at 8 kW and at least 4: 8 and 2 will not do, 6 and 4 will."""
    answer = plan(site(vehicle(charge_min_kw=4.0), import_price=[0.01, 0.3, 0.1, 0.2, 0.01]))

    assert answer.power_kw["car"] == pytest.approx([0.0, 0.0, 6.0, 4.0, 0.0])


def test_a_car_may_give_back_for_more_than_it_wears() -> None:
    """It may give 8 at 0.6 and take 8 at 0.1 more, at 0.07 of wear."""
    car = vehicle(discharge_limit_kw=8, discharge_efficiency=1.0, wear_cost_per_kwh=0.07)
    answer = plan(site(car, import_price=[0.0, 0.6, 0.1, 0.1, 0.6]))

    assert answer.power_kw["car"] == pytest.approx([0.0, -6.0, 8.0, 8.0, 0.0])
    assert answer.costs["wear: car"] == pytest.approx(6 * 0.07)


def test_a_car_already_there_is_charged_from_the_first_step() -> None:
    car = vehicle(arrival=clock(-3), stock_at_departure_kwh=18)
    answer = plan(site(car, import_price=[0.01, 0.3, 0.3, 0.3, 0.01]))

    assert answer.power_kw["car"] == pytest.approx([8.0, 0.0, 0.0, 0.0, 0.0])


def test_a_heat_pump_fills_its_buffer_when_heat_is_cheap() -> None:
    pump = {
        "kind": "heat_pump",
        "name": "pump",
        "electric_limit_kw": 4,
        "cop": [3.0, 2.0],
        "capacity_kwh": 20,
        "stock_at_start_kwh": 0,
        "usage_kw": [3.0, 6.0],
        "end_value_per_kwh": 0,
    }
    answer = plan(site(pump, import_price=[0.2, 0.2]))

    assert answer.power_kw["pump"] == pytest.approx([3.0, 0.0])
    assert answer.stock_kwh["pump"] == pytest.approx([0.0, 6.0, 0.0])


def test_a_building_cools_by_its_losses_and_comfort_has_a_price() -> None:
    """C = 10 kWh/K, UA = 0.5 kW/K, 0 degrees outside: 20 · exp(-h · UA/C) without heating."""
    building = {
        "kind": "building",
        "name": "house",
        "electric_limit_kw": 30,
        "heat_capacity_kwh_per_k": 10,
        "loss_kw_per_k": 0.5,
        "outdoor_c": 0.0,
        "temperature_at_start_c": 20.0,
        "temperature_min_c": 20.0,
    }
    unheated = plan(site(building | {"electric_limit_kw": 0}, import_price=[0.2, 0.2]))
    temperature = unheated.temperature_c["house"]
    assert temperature == pytest.approx([20.0, 20 * exp(-0.05), 20 * exp(-0.1)])
    missed = (20 - temperature[1]) + (20 - temperature[2])
    assert unheated.costs["breach: comfort of house"] == pytest.approx(0.5 * missed)

    heated = plan(site(building | {"comfort_price_per_kh": 50.0}, import_price=[0.2, 0.2]))
    assert heated.temperature_c["house"] == pytest.approx([20.0, 20.0, 20.0])
    assert heated.power_kw["house"] == pytest.approx([10.0, 10.0])  # UA · 20 K


@pytest.mark.parametrize(
    ("ties", "power"),
    [
        ("early", [5.0, 2.0, 0.0, 0.0]),
        ("late", [0.0, 0.0, 2.0, 5.0]),
        ("smooth", [1.75, 1.75, 1.75, 1.75]),
    ],
)
def test_ties_are_decided_as_asked(ties: str, power: list[float]) -> None:
    filled = battery(stock_at_end_min_kwh=7)
    answer = plan(site(filled, import_price=[CHEAP] * 4, more={"ties": ties}))

    assert answer.power_kw["battery"] == pytest.approx(power)
    assert answer.cost == pytest.approx(7 * CHEAP)


def test_a_generator_runs_while_it_earns_more_than_it_burns() -> None:
    generator = {
        "kind": "adjustable",
        "name": "generator",
        "discharge_limit_kw": 6,
        "cost_per_kwh": 0.3,
    }
    answer = plan(site(generator, load(2.0), import_price=[CHEAP, DEAR], export_limit_kw=100))

    assert answer.power_kw["generator"] == pytest.approx([0.0, -6.0])
    assert answer.costs["running: generator"] == pytest.approx(1.8)
