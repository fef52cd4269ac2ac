"""Plans against answers worked out by hand."""

import numpy as np
import pytest

from scheduling.flex import SiteDocument
from scheduling.planning import PlanStatus, UnresolvedReference, explain, plan
from tests.unit.scheduling_documents import battery, load, pv, site

CHEAP, DEAR = 0.10, 0.50  # currency/kWh


def test_buys_cheap_and_sells_dear_up_to_its_power() -> None:
    answer = plan(site(battery(), import_price=[CHEAP, DEAR]))

    assert answer.power_kw["battery"] == pytest.approx([5.0, -5.0])
    assert answer.stock_kwh["battery"] == pytest.approx([0.0, 5.0, 0.0])
    assert answer.cost == pytest.approx(5 * CHEAP - 5 * DEAR)


def test_counts_a_quarter_of_an_hour_as_a_quarter() -> None:
    answer = plan(site(battery(), import_price=[CHEAP, DEAR], step_minutes=15))

    assert answer.stock_kwh["battery"] == pytest.approx([0.0, 1.25, 0.0])
    assert answer.cost == pytest.approx(1.25 * (CHEAP - DEAR))


def test_charges_with_one_efficiency_and_discharges_with_the_other() -> None:
    """Of 5 kW taken 4 arrive; half of the 4 comes out again."""
    store = battery(charge_efficiency=0.8, discharge_efficiency=0.5)
    answer = plan(site(store, import_price=[CHEAP, DEAR]))

    assert answer.stock_kwh["battery"] == pytest.approx([0.0, 4.0, 0.0])
    assert answer.power_kw["battery"] == pytest.approx([5.0, -2.0])


def test_loses_a_share_of_the_stock_each_hour() -> None:
    store = battery(
        stock_at_start_kwh=8, loss_per_hour=0.5, discharge_limit_kw=0, charge_limit_kw=0
    )
    answer = plan(site(store, import_price=[CHEAP, CHEAP], step_minutes=30))

    assert answer.stock_kwh["battery"] == pytest.approx([8.0, 8 * 0.5**0.5, 4.0])


def test_stays_still_when_losses_eat_the_spread() -> None:
    leaky = battery(charge_efficiency=0.9 * CHEAP / DEAR)

    assert plan(site(leaky, import_price=[CHEAP, DEAR])).cost == pytest.approx(0.0)


@pytest.mark.parametrize(("wear", "moved_kwh"), [(0.39, 5.0), (0.41, 0.0)])
def test_moves_energy_only_for_more_than_it_wears(wear: float, moved_kwh: float) -> None:
    """The spread is 0.40: less than that in wear per kWh pays, more does not."""
    answer = plan(site(battery(wear_cost_per_kwh=wear), import_price=[CHEAP, DEAR]))

    assert answer.power_kw["battery"][0] == pytest.approx(moved_kwh)
    assert answer.costs["wear: battery"] == pytest.approx(wear * moved_kwh)


def test_wears_by_its_chemistry_when_nothing_is_said() -> None:
    store = battery(wear_cost_per_kwh=None, chemistry="nmc_vehicle")
    answer = plan(site(store, import_price=[CHEAP, DEAR]))

    assert answer.costs["wear: battery"] == pytest.approx(5 * 0.07)


def test_reaches_a_target_at_the_cheapest_steps() -> None:
    answer = plan(site(battery(stock_at_end_min_kwh=5), import_price=[DEAR, CHEAP, DEAR]))

    assert answer.power_kw["battery"] == pytest.approx([0.0, 5.0, 0.0])


def test_keeps_what_is_worth_more_at_the_end_than_now() -> None:
    store = battery(stock_at_start_kwh=5, end_value_per_kwh=0.3)

    assert plan(site(store, import_price=[0.29])).stock_kwh["battery"][-1] == pytest.approx(10.0)
    assert plan(site(store, import_price=[0.31])).stock_kwh["battery"][-1] == pytest.approx(0.0)


def test_does_not_give_the_stock_away_when_nothing_is_said_of_the_end() -> None:
    store = battery(stock_at_start_kwh=5, end_value_per_kwh=None)

    answer = plan(site(store, import_price=[CHEAP] * 4))

    assert answer.stock_kwh["battery"] == pytest.approx([5.0] * 5)
    assert answer.cost == pytest.approx(0.0)


def test_holds_generation_back_rather_than_pay_for_export() -> None:
    answer = plan(
        site(pv([4.0, 4.0]), load(1.0), import_price=[0.2, 0.2], export_price=[0.1, -0.1])
    )

    assert answer.curtailed_kw["pv"] == pytest.approx([0.0, 3.0])
    assert answer.power_kw["pv"] == pytest.approx([-4.0, -1.0])
    assert answer.grid_power_kw == pytest.approx([-3.0, 0.0])


def test_leaves_generation_alone_that_cannot_be_held_back() -> None:
    answer = plan(site(pv(4.0, curtailable=False), import_price=[0.2], export_price=[-0.1]))

    assert answer.grid_power_kw == pytest.approx([-4.0])
    assert answer.cost == pytest.approx(0.4)


def test_does_not_charge_and_discharge_at_once_to_burn_what_it_is_paid_to_take() -> None:
    """A full battery at a negative price could only burn energy; it must wait."""
    store = battery(
        stock_at_start_kwh=10, charge_efficiency=0.5, discharge_efficiency=0.5, end_value_per_kwh=9
    )
    answer = plan(site(store, import_price=[-0.5]))

    assert answer.power_kw["battery"] == pytest.approx([0.0])
    assert answer.cost == pytest.approx(0.0)


def test_does_not_import_and_export_at_once_for_free_money() -> None:
    answer = plan(site(load(1.0), import_price=[0.1], export_price=[0.3]))

    assert answer.grid_power_kw == pytest.approx([1.0])
    assert answer.cost == pytest.approx(0.1)


def test_pays_for_breaking_a_soft_limit_and_says_so() -> None:
    document = site(
        load([3.0, 7.0, 8.0, 3.0]),
        import_price=[0.1] * 4,
        step_minutes=30,
        import_limit_kw=5.0,
        import_breach_price_per_kwh=2.0,
    )
    answer = plan(document)

    (breach,) = answer.breaches
    assert breach.limit == "import limit of the grid connection"
    assert (breach.start.hour, breach.start.minute) == (0, 30)
    assert (breach.end.hour, breach.end.minute) == (1, 30)
    assert breach.most_kw == pytest.approx(3.0)
    assert breach.energy_kwh == pytest.approx(2.5)
    assert breach.cost == pytest.approx(5.0)
    assert answer.costs["breach: import limit of the grid connection"] == pytest.approx(5.0)


def test_names_the_limit_that_cannot_be_kept_when_and_by_how_much() -> None:
    document = site(
        load([40.0, 61.5, 50.0]), import_price=[0.1] * 3, step_minutes=15, import_limit_kw=50.0
    )
    answer = plan(document)

    assert answer.status is PlanStatus.INFEASIBLE
    assert answer.infeasible == (
        "import limit of the grid connection from 2026-01-12 00:15 to 00:30 Z: short by 11.5 kW",
    )


def test_names_a_target_out_of_reach() -> None:
    answer = plan(site(battery(stock_at_end_min_kwh=9), import_price=[CHEAP]))

    assert answer.status is PlanStatus.INFEASIBLE
    assert answer.infeasible == (
        "stock of battery at 2026-01-12 01:00 Z: at least 9 kWh is asked for, 5 kWh can be reached",
    )


def test_names_the_export_limit() -> None:
    document = site(pv(9.0, curtailable=False), import_price=[0.1], export_limit_kw=5.0)

    assert plan(document).infeasible == (
        "export limit of the grid connection from 2026-01-12 00:00 to 01:00 Z: short by 4 kW",
    )


def test_says_what_a_binding_limit_is_worth() -> None:
    """One more kW of import in the cheap hour saves buying it in the dear one."""
    answer = plan(
        site(battery(), load([4.0, 9.0]), import_price=[CHEAP, DEAR], import_limit_kw=[6.0, 9.0])
    )

    (reason,) = [reason for reason in explain(answer).reasons if reason.limit == "import limit"]
    assert reason.of == "the grid connection"
    assert reason.worth_per_kwh == pytest.approx(DEAR - CHEAP)
    assert reason.text == (
        "import limit of the grid connection reached; one kWh more would save 0.400 EUR"
    )


def test_the_costs_are_the_cost() -> None:
    answer = plan(
        site(
            battery(wear_cost_per_kwh=0.02, end_value_per_kwh=None),
            load(3.0),
            pv(4.0),
            import_price=[CHEAP, DEAR],
            export_price=[0.05, 0.05],
        )
    )

    assert sum(answer.costs.values()) == pytest.approx(answer.cost, abs=1e-12)
    assert answer.bound == pytest.approx(answer.cost)


def test_a_flat_tariff_gives_a_calm_plan() -> None:
    answer = plan(site(battery(), load(3.0), import_price=[CHEAP] * 24))

    assert answer.power_kw["battery"] == pytest.approx([0.0] * 24)


def test_charges_early_and_in_one_go_when_any_time_costs_the_same() -> None:
    answer = plan(site(battery(stock_at_end_min_kwh=7), import_price=[CHEAP] * 4))

    assert answer.power_kw["battery"] == pytest.approx([5.0, 2.0, 0.0, 0.0])


def test_never_gives_up_money_for_being_early() -> None:
    """A thousandth of a cent less in the last hour is still less."""
    prices = [CHEAP + 1e-5, CHEAP + 1e-5, CHEAP]
    answer = plan(site(battery(stock_at_end_min_kwh=5), import_price=prices))

    assert answer.power_kw["battery"] == pytest.approx([0.0, 0.0, 5.0])


def test_two_runs_are_the_same_to_the_last_bit() -> None:
    random = np.random.default_rng(7)
    prices = random.normal(0.1, 0.1, 96).tolist()
    document = site(
        battery(capacity_kwh=40, end_value_per_kwh=None, charge_efficiency=0.95),
        load(random.uniform(0, 20, 96).tolist()),
        pv(random.uniform(0, 30, 96).tolist()),
        import_price=prices,
        export_price=(np.array(prices) - 0.03).tolist(),
        step_minutes=15,
    )

    first, second = plan(document), plan(document)

    assert first.cost == second.cost
    for name, power in first.power_kw.items():
        assert np.array_equal(power, second.power_kw[name])


@pytest.mark.parametrize("n_steps", [1, 92, 100])
def test_a_day_has_as_many_steps_as_it_has(n_steps: int) -> None:
    """Days on which clocks change have 23 or 25 hours; one step is a window too."""
    answer = plan(site(battery(), load(1.0), import_price=[0.1] * n_steps, step_minutes=15))

    assert answer.grid_power_kw.shape == (n_steps,)
    assert answer.stock_kwh["battery"].shape == (n_steps + 1,)


def test_a_site_without_devices_costs_nothing() -> None:
    answer = plan(site(import_price=[0.1, -0.1]))

    assert answer.status is PlanStatus.OPTIMAL
    assert answer.cost == pytest.approx(0.0)
    assert answer.grid_power_kw == pytest.approx([0.0, 0.0])


def test_refuses_a_sensor_without_values_by_its_place() -> None:
    document: SiteDocument = site(
        {"kind": "load", "name": "load", "power_kw": {"sensor": 7}}, import_price=[0.1]
    )

    with pytest.raises(UnresolvedReference, match=r"devices\[0\]\.power_kw"):
        plan(document)
