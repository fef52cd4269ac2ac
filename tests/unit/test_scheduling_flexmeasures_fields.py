"""Devices and stocks of FlexMeasures notation against an answer worked out by hand.

Prices are 100, 200, 300 ... EUR/MWh by the hour, as ``problem`` makes them.
"""

import pytest

from scheduling.planning import PlanStatus
from tests.unit.flexmeasures_problems import at, device, problem, refused, series, solved, store


def test_a_capacity_that_is_silent_leaves_that_of_both_directions() -> None:
    """2 kW in the second hour; else 9 kW, or nothing where no other capacity speaks."""
    capacity = [{"start": at(1), "duration": "PT1H", "value": "2 kW"}]
    context = {"consumption-price": "-100 EUR/MWh"}
    both = device("load", consumption_capacity=capacity, power_capacity="9 kW")
    alone = device("load", consumption_capacity=capacity)

    assert solved(problem(both, context=context)).power_kw["load"] == pytest.approx([9.0, 2.0, 9.0])
    assert solved(problem(alone, context=context)).power_kw["load"] == pytest.approx([0, 2, 0])


def test_where_both_capacities_are_silent_the_connection_is_the_limit() -> None:
    capacity = [{"start": at(1), "duration": "PT1H", "value": "2 kW"}]
    load = device("load", consumption_capacity=capacity, production_capacity=capacity)
    answer = solved(problem(load, context={"consumption-price": "-100 EUR/MWh"}))

    assert answer.power_kw["load"] == pytest.approx([50.0, 2.0, 50.0])


def test_where_capacities_overlap_the_least_counts() -> None:
    capacity = [
        {"start": at(0), "end": at(3), "value": "4 kW"},
        {"start": at(1), "end": at(2), "value": "9 kW"},
        {"start": at(2), "end": at(3), "value": "3 kW"},
    ]
    answer = solved(problem(device("pv", production_capacity=capacity)))

    assert answer.power_kw["pv"] == pytest.approx([-4.0, -4.0, -3.0])


def test_a_relaxed_capacity_goes_as_far_as_the_most_that_overlaps() -> None:
    """Energy pays 400 EUR/kWh; a kW beyond costs 100 EUR once, and as much again in its hour."""
    capacity = [
        {"start": at(0), "end": at(3), "value": "4 kW"},
        {"start": at(1), "end": at(2), "value": "9 kW"},
    ]
    context = {"consumption-price": "-400 EUR/kWh", "relax-capacity-constraints": True}
    load = device("load", consumption_capacity=capacity)
    own = device("load", consumption_capacity=capacity, power_capacity="20 kW")

    answer = solved(problem(load, context=context))

    assert answer.power_kw["load"] == pytest.approx([4.0, 9.0, 4.0])
    assert answer.cost == pytest.approx(-400 * 17 + 5 * 100 + 5 * 100)
    assert solved(problem(own, context=context)).power_kw["load"] == pytest.approx([20.0] * 3)


def test_a_site_capacity_holds_where_it_speaks() -> None:
    context = {
        "site-production-capacity": [{"start": at(1), "end": at(2), "value": "1 kW"}],
        "site-production-breach-price": "1 EUR/kW",
    }
    answer = solved(problem(device("pv", production_capacity="3 kW"), context=context))

    assert answer.power_kw["pv"] == pytest.approx([-3.0, -1.0, -3.0])


def test_a_default_fills_the_gaps_of_a_series() -> None:
    capacity = {"series": "sun", "default": "1 kW"}
    pv = device("pv", production_capacity=capacity)
    answer = solved(problem(pv, series={"sun": series([5.0, None])}))

    assert answer.power_kw["pv"] == pytest.approx([-5.0, -1.0, -1.0])


def test_finer_series_count_with_their_mean_and_coarser_ones_repeat() -> None:
    prices = {"fine": series([1.0, 3.0, 5.0, 5.0], "EUR/kWh", "PT30M")}
    load = device("load", inflexible_consumption="2 kW")
    answer = solved(
        problem(load, hours=2, series=prices, context={"consumption-price": {"series": "fine"}})
    )

    assert answer.cost == pytest.approx(2 * 2 + 2 * 5)


def test_parts_of_a_usage_add_up_and_segments_are_silent_at_zero() -> None:
    """1 kW always, 2 kW of a series, 4 kW in the last hour: 3 + 3 + 7 kWh."""
    usage = ["1 kW", {"series": "drawn"}, {"start": at(2), "duration": "PT1H", "value": "4 kW"}]
    tank = store(soc_at_start="14 kWh", power_capacity="0 kW", soc_usage=usage)
    answer = solved(problem(tank, series={"drawn": series([2.0, 2.0, 2.0])}))

    assert answer.stock_kwh["battery"] == pytest.approx([14.0, 11.0, 8.0, 1.0])


def test_a_gain_fills_the_stock_past_the_efficiency() -> None:
    tank = store(soc_gain="2 kW", charging_efficiency="50%", discharging_efficiency="50%")
    answer = solved(problem(tank))

    assert answer.power_kw["battery"][-1] == pytest.approx(-3.0)  # half of 2 kW for three hours
    assert answer.cost == pytest.approx(-3 * 0.3)


def test_an_exact_target_is_missed_below_and_above_at_its_own_price() -> None:
    """10 kWh of 15 are there after an hour: 5 missed below, at 7 EUR/kWh, twice."""
    targets = [{"datetime": at(1), "value": "15 kWh"}]
    context = {"soc-minima-breach-price": "7 EUR/kWh", "soc-maxima-breach-price": "9 EUR/kWh"}
    car = store(soc_max="20 kWh", soc_targets=targets, production_capacity="0 kW")
    low = solved(problem(car, hours=1, context=context))
    full = store(
        soc_at_start="18 kWh", soc_max="20 kWh", soc_targets=targets, power_capacity="1 kW"
    )
    high = solved(problem(full, hours=1, context=context))

    assert low.cost - 10 * 0.1 == pytest.approx(5 * 7 * 2)
    assert high.cost + 1 * 0.1 == pytest.approx(2 * 9 * 2)


def test_targets_are_hard_when_nothing_is_relaxed() -> None:
    car = store(soc_max="20 kWh", soc_targets=[{"datetime": at(1), "value": "15 kWh"}])
    answer = solved(problem(car, context={"relax-constraints": False}))

    assert answer.status is PlanStatus.INFEASIBLE


def test_a_target_between_two_ticks_counts_at_the_next_and_is_never_hard() -> None:
    car = store(soc_max="20 kWh", soc_targets=[{"datetime": at(0, 30), "value": "15 kWh"}])
    answer = solved(problem(car, context={"relax-constraints": False}))

    assert answer.status is PlanStatus.OPTIMAL
    assert answer.stock_kwh["battery"][1] == pytest.approx(10.0)


def test_a_minimum_between_two_ticks_counts_at_both() -> None:
    minima = [{"datetime": at(1, 30), "value": "4 kWh"}]
    answer = solved(problem(store(soc_minima=minima, soc_max="20 kWh", production_capacity="0 kW")))

    assert answer.stock_kwh["battery"] == pytest.approx([0.0, 4.0, 4.0, 4.0])


def test_a_window_binds_at_both_its_ends() -> None:
    maxima = [{"start": at(1), "end": at(2), "value": "1 kWh"}]
    full = store(soc_at_start="9 kWh", soc_max="9 kWh", soc_maxima=maxima)
    answer = solved(problem(full, hours=3))

    assert answer.stock_kwh["battery"] == pytest.approx([9.0, 1.0, 1.0, 0.0])


def test_levels_of_a_series_bind_at_both_ends_of_each_step() -> None:
    """That of the first step has nothing to bind; what holds after the window binds at its end."""
    minima = {"series": "floor"}
    full = store(soc_at_start="9 kWh", consumption_capacity="0 kW", soc_minima=minima)
    prices = series([300.0, 200.0, 100.0], "EUR/MWh")
    known = {"floor": series([9.0, 7.0, 2.0, 3.0], "kWh"), "price": prices}

    assert solved(problem(full, series=known)).stock_kwh["battery"] == pytest.approx([9, 7, 7, 3])


def test_shares_are_of_the_highest_stock() -> None:
    """From 50 % of 20 kWh down to 25 %."""
    full = store(
        soc_at_start="50%",
        soc_max="20 kWh",
        soc_min="10%",
        soc_minima=[{"datetime": at(3), "value": "25%"}],
    )
    answer = solved(problem(full))

    assert answer.stock_kwh["battery"][0] == pytest.approx(10.0)
    assert answer.stock_kwh["battery"][-1] == pytest.approx(5.0)


def test_plain_numbers_have_the_unit_of_the_stock() -> None:
    full = store(soc_at_start=0.003, soc_max=0.02, soc_unit="MWh")

    assert solved(problem(full)).stock_kwh["battery"][0] == pytest.approx(3.0)


def test_the_stock_at_the_start_is_the_last_that_its_series_knows() -> None:
    full = {
        "name": "battery",
        "flex_model": {"state-of-charge": {"series": "soc"}, "power-capacity": "10 kW"},
    }
    known = {**series([2.0, 7.0, 9.0], "kWh"), "start": "2026-01-11T23:00:00+01:00"}
    answer = solved(problem(full, series={"soc": known}))

    assert answer.stock_kwh["battery"][0] == pytest.approx(7.0)


def test_devices_with_one_state_of_charge_share_a_stock() -> None:
    """A heat pump (COP 3, 1 kW) and a rod (1, 9 kW) fill one tank with 5 kWh in an hour."""
    soc = {"sensor": 7}
    pump = device(
        "pump",
        state_of_charge=soc,
        consumption_capacity="1 kW",
        charging_efficiency="300%",
        soc_usage="5 kW",
        soc_min="0 kWh",
    )
    rod = device("rod", state_of_charge=soc, consumption_capacity="9 kW")
    answer = solved(problem(pump, rod, hours=1))

    assert answer.power_kw["pump"] == pytest.approx([1.0])
    assert answer.power_kw["rod"] == pytest.approx([2.0])


def test_a_stock_that_two_devices_describe_differently_is_refused() -> None:
    soc = {"sensor": 7}
    one = device("one", state_of_charge=soc, power_capacity="1 kW", soc_max="9 kWh")
    two = device("two", state_of_charge=soc, power_capacity="1 kW", soc_max="8 kWh")

    assert "$.devices[1].flex_model.soc-max: differs" in refused(problem(one, two))


def test_storage_efficiency_of_a_series_holds_for_its_own_step() -> None:
    """90 % per half hour are 81 % per hour."""
    kept = store(
        soc_at_start="100 kWh", power_capacity="0 kW", storage_efficiency={"series": "kept"}
    )
    answer = solved(problem(kept, series={"kept": series([90.0] * 6, "%", "PT30M")}))

    assert answer.stock_kwh["battery"] == pytest.approx([100.0, 81.0, 65.61, 53.1441])
