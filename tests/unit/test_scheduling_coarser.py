"""Windows that are fine first and coarser later: powers hold, all else stays in steps."""

from typing import Any

import numpy as np
import pytest

from scheduling.flex import DocumentError, SiteDocument, document_from_object
from scheduling.flex.window import Window
from scheduling.planning import EngineUnsuited, PlanStatus, explain, plan
from tests.unit.scheduling_documents import battery, clock, load, site, site_object

N = 48  # twelve hours of quarters
RANDOM = np.random.default_rng(7)
PRICES = (0.2 + 0.1 * np.sin(np.arange(N) / 5) + 0.02 * RANDOM.normal(size=N)).tolist()
LOAD = np.clip(3 + 2 * RANDOM.normal(size=N), 0, None).tolist()
HOURLY = [{"after_hours": 3.0, "step_minutes": 60}]


def day(
    *devices: dict[str, Any], coarser: list[dict[str, Any]] | None = None, **fields: Any
) -> SiteDocument:
    given = {"import_price": PRICES, "export_price": 0.05, "step_minutes": 15} | fields
    document = site(*devices, load(LOAD), **given)
    if not coarser:
        return document
    window = Window.model_validate({**document.window.model_dump(), "coarser": coarser})
    return document.model_copy(update={"window": window})


def store(**fields: Any) -> dict[str, Any]:
    return battery(wear_cost_per_kwh=0.01, end_value_per_kwh=0.15, **fields)


def test_blocks_lie_on_the_clock() -> None:
    """From 00:15 in quarters; from 01:45 in hours, the first ends at 02:00; from 03:15 in pairs."""
    window = Window.model_validate(
        {
            "start": clock(0.25),
            "end": clock(5),
            "coarser": [
                {"after_hours": 1.5, "step_minutes": 60},
                {"after_hours": 3.0, "step_minutes": 120},
            ],
        }
    )
    assert window.blocks() == (*range(7), 7, 7, 7, 7, 8, 9, 9, 9, 10, 10, 10, 10)


def test_powers_hold_in_the_coarser_part_alone() -> None:
    uniform, coarse = plan(day(store())), plan(day(store(), coarser=HOURLY))
    power = coarse.power_kw["battery"]

    assert coarse.status is PlanStatus.OPTIMAL
    assert power.size == N
    assert power[12:].reshape(-1, 4) == pytest.approx(np.repeat(power[12::4], 4).reshape(-1, 4))
    assert np.unique(power[:12].round(6)).size > 3
    assert uniform.cost <= coarse.cost + 1e-9


def test_energy_costs_and_the_grid_are_told_in_steps() -> None:
    """What is drawn from the grid is the sum of all devices in each step, and is billed so."""
    answer = plan(day(store(), coarser=HOURLY))
    grid, power = answer.grid_power_kw, answer.power_kw["battery"]

    assert grid == pytest.approx(power + np.array(LOAD))
    billed = 0.25 * float(np.array(PRICES) @ np.maximum(grid, 0.0))
    assert answer.costs["import"] == pytest.approx(billed)
    stored = np.concatenate([[0.0], np.cumsum(0.25 * power)])
    assert answer.stock_kwh["battery"] == pytest.approx(stored, abs=1e-9)
    assert sum(answer.costs.values()) == pytest.approx(answer.cost)


def test_a_peak_counts_quarters_in_the_coarser_part_too() -> None:
    peaks = [{"name": "peak", "price_per_kw": 2.0}]
    answer = plan(day(store(), coarser=HOURLY, more={"peaks": peaks}))

    assert answer.costs["peak: peak"] == pytest.approx(2.0 * answer.grid_power_kw.max())


def test_limits_within_a_block_are_kept_in_each_step() -> None:
    """A charging limit that changes in the middle of an hour parts the block there."""
    limit = [5.0] * 14 + [0.0] * (N - 14)
    answer = plan(day(store(charge_limit_kw=limit, stock_at_end_min_kwh=4.0), coarser=HOURLY))

    assert (answer.power_kw["battery"] <= np.array(limit) + 1e-9).all()
    assert answer.stock_kwh["battery"][-1] >= 4.0 - 1e-9


def test_the_coarsest_of_all_is_one_power() -> None:
    answer = plan(day(store(), coarser=[{"after_hours": 0.0, "step_minutes": 1_440}]))

    assert np.ptp(answer.power_kw["battery"]) == pytest.approx(0.0, abs=1e-9)


def test_prices_that_hold_as_long_cost_nothing_for_it() -> None:
    """Where prices, loads and limits are hourly, hours are as good as quarters."""
    prices = np.repeat(PRICES[::4], 4).tolist()
    even = {"import_price": prices, "export_price": [0.5 * each for each in prices]}
    device = [store(), {**load(0.0), "name": "none"}]
    costs = []
    for coarser in (None, HOURLY):
        document = site(*device, load(3.0), step_minutes=15, **even)
        window = {**document.window.model_dump(), "coarser": coarser or []}
        changed = document.model_copy(update={"window": Window.model_validate(window)})
        costs.append(plan(changed).cost)

    assert costs[1] == pytest.approx(costs[0], rel=1e-9)


def test_engines_agree_and_the_chain_is_refused() -> None:
    document = day(store(), coarser=HOURLY)
    costs = [plan(document, engine=name).cost for name in ("highs", "gekko")]

    assert costs[0] == pytest.approx(costs[1], rel=1e-6)
    with pytest.raises(EngineUnsuited):
        plan(document, engine="dp")


def test_a_heat_pump_on_or_off_holds_for_its_block() -> None:
    pump = {
        "kind": "heat_pump",
        "name": "pump",
        "electric_limit_kw": 3,
        "electric_min_kw": 1,
        "cop": 3,
        "capacity_kwh": 20,
        "stock_at_start_kwh": 10,
        "usage_kw": 3,
        "end_value_per_kwh": 0.05,
    }
    for more in ({}, {"run_min_minutes": 30.0, "start_price": 0.01}):
        uniform = plan(day({**pump, **more}))
        coarse = plan(day({**pump, **more}, coarser=HOURLY))
        power = coarse.power_kw["pump"]
        assert power[12:].reshape(-1, 4).std(axis=1) == pytest.approx(np.zeros(9), abs=1e-9)
        assert ((power < 1e-6) | (power > 1 - 1e-6)).all()
        assert uniform.cost <= coarse.cost + 1e-6


def test_what_bends_is_refined_in_blocks() -> None:
    answer = plan(day(store(quadratic_loss_per_kw=0.02), coarser=HOURLY))

    assert answer.refinement is not None
    assert answer.refinement.is_exact
    power = answer.power_kw["battery"]
    assert power[12:].reshape(-1, 4).std(axis=1) == pytest.approx(np.zeros(9), abs=1e-6)


def test_reasons_and_savings_are_those_of_each_step() -> None:
    """A limit's worth is per kWh: that of holding a quarter is not four times as much."""
    device = store(charge_limit_kw=1.0, discharge_limit_kw=1.0)
    uniform, coarse = explain(plan(day(device))), explain(plan(day(device, coarser=HOURLY)))

    most = [max(each.worth for each in why.reasons) for why in (uniform, coarse)]
    assert most[1] <= most[0] * 1.5
    costs = [[saving.cost for saving in why.savings] for why in (uniform, coarse)]
    assert costs[0] == pytest.approx(costs[1])


def test_frozen_steps_keep_what_was_published() -> None:
    published = RANDOM.uniform(-0.5, 0.5, N)
    published[0] = 1.0
    rolling = {
        "published_kw": {"battery": published.tolist()},
        "frozen_until": clock(2.5),
    }
    coarser = [{"after_hours": 0.0, "step_minutes": 60}]
    device = store(stock_at_start_kwh=5.0)
    answer = plan(day(device, coarser=coarser, more={"rolling": rolling}))

    assert answer.power_kw["battery"][:10] == pytest.approx(published[:10])


def rolled(coarser: list[dict[str, Any]] | None) -> float:
    """Return the cost of six hours of re-plans each hour, the window always to the end."""
    stock, cost = 5.0, 0.0
    for hour in range(6):
        at = 4 * hour
        document = site(
            store(stock_at_start_kwh=stock),
            load(LOAD[at:]),
            import_price=PRICES[at:],
            export_price=0.05,
            step_minutes=15,
        )
        window = {**document.window.model_dump(), "coarser": coarser or []}
        changed = document.model_copy(update={"window": Window.model_validate(window)})
        answer = plan(changed)
        grid = answer.grid_power_kw[:4]
        prices = np.where(grid > 0, PRICES[at : at + 4], 0.05)
        cost += 0.25 * float(prices @ grid)
        cost += 0.25 * 0.005 * float(np.abs(answer.power_kw["battery"][:4]).sum())
        stock = float(np.clip(answer.stock_kwh["battery"][4], 0.0, 10.0))
    return cost - 0.15 * (stock - 5.0)


def test_a_rolling_day_costs_nearly_what_it_does_in_quarters() -> None:
    """Within 3 %, though prices and loads here jump from quarter to quarter at random."""
    fine, coarse = rolled(None), rolled([{"after_hours": 2.0, "step_minutes": 60}])

    assert coarse == pytest.approx(fine, rel=0.03)


@pytest.mark.parametrize(
    ("coarser", "words"),
    [
        ([{"after_hours": 1.0, "step_minutes": 20}], "a multiple of that before, 15"),
        ([{"after_hours": 1.0, "step_minutes": 420}], "and divide a day"),
        (HOURLY * 2, "should rise"),
        ([{"after_hours": -1.0, "step_minutes": 60}], "greater than or equal to 0"),
    ],
)
def test_parts_that_make_no_sense_are_named(coarser: list[dict[str, Any]], words: str) -> None:

    given = site_object(load(1.0), import_price=[0.1] * 8, step_minutes=15)
    given["window"]["coarser"] = coarser
    with pytest.raises(DocumentError, match=words):
        document_from_object(given)
