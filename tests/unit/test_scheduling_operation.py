"""How devices may run, by surcharges, switching and peaks; worked out by hand."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from scheduling.flex import DocumentError
from scheduling.planning import plan
from tests.unit.scheduling_documents import battery, load, site


def generator(**fields: Any) -> dict[str, Any]:
    return {"kind": "adjustable", "name": "generator", "discharge_limit_kw": 10, **fields}


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


def test_a_limit_that_nobody_set_is_not_to_blame() -> None:
    """In the second hour a dimmer may draw 1 kW, and no less than 3."""
    band = {"bands": [{"low_kw": 3, "high_kw": 5}], "charge_limit_kw": [5, 1, 5]}
    dimmer = {"kind": "adjustable", "name": "dimmer", **band}
    answer = plan(site(dimmer, import_price=[0.1] * 3))

    hour = "from 2026-01-12 01:00 to 02:00 Z"
    assert answer.infeasible == (f"charging limit of dimmer {hour}: short by 2 kW",)
    assert [each.text for each in answer.contradiction] == [
        f"charging limit of dimmer {hour}: at most 1 kW"
    ]


def test_a_limit_that_was_set_is_to_blame_beside_those_that_were_not() -> None:
    """As above, where a node that everything passes allows but 2 kW."""
    band = {"bands": [{"low_kw": 3, "high_kw": 5}], "charge_limit_kw": 5}
    dimmer = {"kind": "adjustable", "name": "dimmer", "node": "hall", **band}
    more = {"nodes": [{"name": "hall", "import_limit_kw": 2}]}
    answer = plan(site(dimmer, import_price=[0.1], more=more))

    assert [each.split(" from ")[0] for each in answer.infeasible] == ["import limit of hall"]


def test_two_pumps_of_which_one_is_on_or_off_fill_a_pond_when_it_is_cheap() -> None:
    """Like columns, one of them as good as an integer: a solver that joined them lost 0.03.

    In the sixth half hour both are paid for drawing; a kWh of it is worth 0.08 · 0.9 at the end.
    """
    pump = {"kind": "feeder", "stock": "pond", "charge_limit_kw": 1.0, "charge_efficiency": 0.9}
    bands = [{"low_kw": 0.0, "high_kw": 0.0}, {"low_kw": 1.0, "high_kw": 5.0}]
    pond = {"name": "pond", "stock_at_start_kwh": 5.0, "capacity_kwh": 12.0}
    losses = [0.03, 0.04, 0.01, 0.01, 0.0, 0.04, 0.04]
    document = site(
        {**pump, "name": "on or off", "bands": bands, "wear_cost_per_kwh": 0.02},
        {**pump, "name": "free", "wear_cost_per_kwh": 0.02},
        import_price=[0.195, 0.114, 0.385, 0.177, 0.084, -0.008, 0.439],
        step_minutes=30,
        more={"stocks": [{**pond, "end_value_per_kwh": 0.08, "loss_per_hour": losses}]},
    )
    answer = plan(document)

    for name in ("on or off", "free"):
        assert answer.power_kw[name] == pytest.approx([0, 0, 0, 0, 0, 1, 0])
    assert answer.bound == pytest.approx(answer.cost)
