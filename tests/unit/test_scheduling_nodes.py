"""Trees of limits, peaks and commitments, against answers worked out by hand."""

import numpy as np
import pytest

from scheduling.planning import PlanStatus, plan
from tests.unit.scheduling_documents import battery, clock, load, pv, site

CHEAP, DEAR = 0.10, 0.50  # currency/kWh


def test_a_limit_below_the_connection_holds_for_what_is_behind_it() -> None:
    """An inverter of 2.5 kW gives half of what a battery and a roof of 2 kW each could."""
    store = battery(stock_at_start_kwh=10, discharge_limit_kw=2, node="inverter")
    roof = pv(2.0, node="inverter")
    nodes = [{"name": "inverter", "import_limit_kw": 2.5, "export_limit_kw": 2.5}]
    answer = plan(site(store, roof, load(1.0), import_price=[DEAR], more={"nodes": nodes}))

    assert answer.node_power_kw["inverter"] == pytest.approx([-2.5])
    assert answer.grid_power_kw == pytest.approx([-1.5])


def test_limits_hold_at_every_depth() -> None:
    """Station 6 > feeder 5 > charger 4: each level leaves the next less."""
    nodes = [
        {"name": "charger", "parent": "feeder", "import_limit_kw": 4.0},
        {"name": "feeder", "parent": "station", "import_limit_kw": 5.0},
        {"name": "station", "import_limit_kw": 6.0},
    ]
    stores = [
        battery(name="deep", node="charger", end_value_per_kwh=9.0),
        battery(name="middle", node="feeder", end_value_per_kwh=8.0),
        battery(name="high", node="station", end_value_per_kwh=7.0),
        battery(name="top", end_value_per_kwh=6.0),
    ]
    answer = plan(site(*stores, import_price=[CHEAP], import_limit_kw=8.0, more={"nodes": nodes}))

    charged = {name: float(power[0]) for name, power in answer.power_kw.items()}
    assert charged == pytest.approx({"deep": 4.0, "middle": 1.0, "high": 1.0, "top": 2.0})


def test_load_that_nobody_controls_takes_room_at_its_node() -> None:
    nodes = [{"name": "feeder", "import_limit_kw": 5.0, "uncontrolled_kw": [4.0, 1.0]}]
    store = battery(node="feeder", stock_at_end_min_kwh=5.0)
    answer = plan(site(store, import_price=[CHEAP, DEAR], more={"nodes": nodes}))

    assert answer.power_kw["battery"] == pytest.approx([1.0, 4.0])
    assert answer.grid_power_kw == pytest.approx([5.0, 5.0])


def test_a_soft_node_is_broken_at_its_price_and_named() -> None:
    nodes = [{"name": "feeder", "import_limit_kw": 3.0, "import_breach_price_per_kwh": 2.0}]
    answer = plan(site(load(5.0) | {"node": "feeder"}, import_price=[CHEAP], more={"nodes": nodes}))

    (breach,) = answer.breaches
    assert breach.limit == "import limit of feeder"
    assert breach.most_kw == pytest.approx(2.0)
    assert answer.costs["breach: import limit of feeder"] == pytest.approx(4.0)


def test_a_hard_node_that_cannot_be_kept_is_named() -> None:
    nodes = [{"name": "feeder", "import_limit_kw": 3.0}]
    answer = plan(site(load(5.0) | {"node": "feeder"}, import_price=[CHEAP], more={"nodes": nodes}))

    assert answer.status is PlanStatus.INFEASIBLE
    assert answer.infeasible == (
        "import limit of feeder from 2026-01-12 00:00 to 01:00 Z: short by 2 kW",
    )


def test_the_highest_breach_may_have_a_price_of_its_own() -> None:
    document = site(
        load([5.0, 7.0]),
        import_price=[0.0, 0.0],
        import_limit_kw=4.0,
        import_breach_price_per_kwh=1.0,
        import_breach_price_per_kw=10.0,
    )

    assert plan(document).cost == pytest.approx((1 + 3) * 1.0 + 3 * 10.0)


def test_sites_of_an_area_pay_their_own_prices_behind_one_transformer() -> None:
    """8 kW for two sites that both want 5: the one that pays more for it waits."""
    nodes = [
        {"name": "north", "prices": {"import_per_kwh": 0.10, "export_per_kwh": 0.0}},
        {"name": "south", "prices": {"import_per_kwh": 0.30, "export_per_kwh": 0.0}},
    ]
    stores = [
        battery(name="store north", node="north", end_value_per_kwh=0.5),
        battery(name="store south", node="south", end_value_per_kwh=0.5),
    ]
    answer = plan(site(*stores, import_price=0.0, import_limit_kw=8.0, more={"nodes": nodes}))

    assert answer.power_kw["store north"] == pytest.approx([5.0])
    assert answer.power_kw["store south"] == pytest.approx([3.0])
    assert answer.costs["import: south"] == pytest.approx(0.9)


def test_a_peak_is_shaved_down_to_what_was_reached_before() -> None:
    """Up to the 6 kW of earlier in the month power is free; the rest of 9 costs 10 per kW."""
    peaks = [{"name": "month", "price_per_kw": 10.0, "incumbent_kw": 6.0}]
    store = battery(stock_at_start_kwh=2)
    answer = plan(site(store, load([3.0, 9.0]), import_price=[0.1, 0.1], more={"peaks": peaks}))

    assert answer.grid_power_kw.max() == pytest.approx(6.0)
    assert answer.costs["peak: month"] == pytest.approx(0.0)

    weak = battery(stock_at_start_kwh=2, charge_limit_kw=0)
    answer = plan(site(weak, load([3.0, 9.0]), import_price=[0.1, 0.1], more={"peaks": peaks}))
    assert answer.costs["peak: month"] == pytest.approx(10.0)


def test_a_peak_counts_as_the_mean_of_its_quarter_and_in_its_hours_only() -> None:
    """5-minute steps 9, 0, 0 are 3 kW in their quarter; the 30 kW at night do not count."""
    peaks = [
        {
            "name": "day",
            "price_per_kw": 10.0,
            "average_minutes": 15,
            "within": [{"start": clock(0), "end": clock(0.25)}],
        }
    ]
    power = [9.0, 0.0, 0.0, 30.0, 0.0, 0.0]
    document = site(load(power), import_price=[0.0] * 6, step_minutes=5, more={"peaks": peaks})

    assert plan(document).costs["peak: day"] == pytest.approx(30.0)


def test_a_commitment_pulls_towards_its_baseline() -> None:
    """Deviating costs more than the spread earns: the site keeps what it promised."""
    commitment = {
        "name": "day-ahead",
        "baseline_kw": [2.0, 2.0],
        "up_cost_per_kwh": 0.5,
        "down_cost_per_kwh": 0.5,
    }
    document = site(
        battery(), load(2.0), import_price=[CHEAP, DEAR], more={"commitments": [commitment]}
    )
    answer = plan(document)

    assert answer.grid_power_kw == pytest.approx([2.0, 2.0])
    assert answer.costs["commitment: day-ahead"] == pytest.approx(0.0)


def test_a_commitment_may_be_about_some_devices() -> None:
    commitment = {
        "name": "reserve",
        "devices": ["battery", "load"],
        "baseline_kw": 1.0,
        "up_cost_per_kwh": 3.0,
        "down_cost_per_kwh": 0.0,
    }
    document = site(battery(), load(4.0), import_price=[CHEAP], more={"commitments": [commitment]})

    assert plan(document).costs["commitment: reserve"] == pytest.approx(9.0)


def test_a_commitment_that_earns_downwards_is_not_gamed_by_going_both_ways() -> None:
    """Down earns 0.6, up costs 0.2: doing both at once would earn 0.4 for nothing."""
    commitment = {
        "name": "activation",
        "devices": ["battery"],
        "up_cost_per_kwh": 0.2,
        "down_cost_per_kwh": -0.6,
    }
    document = site(
        battery(stock_at_start_kwh=3), import_price=[CHEAP], more={"commitments": [commitment]}
    )
    answer = plan(document)

    assert answer.costs["commitment: activation"] == pytest.approx(-0.6 * 3)
    assert answer.power_kw["battery"] == pytest.approx([-3.0])


def test_heat_comes_from_what_makes_it_cheapest() -> None:
    """Gas at 0.08 makes heat at 0.09 (90 %); power at 0.10 makes it at 0.10, at 0.04 cheaper."""
    commodities = [
        {"name": "gas", "prices": {"import_per_kwh": 0.081, "export_per_kwh": 0.0}},
        {"name": "heat"},
    ]
    boiler = {
        "kind": "converter",
        "name": "boiler",
        "ports": [
            {"name": "gas", "node": "gas", "direction": "in", "ratio": 1.0},
            {"name": "heat", "node": "heat", "direction": "out", "ratio": 0.9, "limit_kw": 20},
        ],
    }
    electrode = {
        "kind": "converter",
        "name": "electrode",
        "ports": [
            {"name": "power", "direction": "in"},
            {"name": "heat", "node": "heat", "direction": "out", "limit_kw": 20},
        ],
    }
    heating = load(9.0, name="heating") | {"node": "heat"}
    document = site(
        boiler, electrode, heating, import_price=[0.10, 0.04], more={"commodities": commodities}
    )
    answer = plan(document)

    assert answer.power_kw["boiler/gas"] == pytest.approx([10.0, 0.0])
    assert answer.power_kw["boiler/heat"] == pytest.approx([-9.0, 0.0])
    assert answer.power_kw["electrode/power"] == pytest.approx([0.0, 9.0])
    assert answer.node_power_kw["heat"] == pytest.approx([0.0, 0.0], abs=1e-9)
    assert answer.cost == pytest.approx(10 * 0.081 + 9 * 0.04)


def test_a_cogeneration_plant_keeps_its_ratio() -> None:
    commodities = [{"name": "gas", "prices": {"import_per_kwh": 0.05}}, {"name": "heat"}]
    plant = {
        "kind": "converter",
        "name": "chp",
        "ports": [
            {"name": "gas", "node": "gas", "direction": "in", "ratio": 1.0},
            {"name": "power", "direction": "out", "ratio": 0.4},
            {"name": "heat", "node": "heat", "direction": "out", "ratio": 0.5, "limit_kw": 50},
        ],
    }
    heating = load(10.0, name="heating") | {"node": "heat"}
    answer = plan(site(plant, heating, import_price=[0.2], more={"commodities": commodities}))

    assert answer.power_kw["chp/power"] == pytest.approx([-8.0])
    assert answer.cost == pytest.approx(20 * 0.05 - 8 * 0.2)


@pytest.mark.parametrize("seed", range(3))
def test_no_node_of_a_three_level_area_is_above_its_limit(seed: int) -> None:
    random = np.random.default_rng(seed)
    steps = 24
    nodes = [
        {"name": f"street {s}", "import_limit_kw": random.uniform(12, 16, steps).tolist()}
        for s in range(3)
    ]
    devices = []
    for home in range(15):
        name, street = f"home {home}", f"street {home % 3}"
        nodes.append({"name": name, "parent": street, "import_limit_kw": 6.0})
        devices.append(battery(name=f"store {home}", node=name, end_value_per_kwh=None))
        power = random.uniform(0.5, 2.0, steps).tolist()
        devices.append(load(power, name=f"use {home}") | {"node": name})
    price = random.uniform(0.05, 0.4, steps).tolist()
    answer = plan(site(*devices, import_price=price, import_limit_kw=38.0, more={"nodes": nodes}))

    assert answer.status is PlanStatus.OPTIMAL
    assert answer.grid_power_kw.max() <= 38.0 + 1e-6
    for node in nodes:
        assert np.all(
            answer.node_power_kw[node["name"]] <= np.array(node["import_limit_kw"]) + 1e-6
        )
