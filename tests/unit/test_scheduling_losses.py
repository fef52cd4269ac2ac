"""What is lost between a node and the one above it; worked out by hand and by trying all."""

from typing import Any

import numpy as np
import pytest

from scheduling.planning import explain, plan
from tests.unit.scheduling_documents import battery, load, pv, site


def below(*devices: dict[str, Any], share: float = 0.1, **fields: Any) -> Any:
    node = {"name": "cable", "loss_share": share, **fields.pop("node", {})}
    more = {"nodes": [node], **fields.pop("more", {})}
    return site(*({**each, "node": "cable"} for each in devices), more=more, **fields)


def test_what_is_used_below_is_paid_for_with_what_is_lost() -> None:
    answer = plan(below(load([10.0, -10.0]), import_price=[0.2, 0.2], export_price=0.1))

    assert answer.node_power_kw["cable"] == pytest.approx([10.0, -10.0])
    assert answer.grid_power_kw == pytest.approx([11.0, -9.0])
    assert answer.cost == pytest.approx(11 * 0.2 - 9 * 0.1)


def test_losses_add_up_from_below() -> None:
    nodes = [
        {"name": "feeder", "loss_share": 0.02, "import_limit_kw": 60.0},
        {"name": "cable", "parent": "feeder", "loss_share": 0.1},
    ]
    answer = plan(site({**load(10.0), "node": "cable"}, import_price=[0.2], more={"nodes": nodes}))

    assert answer.node_power_kw["feeder"] == pytest.approx([11.0])
    assert answer.grid_power_kw == pytest.approx([11.22])


def test_a_battery_pays_the_cable_both_ways() -> None:
    """Bought at 0.10 a kWh costs 0.11 behind the cable, and sold at 0.13 it earns 0.117."""
    for price, moved in ((0.13, 5.0), (0.12, 0.0)):
        answer = plan(below(battery(), import_price=[0.10, price], export_price=[0.10, price]))

        assert answer.power_kw["battery"] == pytest.approx([moved, -moved])
        assert answer.cost == pytest.approx(5.5 * 0.10 - 4.5 * price if moved else 0.0)


def test_a_limit_above_counts_what_is_lost() -> None:
    document = below(load(10.0), load(2.0, "other"), import_price=[0.2], import_limit_kw=13.0)
    answer = plan(document)

    assert answer.infeasible[0].endswith("short by 0.2 kW")


def test_nothing_is_burnt_in_a_cable_where_energy_is_paid_for_taking() -> None:
    """At -0.2 it would pay to lose all that a cable may carry."""
    devices = (battery(capacity_kwh=4), load(1.0))
    answer = plan(below(*devices, import_price=[-0.2], export_price=-0.2))

    assert answer.grid_power_kw == pytest.approx(1.1 * answer.node_power_kw["cable"])
    assert answer.cost == pytest.approx(-0.2 * 1.1 * 5.0)


@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_trying_all_in_small_steps(seed: int) -> None:
    random = np.random.default_rng(seed)
    prices = random.uniform(-0.2, 0.4, 3).round(2)
    sold = (prices - random.uniform(0.0, 0.1, 3)).round(2)
    used = random.integers(-3, 4, 3).astype(float)
    limits = {
        "charge_limit_kw": 2,
        "discharge_limit_kw": 2,
        "stock_at_start_kwh": 2,
        "capacity_kwh": 4,
    }
    given = {"import_price": prices.tolist(), "export_price": sold.tolist()}
    answer = plan(below(battery(**limits), load(used.tolist()), **given))

    levels = np.arange(-2.0, 2.0 + 1e-9, 0.25)
    power = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    stock = 2 + np.cumsum(power, axis=1)
    power = power[((stock >= 0) & (stock <= 4)).all(axis=1)]
    net = power + used
    above = net + 0.1 * np.abs(net)
    cost = np.where(above > 0, above * prices, above * sold).sum(axis=1)
    assert answer.cost == pytest.approx(cost.min(), abs=1e-6)


def test_heat_is_lost_on_its_way_too() -> None:
    """Of 11 kW of heat 10 arrive: a boiler of one takes 11 of gas at 0.05."""
    ports = [
        {"name": "gas", "node": "gas", "direction": "in", "limit_kw": 20},
        {"name": "heat", "node": "heat", "direction": "out"},
    ]
    more = {
        "commodities": [{"name": "gas", "prices": {"import_per_kwh": 0.05}}, {"name": "heat"}],
        "nodes": [{"name": "street", "parent": "heat", "loss_share": 0.1}],
    }
    boiler = {"kind": "converter", "name": "boiler", "ports": ports}
    answer = plan(site(boiler, {**load(10.0), "node": "street"}, import_price=[0.2], more=more))

    assert answer.cost == pytest.approx(11 * 0.05)
    assert answer.node_power_kw["heat"] == pytest.approx([0.0], abs=1e-9)


def test_other_powers_are_another_plan_of_a_site_that_lives_on() -> None:
    for power in (1.0, 50.0):
        answer = plan(below(load(power), import_price=[-0.2]), living="cable")
        assert answer.grid_power_kw == pytest.approx([1.1 * power])


def test_savings_say_why_they_are_not_told() -> None:
    why = explain(plan(below(pv(4.0), load(1.0), import_price=[0.2])))

    assert {each.why for each in why.savings} == {
        "what is lost on the way is not told without planning"
    }
