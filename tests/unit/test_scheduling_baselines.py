"""What planning saves is held against a sum by hand."""

import pytest

from scheduling.interpret.baselines import Baseline
from tests.unit.explained_documents import CHEAP, DEAR, explained, noisy_site, vehicle
from tests.unit.scheduling_documents import battery, clock, load, pv, site


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


def test_naive_control_does_not_give_away_what_is_asked_for_at_the_end() -> None:
    """Of 5 kWh 3 are to be there at the end: 2 replace import at 0.5, as in the plan."""
    asked = {"stock_at_start_kwh": 5, "stock_at_end_min_kwh": 3}
    document = site(battery(**asked), load([4.0, 4.0]), import_price=[0.5, 0.5], export_price=0.0)

    answer, why = explained(document)

    naive = why.savings[1]
    assert naive.cost == pytest.approx(2 * 0.5 + 4 * 0.5)
    assert naive.saving == pytest.approx(0.0)
    assert answer.cost == pytest.approx(naive.cost)


def test_without_control_a_charger_draws_its_least_current_or_nothing() -> None:
    """Of 12 kWh the last is drawn at 4.14 kW, or not at all where that is more than fits."""
    for room, drawn in ((60.0, 11.04 + 4.14), (12.5, 11.04)):
        car = vehicle(charger={}, stock_at_departure_kwh=12.0, capacity_kwh=room)
        car |= {
            "charge_efficiency": 1.0,
            "stock_at_arrival_kwh": 0.0,
            "missed_price_per_kwh": 0.001,
        }
        del car["charge_limit_kw"]
        _, why = explained(site(car, import_price=[0.1] * 5))

        assert why.savings[0].costs["import"] == pytest.approx(drawn * 0.1)


def test_a_heat_pump_without_control_runs_at_its_least_power() -> None:
    """3 kWh are missing, which 1 kW would bring, and it has no less than 2."""
    tank = {"capacity_kwh": 20, "stock_at_start_kwh": 5, "end_value_per_kwh": 0}
    pump = {
        "kind": "heat_pump",
        "name": "pump",
        "electric_limit_kw": 4,
        "electric_min_kw": 2,
        "cop": 3,
    }
    points = [{"stock_kwh": 8, "start": clock(1), "end": clock(2)}]
    goal = {"kind": "min", "points": points}
    _, why = explained(site({**pump, **tank, "goals": [goal]}, import_price=[0.2, 0.1]))

    assert why.savings[0].costs["import"] == pytest.approx(2 * 0.2)
