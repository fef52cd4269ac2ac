"""Each reason is held against the constraint that it names."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import numpy as np
import pytest

from scheduling.flex import SiteDocument
from scheduling.formulation.site import build_site
from scheduling.interpret.device_wording import Action, Purpose
from scheduling.planning import Explanation, explain, plan
from scheduling.planning.problem import problem_of
from tests.unit.bending_documents import SITES
from tests.unit.explained_documents import (
    CHEAP,
    DEAR,
    LITTLE,
    cost_of,
    explained,
    moved,
    noisy_site,
    vehicle,
)
from tests.unit.scheduling_documents import START, battery, clock, load, pv, site


def held_against(worth: float, cost: float, less: float, more: float) -> None:
    """Fail unless ``worth`` lies between what a little more saves and a little less costs."""
    assert cost - more <= worth * LITTLE + 1e-9
    assert less - cost >= worth * LITTLE - 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_prices_are_what_one_more_kwh_of_load_costs(seed: int) -> None:
    document = noisy_site(seed)
    problem, _ = problem_of(document)
    answer, why = explained(document)

    price = why.price_per_kwh["the grid connection"]
    costs = {}
    for step, change in product(range(24), (-LITTLE, LITTLE)):
        problem.fixed[0, step] += change
        costs[step, change] = cost_of(build_site(problem).model)
        problem.fixed[0, step] -= change
    for step in range(24):
        more, less = costs[step, LITTLE], costs[step, -LITTLE]
        assert answer.cost - less - 1e-9 <= price[step] * LITTLE <= more - answer.cost + 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_stocks_are_worth_what_one_more_kwh_in_them_saves(seed: int) -> None:
    document = noisy_site(seed)
    problem, _ = problem_of(document)
    answer, why = explained(document)

    for stock, value in enumerate(why.stock_value_per_kwh.values()):
        for step in range(0, 24, 3):
            costs = []
            for change in (LITTLE, -LITTLE):
                model = build_site(problem).model
                lower, upper = model.row_bounds()
                row = model.rows["stock balance"][stock, step]
                lower[row] += change
                upper[row] += change
                costs.append(cost_of(model))
            held_against(float(value[step]), answer.cost, costs[1], costs[0])


@pytest.mark.parametrize("seed", range(4))
def test_each_limit_named_binds_and_is_worth_what_is_said(seed: int) -> None:
    document = noisy_site(seed)
    problem, _ = problem_of(document)
    answer, why = explained(document)

    assert len(why.reasons) > 10
    for reason in why.reasons:
        total = reason.worth * ((reason.end - reason.start) / timedelta(hours=1))
        held_against(
            total,
            answer.cost,
            moved(problem, reason, -LITTLE),
            moved(problem, reason, LITTLE),
        )


@pytest.mark.parametrize("seed", range(2))
def test_each_limit_says_what_it_is_worth_in_each_step(seed: int) -> None:
    document = noisy_site(seed)
    problem, _ = problem_of(document)
    answer, why = explained(document)

    hour, longest = timedelta(hours=1), 0
    for reason in why.reasons:
        assert reason.worth == pytest.approx(sum(reason.worths) / len(reason.worths))
        if reason.limit == "peak":
            continue
        assert len(reason.worths) == (reason.end - reason.start) / hour
        longest = max(longest, len(reason.worths))
        for number, worth in enumerate(reason.worths):
            start = reason.start + number * hour
            step = replace(reason, start=start, end=start + hour)
            costs = moved(problem, step, -LITTLE), moved(problem, step, LITTLE)
            held_against(worth, answer.cost, *costs)
    assert longest > 2


def test_the_day_of_the_check_has_every_kind_of_limit() -> None:
    named = {reason.limit for seed in range(4) for reason in explained(noisy_site(seed))[1].reasons}

    assert named >= {
        *("import limit", "export limit", "maximum stock", "minimum stock", "charging limit"),
        *("peak", "ramp", "taper"),
    }


@pytest.mark.parametrize("seed", range(4))
def test_devices_pay_no_more_than_it_is_worth_to_them(seed: int) -> None:
    answer, why = explained(noisy_site(seed))

    assert {each.device for each in why.device_reasons} >= {"battery", "slow", "van"}
    for each in why.device_reasons:
        power = answer.power_kw[each.device]
        first, last = (round((t - START) / timedelta(hours=1)) for t in (each.start, each.end))
        if each.action is Action.CHARGES:
            assert (power[first:last] > 0).all()
            # A ramp can make a store charge though a kWh is not worth its price.
            assert (each.price <= each.worth + 1e-6) == (each.purpose is not Purpose.NO_CHOICE)
        if each.action is Action.DISCHARGES:
            assert (power[first:last] < 0).all()
            assert (each.price >= each.worth - 1e-6) == (each.purpose is not Purpose.NO_CHOICE)
        if each.purpose is Purpose.USED_LATER:
            assert each.span_start is not None
            assert each.span_start >= each.end


@pytest.mark.parametrize(
    "document",
    [*map(noisy_site, range(4)), *SITES.values()],
    ids=[*(f"day {seed}" for seed in range(4)), *SITES],
)
def test_what_is_needed_or_full_by_a_time_is_empty_or_full_then(document: SiteDocument) -> None:
    """A taper, or an efficiency that changes with the stock, changes its worth too: no reason."""
    problem, _ = problem_of(document)
    answer, why = explained(document)
    names, floor = list(problem.stocks.names), problem.stocks.floor.copy()
    ceiling = problem.stocks.ceiling.copy()
    for goal in problem.goals:
        floor[goal.stock] = np.fmax(floor[goal.stock], goal.lowest)
        ceiling[goal.stock] = np.fmin(ceiling[goal.stock], goal.highest)
    wanted = {Purpose.NEEDED_BY: floor, Purpose.FULL_BY: ceiling}
    assert answer.solved is not None
    stocks = answer.solved.solution.values[answer.solved.site.storage.stock]
    for each in why.device_reasons:
        if each.purpose not in wanted:
            continue
        assert each.span_end is not None
        at = (each.span_end - START) // timedelta(hours=1)
        stock = names.index(each.device)
        level = wanted[each.purpose][stock, at - 1]
        held = stocks[stock, at - 1]
        if each.purpose is Purpose.NEEDED_BY:
            assert held <= level + 1e-4, each
        else:
            assert held >= level - 1e-4, each


def test_the_days_of_that_check_have_both() -> None:
    told = {
        each.purpose
        for document in (*map(noisy_site, range(4)), *SITES.values())
        for each in explained(document)[1].device_reasons
    }

    assert {Purpose.NEEDED_BY, Purpose.FULL_BY} <= told


def test_a_taper_is_no_moment_to_be_full_by() -> None:
    document = site(
        battery(
            capacity_kwh=10.0,
            charge_taper=[{"at_empty_kw": 6.0, "drop_kw_per_kwh": 0.55}],
            discharge_limit_kw=10.0,
        ),
        load(9.0),
        import_price=[0.1, 0.1, 0.1, 0.9],
    )

    _, why = explained(document)

    [charges] = [each for each in why.device_reasons if each.action is Action.CHARGES]
    assert (charges.start, charges.end) == (START, START + timedelta(hours=3))
    assert charges.purpose is Purpose.USED_LATER


def test_a_battery_tells_what_it_charges_for() -> None:
    """It buys at 0.10 what the load would have bought at 0.50."""
    document = site(battery(discharge_limit_kw=8), load(1.0), import_price=[CHEAP, DEAR])

    _, why = explained(document)

    charges, discharges = (each.text for each in why.device_reasons)
    assert charges == (
        "charges: a kWh costs 0.100 EUR here and is worth 0.500 when used, "
        "12 Jan 01:00 - 12 Jan 02:00"
    )
    assert discharges == (
        "discharges: a kWh is worth 0.500 EUR here, and 0.500 if kept; "
        "charged 12 Jan 00:00 - 12 Jan 01:00"
    )


def test_a_vehicle_tells_by_when_it_needs_it() -> None:
    """7.5 kWh: 5 in the cheapest hour, the rest in the next, whose price a kWh is worth."""
    _, why = explained(site(vehicle(), import_price=[0.9, 0.3, 0.1, 0.2, 0.9]))

    assert [(each.start.hour, each.end.hour, each.purpose) for each in why.device_reasons] == [
        (2, 4, Purpose.NEEDED_BY)
    ]
    [reason] = why.device_reasons
    assert reason.span_end == START + timedelta(hours=4)
    assert reason.energy_kwh == pytest.approx(7.5)
    assert reason.price == pytest.approx((5 * 0.1 + 2.5 * 0.2) / 7.5)
    assert reason.worth == pytest.approx(0.2)


def test_what_makes_heat_heats() -> None:
    days = (SITES["tank"], SITES["house, on or off"])

    told = [each for day in days for each in explained(day)[1].device_reasons]

    assert {each.device for each in told} == {"tank", "house"}
    assert {each.action for each in told} == {Action.HEATS}
    assert all(each.text.startswith("heats") for each in told)


def test_generation_held_back_and_processes_tell_their_price() -> None:
    washing = {
        "kind": "process",
        "name": "washing",
        "flexibility": "shiftable",
        "power_kw": 2,
        "duration_minutes": 60,
    }
    document = site(pv(3.0), washing, import_price=[0.3, 0.2, 0.4], export_price=[-0.1, 0.05, -0.1])

    _, why = explained(document)

    told = {(each.device, each.start.hour): each for each in why.device_reasons}
    assert told["pv", 0].action is Action.HELD_BACK
    assert told["pv", 0].energy_kwh == pytest.approx(1.0)
    assert told["pv", 0].price == pytest.approx(0.0)
    assert told["washing", 0].action is Action.RUNS
    assert told["washing", 0].price == pytest.approx(0.0)
    assert told["washing", 0].worth == pytest.approx(0.05 / 3)


def test_the_reasons_of_an_engine_without_duals_are_those_of_the_same_plan() -> None:
    document = site(battery(), load([4.0, 9.0]), import_price=[CHEAP, DEAR], import_limit_kw=[6, 9])

    _, by_gekko = explained(document, engine="gekko")
    _, by_highs = explained(document, engine="highs")

    assert [each.text for each in by_gekko.reasons] == [each.text for each in by_highs.reasons]
    assert by_gekko.price_per_kwh["the grid connection"] == pytest.approx(
        by_highs.price_per_kwh["the grid connection"]
    )


def test_where_there_is_no_plan_there_is_nothing_to_explain() -> None:
    answer = plan(site(load(9.0), import_price=[CHEAP], import_limit_kw=4.0))

    assert explain(answer) == Explanation()


def test_reasons_are_told_where_a_stock_has_several_goals() -> None:
    """At 0.5 an hour's 3 kWh are fetched for the second goal; the first is reached anyway."""
    goals = [
        {"kind": "min", "points": [{"stock_kwh": 2, "at": clock(1)}], "miss_price_per_kwh": 9.0},
        {"kind": "min", "points": [{"stock_kwh": 5, "at": clock(2)}], "miss_price_per_kwh": 9.0},
    ]
    document = site(
        battery(stock_at_start_kwh=2, goals=goals), load(1.0), import_price=[DEAR, CHEAP]
    )
    answer, why = explained(document)

    assert answer.stock_kwh["battery"] == pytest.approx([2, 2, 5])
    [reason] = [each for each in why.device_reasons if each.device == "battery"]
    assert reason.start == START + timedelta(hours=1)
    assert reason.energy_kwh == pytest.approx(3.0)
