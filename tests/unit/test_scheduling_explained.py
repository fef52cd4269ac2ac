"""Each reason is held against the constraint that it names, each saving against a sum by hand."""

from datetime import timedelta
from itertools import product
from typing import Any

import numpy as np
import pytest

from scheduling.engines.base import Infeasible
from scheduling.engines.exclusive import solve_apart
from scheduling.engines.highs import HighsEngine
from scheduling.flex import SiteDocument
from scheduling.formulation.linear_model import LinearModel
from scheduling.formulation.site import build_site
from scheduling.interpret import wording
from scheduling.interpret.baselines import Baseline
from scheduling.interpret.wording import Action, Purpose, device_words, limit_words
from scheduling.planning import Explanation, Plan, explain, plan
from scheduling.planning.problem import problem_of
from tests.unit.scheduling_documents import START, battery, clock, load, pv, site

CHEAP, DEAR = 0.1, 0.5
#: A change so small that no other limit is met on the way.
LITTLE = 1e-4


def noisy_site(seed: int) -> SiteDocument:
    """A day in hours with everything that binds: limits, a peak, a vehicle, taper, ramp."""
    random = np.random.default_rng(seed)
    price = 0.2 + 0.1 * random.normal(size=24).cumsum() / 3 + 0.02 * random.random(24)
    price = np.maximum(price, 0.01)
    return site(
        battery(
            stock_at_start_kwh=2.3,
            charge_efficiency=0.93,
            discharge_efficiency=0.95,
            wear_cost_per_kwh=0.011,
            end_value_per_kwh=None,
            loss_per_hour=0.001,
            charge_taper=[{"at_empty_kw": 7.0, "drop_kw_per_kwh": 0.4}],
        ),
        {**battery(ramp_kw_per_hour=1.7), "name": "slow"},
        vehicle(),
        load((4 + 2 * random.random(24)).tolist()),
        pv((9 * np.clip(np.sin(np.arange(24) / 24 * 2 * np.pi - 1.5), 0, None)).tolist()),
        import_price=(price + 0.07).tolist(),
        export_price=price.tolist(),
        import_limit_kw=6.6,
        export_limit_kw=3.1,
        export_breach_price_per_kwh=2.0,
        more={"peaks": [{"name": "month", "price_per_kw": 0.05}]},
    )


def vehicle(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "ev",
        "name": "van",
        "arrival": clock(1),
        "departure": clock(4),
        "capacity_kwh": 20,
        "stock_at_arrival_kwh": 2,
        "stock_at_departure_kwh": 9.5,
        "charge_limit_kw": 5,
        "charge_efficiency": 1.0,
        **fields,
    }


def explained(document: SiteDocument, **options: Any) -> tuple[Plan, Explanation]:
    answer = plan(document, **options)
    return answer, explain(answer)


def cost_of(model: LinearModel) -> float:
    try:
        return solve_apart(HighsEngine(), model, time_limit=timedelta(seconds=9)).cost
    except Infeasible:
        return float("inf")


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


def moved(problem: Any, reason: Any, change: float) -> float:
    """Return the cost with the limit of ``reason`` loosened by ``change`` while it binds."""
    model = build_site(problem).model
    hours = np.arange(problem.fixed.shape[1])
    first, last = ((each - START) // timedelta(hours=1) for each in (reason.start, reason.end))
    lower, upper = model.bounds()
    for limit in model.limits:
        if (limit.name, limit.of) == (reason.limit, reason.of):
            at = limit.columns[first:last]
            (upper if limit.side == "upper" else lower)[at] += (
                change if limit.side == "upper" else -change
            )
            return cost_of(model)
    lower, upper = model.row_bounds()
    for row in model.row_limits:
        if (row.name, row.of) == (reason.limit, reason.of):
            at = row.rows[np.isin(row.first, hours[first:last])]
            upper[at] += change
            lower[at] -= change
            return cost_of(model)
    raise AssertionError(f"{reason.limit} of {reason.of} is no limit of the model")


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


def test_a_battery_tells_what_it_charges_for() -> None:
    """It buys at 0.10 what the load would have bought at 0.50."""
    document = site(battery(discharge_limit_kw=8), load(1.0), import_price=[CHEAP, DEAR])

    _, why = explained(document)

    charges, discharges = (each.text for each in why.device_reasons)
    assert charges == (
        "charges: a kWh costs 0.100 EUR here and is worth 0.500 when used, "
        "12-01 01:00 - 12-01 02:00"
    )
    assert discharges == (
        "discharges: a kWh is worth 0.500 EUR here, and 0.500 if kept; "
        "charged 12-01 00:00 - 12-01 01:00"
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


def test_without_control_a_battery_stands_and_a_vehicle_charges_on_arrival() -> None:
    document = site(
        battery(), vehicle(), load(1.0), import_price=[CHEAP, 0.4, 0.3, 0.2, DEAR], export_price=0.0
    )

    answer, why = explained(document)

    none, naive = why.savings
    assert none.baseline is Baseline.NO_CONTROL
    assert none.cost == pytest.approx(1.0 * (0.1 + 0.4 + 0.3 + 0.2 + 0.5) + 5 * 0.4 + 2.5 * 0.3)
    assert none.cost is not None
    assert none.saving == pytest.approx(none.cost - answer.cost)
    # There is no surplus to store: naive control does the same.
    assert naive.cost == pytest.approx(none.cost)


def test_naive_control_stores_the_surplus_and_gives_it_back() -> None:
    document = site(
        battery(charge_efficiency=0.8), load([1.0, 1.0, 6.0]), pv([3.0, 9.0, 0.0]),
        import_price=[0.1, 0.1, 0.5], export_price=[0.05, 0.05, 0.05],
    )  # fmt: skip

    _, why = explained(document)

    none, naive = why.savings
    assert none.cost == pytest.approx(-2 * 0.05 - 8 * 0.05 + 6 * 0.5)
    # Charges 2 and 5 kW, holds 5.6 kWh, gives 5 of them.
    assert naive.cost == pytest.approx(-3 * 0.05 + 1 * 0.5)
    assert naive.costs["import"] == pytest.approx(0.5)


def test_a_baseline_tells_how_far_it_would_pass_the_limits() -> None:
    document = site(vehicle(), load(3.0), import_price=[0.1, 0.1, 0.1, 0.1], import_limit_kw=6.0)

    _, why = explained(document)

    none = why.savings[0]
    assert none.beyond_kw == pytest.approx(2.0)
    assert none.beyond_hours == 1.0


def test_generation_yields_to_the_export_limit_without_control_too() -> None:
    document = site(pv(9.0), load(1.0), import_price=[0.1], export_limit_kw=5.0)

    _, why = explained(document)

    assert why.savings[0].cost == pytest.approx(-5 * 0.1)
    assert why.savings[0].beyond_kw == 0.0


def test_planning_never_costs_more_than_a_baseline_that_keeps_the_limits() -> None:
    for seed in range(6):
        _, why = explained(noisy_site(seed))
        for saving in why.savings:
            if saving.saving is not None and not saving.beyond_hours:
                assert saving.saving >= -1e-9


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


def test_every_reason_is_worded_in_every_language() -> None:
    for pair in wording._DEVICE:
        texts = {
            device_words(
                *pair, price=0.1, worth=0.2, span=(START, START), currency="EUR", language=language
            )
            for language in wording.LANGUAGES
        }
        assert len(texts) == 3
        assert sorted("0,100 EUR" in text for text in texts) == [False, True, True]
    for limit, per in (*((each, "kWh") for each in wording._LIMITS), ("peak", "kW")):
        texts = {
            limit_words(limit, "x", worth=0.3, per=per, currency="EUR", language=language)
            for language in wording.LANGUAGES
        }
        assert len(texts) == 3
    assert limit_words(
        "import limit", "the grid connection", worth=0.1, per="kWh", currency="EUR", language="nl"
    ) == ("importlimiet van de netaansluiting bereikt; één kWh meer zou 0,100 EUR besparen")
