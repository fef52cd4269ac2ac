"""Power that depends on the stock, of batteries and vehicles; worked out by hand."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from scheduling.planning import PlanStatus, plan
from scheduling.planning.explaining import explain
from tests.unit.scheduling_documents import battery, clock, load, site

NEAR_FULL = {"charge_taper": [{"at_empty_kw": 6, "drop_kw_per_kwh": 0.5}]}
NEAR_EMPTY = {"discharge_taper": [{"at_empty_kw": 1, "rise_kw_per_kwh": 0.5}]}


def car(**fields: Any) -> dict[str, Any]:
    """Ten of 40 kWh, 10 kW either way, without losses and wear; there for all of four hours."""
    return {
        "kind": "ev",
        "name": "car",
        "arrival": clock(0),
        "departure": clock(4),
        "capacity_kwh": 40,
        "stock_at_arrival_kwh": 10,
        "stock_at_departure_kwh": 0,
        "charge_limit_kw": 10,
        "discharge_limit_kw": 10,
        "charge_efficiency": 1.0,
        "discharge_efficiency": 1.0,
        "wear_cost_per_kwh": 0,
        **fields,
    }


@pytest.mark.parametrize(("wanted", "power"), [(40, [10, 0, 0, 0]), (44, [10, 4, 0, 0])])
def test_a_vehicle_charges_less_near_full(wanted: float, power: list[float]) -> None:
    """25 - 0.5 · 30 is 10 kW, and 5 kW at 40 kWh."""
    fields = {"charge_taper": [{"at_empty_kw": 25, "drop_kw_per_kwh": 0.5}], "capacity_kwh": 45}
    asked = {"stock_at_arrival_kwh": 30, "stock_at_departure_kwh": wanted, "discharge_limit_kw": 0}
    answer = plan(site(car(**fields, **asked), import_price=[0.1, 0.2, 0.3, 0.4]))

    assert answer.power_kw["car"] == pytest.approx(power)


def test_a_tapered_vehicle_gives_back_and_fills_up_again() -> None:
    """It may sell at 0.9 what it buys at 0.1, but not all of it is back in time."""
    taper = {"charge_taper": [{"at_empty_kw": 16, "drop_kw_per_kwh": 0.4}]}
    fields = {"stock_at_arrival_kwh": 20, "stock_at_departure_kwh": 24, "missed_price_per_kwh": 9.0}
    answer = plan(site(car(**taper, **fields), import_price=[0.9, 0.1, 0.1, 0.2]))

    # From s on: s + c1 + c2 + c3 = 24, each at most 16 - 0.4 of what is there, and 10.
    power, stock = answer.power_kw["car"], answer.stock_kwh["car"]
    assert power[0] == pytest.approx(-10.0)
    assert stock[-1] == pytest.approx(24.0)
    assert (power <= 16 - 0.4 * stock[:-1] + 1e-6).all()


def test_a_battery_gives_less_near_empty() -> None:
    """1 + 0.5 · 8 is 5 kW; of the 3 kWh left it gives 2.5, then 1.25 of half a kWh: all of it."""
    answer = plan(site(battery(stock_at_start_kwh=8, **NEAR_EMPTY), import_price=[0.3, 0.2, 0.1]))

    assert answer.power_kw["battery"] == pytest.approx([-5.0, -2.5, -0.5])


def test_a_store_that_is_fuller_than_its_taper_goes_to_waits_and_is_no_contradiction() -> None:
    """At 5 kWh the taper is at nothing, and it begins with 9."""
    taper = {"charge_taper": [{"at_empty_kw": 5, "drop_kw_per_kwh": 1}]}
    answer = plan(site(battery(stock_at_start_kwh=9, **taper), import_price=[-0.1, 0.2, -0.1, 0.3]))

    # It gives 5 at 0.2, and would give the other four too: 1 kW is what it may draw at 4.
    assert answer.status is PlanStatus.OPTIMAL
    assert answer.power_kw["battery"] == pytest.approx([0, -5, 1, -5])


def exhaustive(start: float, prices: list[float], taper: tuple[float, float]) -> float:
    """Return the least cost of a 10 kWh store that draws or gives 0, 1, 2 or 3 kW in each hour."""
    best = np.inf
    for powers in product(range(-3, 4), repeat=len(prices)):
        stock, cost = start, 0.0
        for power, price in zip(powers, prices, strict=True):
            if power > max(taper[0] - taper[1] * stock, 0.0) + 1e-9:
                break
            stock += power
            cost += power * price
            if not 0 <= stock <= 10:
                break
        else:
            best = min(best, cost)
    return best


@pytest.mark.parametrize("seed", range(6))
def test_a_taper_below_nothing_agrees_with_trying_all(seed: int) -> None:
    """Whole numbers are enough: at whole stocks the cut leaves whole powers."""
    random = np.random.default_rng(seed)
    prices = random.uniform(-0.3, 0.3, 4).round(2).tolist()
    start = int(random.integers(5, 11))
    taper = {"charge_taper": [{"at_empty_kw": 6, "drop_kw_per_kwh": 1}]}
    limits = {"charge_limit_kw": 3, "discharge_limit_kw": 3, "stock_at_start_kwh": start}
    answer = plan(site(battery(**taper, **limits), import_price=prices))

    assert answer.cost == pytest.approx(exhaustive(start, prices, (6, 1)), abs=1e-6)


def test_below_its_minimum_a_vehicle_gives_nothing_back() -> None:
    """It comes with 10 and keeps 20: what it buys at 0.1 up to there it does not sell at 0.9."""
    answer = plan(site(car(stock_min_kwh=20), import_price=[0.9, 0.1, 0.1, 0.9]))
    free = plan(site(car(stock_min_kwh=10), import_price=[0.9, 0.1, 0.1, 0.9]))

    assert answer.stock_kwh["car"] == pytest.approx([10, 10, 20, 30, 20])
    assert answer.cost == pytest.approx(10 * 0.1 * 2 - 10 * 0.9)
    assert free.stock_kwh["car"] == pytest.approx([10, 10, 20, 20, 10])


def test_a_session_beyond_the_window_is_charged_as_far_as_cannot_be_made_up_for_later() -> None:
    """It leaves half an hour after the window, in which 5 more of 40 kWh can be charged."""
    fields = {"stock_at_arrival_kwh": 0, "stock_at_departure_kwh": 40, "departure": clock(4.5)}
    answer = plan(site(car(**fields, missed_price_per_kwh=2.0), import_price=[0.1, 0.3, 0.3, 0.3]))

    assert answer.power_kw["car"] == pytest.approx([10, 10, 10, 5])
    assert not answer.breaches


def test_what_full_power_could_not_make_up_for_later_is_missing_already() -> None:
    """At 8 kW 32 kWh come in the window and 4 in the half hour after it: 4 are missing."""
    fields = {"stock_at_arrival_kwh": 0, "stock_at_departure_kwh": 40, "departure": clock(4.5)}
    answer = plan(
        site(car(**fields, charge_limit_kw=8, missed_price_per_kwh=2.0), import_price=[0.1] * 4)
    )

    [breach] = answer.breaches
    assert breach.limit == "departure of car"
    assert breach.most_kwh == pytest.approx(4.0)
    assert breach.cost == pytest.approx(8.0)


@pytest.mark.parametrize("taper", [NEAR_FULL, NEAR_EMPTY])
def test_controls_that_do_not_plan_keep_tapers_too(taper: dict[str, Any]) -> None:
    document = site(
        battery(stock_at_start_kwh=4, **taper),
        load([-9, 9, 9, -9]),
        import_price=[0.3] * 4,
        export_price=0.1,
    )
    answer = plan(document)

    for saving in explain(answer).savings:
        assert saving.cost is not None
        assert saving.cost >= answer.cost - 1e-6
