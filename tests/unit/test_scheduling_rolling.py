"""Plans made again while the last one runs: frozen steps, calm, and what is left of a step."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from scheduling.flex import DocumentError, SiteDocument, document_from_object
from scheduling.planning import Plan, PlanStatus, plan
from tests.unit.scheduling_documents import START, battery, clock, load, pv, site, site_object

WEAR = 0.013


def day(
    seed: int, *, first: int = 0, stock_kwh: float = 2.0, n_steps: int = 96, **more: Any
) -> Any:
    """The rest of a day of quarters, from step ``first`` on, as it was known in the morning.

    ``holds``: so many quarters have the same price, load and sun.
    """
    random, holds = np.random.default_rng(seed), more.pop("holds", 1)
    coarser, extra_kw = more.pop("coarser", []), more.pop("extra_kw", 0.0)
    angle = 2 * np.pi * np.arange(n_steps) / 96
    price = 0.2 - 0.06 * np.sin(2 * angle) + 0.03 * random.random(n_steps)
    demand = 3 + np.sin(angle) + 0.5 * random.random(n_steps)
    sun = np.clip(7 * np.sin(angle - np.pi / 2), 0, None) * random.uniform(0.6, 1, n_steps)
    price, demand, sun = (np.repeat(each[::holds], holds) for each in (price, demand, sun))
    document = site_object(
        battery(
            stock_at_start_kwh=stock_kwh,
            charge_efficiency=0.94,
            discharge_efficiency=0.96,
            wear_cost_per_kwh=WEAR,
            end_value_per_kwh=0.19,
        ),
        load((demand + extra_kw)[first:].tolist()),
        pv(sun[first:].tolist()),
        import_price=(price + 0.08)[first:].tolist(),
        export_price=price[first:].tolist(),
        import_limit_kw=6.0,
        export_limit_kw=4.0,
        step_minutes=15,
        more=more,
    )
    shift = first * timedelta(minutes=15)
    document["window"]["coarser"] = coarser
    document["window"]["start"] = (START + shift).isoformat()
    document["window"]["end"] = (START + n_steps * timedelta(minutes=15)).isoformat()
    return document_from_object(document)


def paid_in_first_step(document: SiteDocument, answer: Plan) -> float:
    prices, power = document.prices, answer.grid_power_kw[0]
    assert prices is not None
    price = prices.import_per_kwh if power > 0 else prices.export_per_kwh
    assert isinstance(price, tuple)
    return float(0.25 * (power * price[0] + 0.5 * WEAR * abs(answer.power_kw["battery"][0])))


def rolled(seed: int, **more: Any) -> float:
    """Return what a day costs that is planned anew each quarter: frozen, calm, on one model."""
    stock, paid = 2.0, 0.0
    rolling: dict[str, Any] = {}
    for first in range(96):
        document = day(seed, first=first, stock_kwh=stock, rolling=rolling, **more)
        answer = plan(document, living=("rolling", seed))
        assert answer.status is PlanStatus.OPTIMAL
        if not more:
            assert answer.costs.get("change of plan", 0.0) < 1e-9
        paid += paid_in_first_step(document, answer)
        stock = float(answer.stock_kwh["battery"][1])
        rolling = {
            "published_kw": {"battery": answer.power_kw["battery"][1:].tolist()},
            "frozen_until": (START + (first + 2) * timedelta(minutes=15)).isoformat(),
            "change_price_per_kwh": 0.01,
        }
        if first == 94:
            del rolling["frozen_until"]  # of the last step there is nothing after
    return paid - 0.19 * (stock - 2.0)


@pytest.mark.parametrize("seed", range(2))
def test_a_day_of_96_replans_costs_what_one_plan_costs(seed: int) -> None:
    assert rolled(seed) == pytest.approx(plan(day(seed)).cost, abs=1e-6)


@pytest.mark.parametrize("seed", range(2))
def test_a_day_of_96_replans_fine_first_costs_no_more_than_its_first_plan(seed: int) -> None:
    """And no less than a plan in quarters, with all known before.

    The blocks of a plan are among those of the one before, so what that meant to do later is
    there to be kept: each re-plan may only save. What it saves makes the day cheaper than its
    first plan was, by an amount that no formula tells.
    """
    coarser = [{"after_hours": 2.0, "step_minutes": 60}, {"after_hours": 8.0, "step_minutes": 120}]
    in_quarters, at_first = plan(day(seed)).cost, plan(day(seed, coarser=coarser)).cost

    paid = rolled(seed, coarser=coarser)

    assert in_quarters - 1e-6 <= paid <= at_first + 1e-6
    assert at_first - in_quarters > 0.01  # else that would say nothing


def test_a_day_of_96_replans_fine_first_costs_what_one_plan_does_where_all_holds_as_long() -> None:
    """Prices, loads and sun hold for the hour, as the blocks do: then nothing is lost."""
    hourly = {"coarser": [{"after_hours": 1.0, "step_minutes": 60}], "holds": 4}

    assert rolled(3, **hourly) == pytest.approx(plan(day(3, holds=4)).cost, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_a_watt_moves_no_setpoint_by_more_than_a_hundredth(seed: int) -> None:
    before = plan(day(seed))
    rolling = {
        "published_kw": {"battery": before.power_kw["battery"].tolist()},
        "change_price_per_kwh": 0.01,
    }
    for extra in (0.001, -0.001):
        after = plan(day(seed, extra_kw=extra, rolling=rolling))

        moved = np.abs(after.power_kw["battery"] - before.power_kw["battery"])
        assert moved.max() <= 0.01 * 5.0


def test_a_price_of_change_holds_the_plan_until_changing_pays_more() -> None:
    def replanned(price: float) -> np.ndarray:
        rolling = {"published_kw": {"battery": [5.0, 0.0, -5.0]}, "change_price_per_kwh": price}
        document = site(battery(), import_price=[0.11, 0.1, 0.5], more={"rolling": rolling})
        return plan(document).power_kw["battery"]

    # To charge an hour later saves 0.01 a kWh; moving a kWh changes two steps by one each.
    assert replanned(0.004).tolist() == [0.0, 5.0, -5.0]
    assert replanned(0.006).tolist() == [5.0, 0.0, -5.0]


def test_frozen_steps_keep_what_was_published() -> None:
    rolling = {"published_kw": {"battery": [1.0, 2.0]}, "frozen_until": clock(2)}
    document = site(battery(), import_price=[0.5, 0.4, 0.1, 0.6], more={"rolling": rolling})

    assert plan(document).power_kw["battery"].tolist() == [1.0, 2.0, 2.0, -5.0]


def test_a_change_costs_within_its_hours_alone() -> None:
    rolling = {
        "published_kw": {"battery": [0.0, 0.0, 0.0, 0.0]},
        "change_price_per_kwh": 9.0,
        "change_hours": 2.0,
    }
    document = site(battery(), import_price=[0.1, 0.5, 0.1, 0.5], more={"rolling": rolling})

    assert plan(document).power_kw["battery"].tolist() == [0.0, 0.0, 5.0, -5.0]


def test_a_plan_from_seven_past_has_eight_minutes_of_its_first_step() -> None:
    now = START + timedelta(minutes=7)
    document = site_object(
        battery(charge_limit_kw=6.0),
        load(3.0),
        import_price=[0.1, 0.5],
        step_minutes=15,
        more={"rolling": {"now": now.isoformat()}},
    )

    answer = plan(document_from_object(document))

    assert answer.power_kw["battery"][0] == pytest.approx(6.0)
    assert answer.stock_kwh["battery"][1] == pytest.approx(6.0 * 8 / 60)
    imported = 9.0 * 8 / 60 * 0.1 + (3.0 * 0.25 - 6.0 * 8 / 60) * 0.5
    assert answer.cost == pytest.approx(imported)


@pytest.mark.parametrize("engine", ["highs", "dp"])
def test_half_a_step_later_nothing_has_changed(engine: str) -> None:
    """Half of the first step as planned, then planned again: the rest is planned the same."""
    whole = plan(day(5), engine=engine)
    power = float(whole.power_kw["battery"][0])
    stock = 2.0 + 0.125 * (power * 0.94 if power > 0 else power / 0.96)
    now = (START + timedelta(minutes=7.5)).isoformat()

    later = plan(day(5, stock_kwh=stock, rolling={"now": now}), engine=engine)

    for name, planned in whole.stock_kwh.items():
        assert later.stock_kwh[name][1:] == pytest.approx(planned[1:], abs=1e-6)
    paid = 0.5 * paid_in_first_step(day(5), whole) - 0.19 * (stock - 2.0)
    assert paid + later.cost == pytest.approx(whole.cost, abs=1e-9)


def test_the_running_quarter_counts_what_was_metered_towards_the_peak() -> None:
    """2 kWh metered in seven minutes; to stay at a mean of 10 kW, 0.5 kWh are left for eight."""
    peak = {"name": "month", "price_per_kw": 100.0, "average_minutes": 15, "incumbent_kw": 10.0,
            "metered_kwh": 2.0}  # fmt: skip
    document = site(
        battery(stock_at_start_kwh=5.0),
        load(6.0),
        import_price=[0.2, 0.2],
        export_price=0.0,
        step_minutes=15,
        more={
            "peaks": [peak],
            "rolling": {"now": (START + timedelta(minutes=7)).isoformat()},
        },
    )

    answer = plan(document)

    assert answer.costs["peak: month"] == pytest.approx(0.0, abs=1e-9)
    assert answer.grid_power_kw[0] * 8 / 60 <= 0.5 + 1e-9
    more = {"peaks": [peak], "rolling": document.rolling.model_dump()}
    without = plan(site(load(6.0), import_price=[0.2, 0.2], step_minutes=15, more=more))
    assert without.costs["peak: month"] == pytest.approx(100.0 * ((2.0 + 0.8) / 0.25 - 10.0))


def test_a_process_waits_for_a_whole_step() -> None:
    washing = {
        "kind": "process",
        "name": "washing",
        "flexibility": "shiftable",
        "power_kw": 2,
        "duration_minutes": 15,
    }
    document = site(
        washing,
        import_price=[0.1, 0.2, 0.3],
        step_minutes=15,
        more={"rolling": {"now": (START + timedelta(minutes=7)).isoformat()}},
    )

    assert plan(document).power_kw["washing"].tolist() == [0.0, 2.0, 0.0]


def test_a_frozen_step_above_a_limit_is_named() -> None:
    rolling = {"published_kw": {"battery": [1.0, 9.0]}, "frozen_until": clock(2)}

    answer = plan(site(battery(), import_price=[0.1, 0.2, 0.3], more={"rolling": rolling}))

    assert answer.status is PlanStatus.INFEASIBLE
    assert answer.infeasible == (
        "frozen power of battery at 2026-01-12 01:00 Z: 9 kW, above its charging limit of 5 kW",
    )


def test_frozen_steps_that_empty_the_store_are_named() -> None:
    rolling = {"published_kw": {"battery": [-4.0, -4.0]}, "frozen_until": clock(2)}
    store = battery(stock_at_start_kwh=6.0)

    answer = plan(site(store, import_price=[0.1, 0.2, 0.3], more={"rolling": rolling}))

    assert answer.status is PlanStatus.INFEASIBLE
    assert any(each.limit == "frozen power" for each in answer.contradiction)
    assert "frozen power of battery" in answer.infeasible[0]


@pytest.mark.parametrize(
    ("rolling", "words"),
    [
        ({"now": clock(1)}, "within the first step"),
        ({"now": clock(-1)}, "within the first step"),
        ({"frozen_until": clock(1)}, "needs published_kw"),
        (
            {"frozen_until": clock(2), "published_kw": {"battery": [1.0]}},
            "rolling.published_kw.battery has 1 values: rolling.frozen_until needs 2",
        ),
        ({"published_kw": {"ghost": [1.0]}}, "ghost"),
        ({"change_price_per_kwh": -1.0}, "greater than or equal to 0"),
        ({"published_kw": {"battery": ["x"]}}, "valid number"),
    ],
)
def test_what_is_wrong_is_refused(rolling: dict[str, Any], words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        site(battery(), import_price=[0.1, 0.2], more={"rolling": rolling})
