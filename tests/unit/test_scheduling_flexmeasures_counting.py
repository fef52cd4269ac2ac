"""What FlexMeasures 1.0.1 counts, and how: each answer is that of its own scheduler, or by hand.

Prices are 100, 200, 300 ... EUR/MWh by the hour, as ``problem`` makes them.
"""

from typing import Any

import pytest

from scheduling.planning import PlanStatus
from tests.unit.flexmeasures_problems import at, device, problem, refused, series, solved, store


def _in_quarters(given: dict[str, Any]) -> dict[str, Any]:
    given["time"]["resolution"] = "PT15M"
    return given


def _car(**fields: Any) -> dict[str, Any]:
    return store(production_capacity="0 kW", soc_max="60 kWh", **fields)


def test_the_most_missed_counts_once_for_each_stretch_of_one_level() -> None:
    """10 kWh an hour: 5 of 15 are missing after one hour, 10 of 30 after two."""
    minima = [{"datetime": at(1), "value": "15 kWh"}, {"datetime": at(2), "value": "30 kWh"}]
    answer = solved(
        problem(_car(soc_minima=minima), context={"soc-minima-breach-price": "1 EUR/kWh"})
    )

    assert answer.cost - (10 * 0.1 + 10 * 0.2) == pytest.approx((5 + 5) + (10 + 10))


def test_what_a_stock_misses_is_priced_per_length_of_a_step() -> None:
    """From 2.5 kWh after a quarter to 10 after the last: 4 times the most, and each of them."""
    minima = [{"start": at(0, 15), "end": at(1), "value": "12 kWh"}]
    context = {"soc-minima-breach-price": "1 EUR/kWh"}
    given = problem(_car(soc_minima=minima), hours=1, context=context)
    answer = solved(_in_quarters(given))

    assert answer.cost - 10 * 0.1 == pytest.approx(4 * 9.5 + 9.5 + 7 + 4.5 + 2)


def test_the_highest_beyond_a_limit_counts_once_for_each_stretch_of_one_limit() -> None:
    """2 and 4 kW beyond 6 kW, then 3 kW beyond 7 kW, all but the last at 1 EUR/kW."""
    load = device("load", inflexible_consumption={"series": "load"})
    context = {
        "consumption-price": "0 EUR/kWh",
        "site-consumption-capacity": {"series": "limit"},
        "site-consumption-breach-price": "1 EUR/kW",
    }
    known = {"load": series([8.0, 10.0, 10.0]), "limit": series([6.0, 6.0, 7.0])}
    answer = solved(problem(load, context=context, series=known))

    assert answer.cost == pytest.approx((2 + 4 + 3) + (4 + 3))


def test_a_peak_counts_once_for_each_stretch_of_one_peak_so_far() -> None:
    load = device("load", inflexible_consumption={"series": "load"})
    context = {
        "consumption-price": "0 EUR/kWh",
        "site-peak-consumption": {"series": "sunk"},
        "site-peak-consumption-price": "2 EUR/kW",
    }
    known = {"load": series([8.0, 10.0, 10.0]), "sunk": series([6.0, 6.0, 7.0])}
    answer = solved(problem(load, context=context, series=known))

    assert answer.cost == pytest.approx(2 * (4 + 3))


def test_a_peak_so_far_of_segments_holds_to_the_ends_and_is_none_between_them() -> None:
    """Of 8, 10 and 10 kW, 8 pass 6 kW, the second hour has no peak, and 10 pass 7 kW."""
    load = device("load", inflexible_consumption={"series": "load"})
    context = {
        "consumption-price": "0 EUR/kWh",
        "site-peak-consumption": [
            {"start": at(0), "end": at(1), "value": "6 kW"},
            {"start": at(2), "end": at(3), "value": "7 kW"},
        ],
        "site-peak-consumption-price": "2 EUR/kW",
    }
    given = problem(load, hours=4, context=context, series={"load": series([8.0, 10.0, 10.0, 9.0])})

    assert solved(given).cost == pytest.approx(2 * (2 + 3))


@pytest.mark.parametrize(
    ("capacity", "power"),
    [("4 kW", [0.0, 0.0, 0.0]), ("0 kW", [0.0, -10.0, -10.0])],
)
def test_one_capacity_that_is_not_zero_closes_the_other_direction(
    capacity: str, power: list[float]
) -> None:
    """Beside a power-capacity too; 20 kWh would sell best in the last two hours."""
    full = store(soc_at_start="20 kWh", soc_max="20 kWh", consumption_capacity=capacity)

    assert solved(problem(full)).power_kw["battery"] == pytest.approx(power)


def test_a_stock_above_its_maximum_comes_down_in_the_first_step() -> None:
    full = store(
        soc_at_start="14 kWh", soc_max="10 kWh", soc_minima=[{"datetime": at(3), "value": "9 kWh"}]
    )
    answer = solved(problem(full))

    assert answer.stock_kwh["battery"] == pytest.approx([14.0, 10.0, 10.0, 9.0])


def test_a_target_after_the_end_makes_the_window_longer() -> None:
    """Three hours are planned for the target at 02:40, which counts at 03:00."""
    given = problem(_car(soc_targets=[{"datetime": at(2, 40), "value": "5 kWh"}]))
    given["time"]["duration"] = "PT1H"
    answer = solved(given)

    assert answer.stock_kwh["battery"] == pytest.approx([0.0, 5.0, 5.0, 5.0])


def test_a_maximum_between_two_ticks_leaves_what_can_be_discharged_until_then() -> None:
    """At most 4 kWh at 01:30: 4 + 10 · 0.5 before it, and 5 that may have come since after it."""
    maxima = [{"datetime": at(1, 30), "value": "4 kWh"}]
    full = store(soc_at_start="12 kWh", soc_max="20 kWh", soc_maxima=maxima)
    answer = solved(problem(full))

    assert answer.stock_kwh["battery"] == pytest.approx([12.0, 9.0, 9.0, 0.0])


def test_a_level_between_two_ticks_adds_nothing_to_a_floor_that_is_a_series() -> None:
    """15 kWh at 01:30 needs 10 an hour before its tick, but where a series speaks for floors."""
    targets = [{"datetime": at(1, 30), "value": "15 kWh"}]
    known = {"falls": series([3.0, 2.0, 1.0], "EUR/kWh"), "floor": series([0.0] * 5, "kWh")}
    context = {"consumption-price": {"series": "falls"}}

    def levels(**fields: Any) -> Any:
        car = store(soc_max="20 kWh", soc_targets=targets, **fields)
        return solved(problem(car, series=known, context=context)).stock_kwh["battery"][:3]

    assert levels() == pytest.approx([0.0, 10.0, 15.0])
    assert levels(soc_minima={"series": "floor"}) == pytest.approx([0.0, 5.0, 15.0])
    assert levels(soc_minima="0 kWh") == pytest.approx([0.0, 5.0, 15.0])
    assert levels(soc_minima=[{"datetime": at(3), "value": "0 kWh"}]) == pytest.approx([0, 10, 15])


def test_between_two_ticks_levels_are_hard_when_it_is_said_of_stocks() -> None:
    targets = [{"datetime": at(0, 30), "value": "15 kWh"}]
    context = {"relax-soc-constraints": False}

    assert (
        solved(problem(_car(soc_targets=targets), context=context)).status is PlanStatus.INFEASIBLE
    )


def test_a_target_of_a_series_holds_for_its_step_and_the_later_where_two_meet() -> None:
    full = store(soc_at_start="9 kWh", soc_max="9 kWh", soc_targets={"series": "level"})
    answer = solved(problem(full, series={"level": series([1.0, 8.0, 5.0, None], "kWh")}))

    assert answer.stock_kwh["battery"] == pytest.approx([9.0, 8.0, 5.0, 5.0])


def test_levels_of_a_finer_series_count_with_their_mean() -> None:
    """Prices fall: as much is sold as early as the floors of 7 and 3 kWh leave."""
    full = store(soc_at_start="9 kWh", consumption_capacity="0 kW", soc_minima={"series": "floor"})
    known = {
        "floor": series([9.0, 9.0, 8.0, 6.0, 5.0, 1.0, 0.0, 0.0], "kWh", "PT30M"),
        "falls": series([3.0, 2.0, 1.0], "EUR/kWh"),
    }
    context = {"consumption-price": {"series": "falls"}}
    answer = solved(problem(full, series=known, context=context))

    assert answer.stock_kwh["battery"] == pytest.approx([9.0, 7.0, 7.0, 3.0])


def test_a_commitment_may_price_power_which_is_paid_in_each_step() -> None:
    """2 kW beyond the baseline in four quarters, at 1 EUR/kW in each."""
    load = device("load", inflexible_consumption="5 kW")
    commitment = {"name": "band", "baseline": "3 kW", "up-price": "1 EUR/kW"}
    given = problem(load, hours=1, context={"commitments": [commitment]})

    assert solved(_in_quarters(given)).costs["commitment: band"] == pytest.approx(8.0)


def test_a_commitment_is_none_where_its_baseline_is_silent() -> None:
    load = device("load", inflexible_consumption="5 kW")
    baseline = [{"start": at(1), "end": at(2), "value": "3 kW"}]
    commitment = {"name": "band", "baseline": baseline, "up-price": "1 EUR/kWh"}
    answer = solved(problem(load, context={"commitments": [commitment]}))

    assert answer.costs["commitment: band"] == pytest.approx(2.0)


def test_segments_hold_for_whole_steps_and_the_first_that_speaks_counts() -> None:
    load = device("load", inflexible_consumption="2 kW")
    up = [
        {"start": at(0, 20), "end": at(2), "value": "1 EUR/kWh"},
        {"start": at(2), "end": at(2, 50), "value": "5 EUR/kWh"},
    ]
    baseline = [
        {"start": at(1), "end": at(2), "value": "1 kW"},
        {"start": at(0), "end": at(3), "value": "2 kW"},
    ]
    commitment = {"name": "band", "baseline": baseline, "up-price": up}
    answer = solved(problem(load, context={"commitments": [commitment]}))

    assert answer.costs["commitment: band"] == pytest.approx(1.0)


def test_in_a_list_of_commodities_a_direction_of_which_nothing_is_said_is_closed() -> None:
    context = [
        {
            "commodity": "electricity",
            "consumption-price": "1 EUR/kWh",
            "site-power-capacity": "9 kW",
        },
        {"commodity": "gas", "site-power-capacity": "3 kW"},
    ]
    given = problem(device("pv", production_capacity="5 kW"))
    given["flex_context"] = context
    answer = solved(given)

    assert answer.power_kw["pv"] == pytest.approx([0.0] * 3)


def test_a_capacity_in_a_list_of_commodities_opens_its_direction_at_no_price() -> None:
    context = {"commodities": [{"commodity": "heat", "site-production-capacity": "3 kW"}]}
    chp = device("chp", commodity="heat", production_capacity="5 kW")
    answer = solved(problem(chp, context=context))

    assert answer.cost == pytest.approx(0.0)


def test_a_directional_capacity_of_zero_of_a_group_can_be_passed() -> None:
    car = {**_car(soc_minima=[{"datetime": at(1), "value": "2 kWh"}]), "group": "g"}
    group = {"name": "g", "flex_model": {"consumption-capacity": "0 kW"}}
    context = {"soc-minima-breach-price": "1000000 EUR/kWh"}
    answer = solved(problem(car, hours=1, context=context, groups=[group]))

    assert answer.cost == pytest.approx(2 * 0.1 + 2 * 2 * 10_000)


def test_a_group_limits_devices_of_one_commodity_whichever_it_is() -> None:
    context = {"commodities": [{"commodity": "gas", "consumption-price": "0.05 EUR/kWh"}]}
    boiler = device("boiler", commodity="gas", inflexible_consumption="3 kW")
    group = {"name": "g", "flex_model": {"power-capacity": "5 kW"}}
    answer = solved(problem({**boiler, "group": "g"}, context=context, groups=[group]))

    assert answer.cost == pytest.approx(3 * 3 * 0.05)

    load = {**device("load", inflexible_consumption="1 kW"), "group": "g"}
    words = refused(problem({**boiler, "group": "g"}, load, context=context, groups=[group]))
    assert "$.devices[1].flex_model.group: group 'g' has devices of gas and of electricity" in words


def test_a_process_takes_all_of_a_step_that_it_takes_a_part_of() -> None:
    given = problem(device("job", power=2, duration="PT1H30M"), scheduler="ProcessScheduler")

    assert solved(given).power_kw["job"] == pytest.approx([2.0, 2.0, 0.0])


def test_a_process_is_told_to_cost_the_most_by_either_name_of_the_field() -> None:
    fields = {"power": 2, "duration": "PT1H", "process_type": "BREAKABLE"}
    dear = device("job", **fields, optimization_sense="MAX")
    both = device("job", **fields, optimization_sense="MAX", optimization_direction="MAX")

    answer = solved(problem(dear, scheduler="ProcessScheduler"))
    assert answer.power_kw["job"] == pytest.approx([0.0, 0.0, 2.0])
    assert "says the same" in refused(problem(both, scheduler="ProcessScheduler"))
