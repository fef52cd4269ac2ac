"""Converters and what lies between them: heat that is made, kept and used; worked out by hand."""

from typing import Any

import numpy as np
import pytest

from scheduling.flex import DocumentError
from scheduling.planning import plan
from tests.unit.scheduling_documents import clock, load, site

COMMODITIES = [{"name": "gas", "prices": {"import_per_kwh": 0.045}}, {"name": "heat"}]


def boiler(**fields: Any) -> dict[str, Any]:
    """Gas to nine tenths as much heat, at 0.05 per kWh of it."""
    ports = [
        {"name": "gas", "node": "gas", "direction": "in", "limit_kw": 10},
        {"name": "heat", "node": "heat", "direction": "out", "ratio": 0.9},
    ]
    return {"kind": "converter", "name": "boiler", "ports": ports, **fields}


def heat_pump(**port: Any) -> dict[str, Any]:
    ports = [
        {"name": "power", "direction": "in", "limit_kw": 3},
        {"name": "heat", "node": "heat", "direction": "out", **port},
    ]
    return {"kind": "converter", "name": "pump", "ports": ports}


def heating(power_kw: list[float]) -> dict[str, Any]:
    return {**load(power_kw, name="heating"), "node": "heat"}


def tank(**fields: Any) -> dict[str, Any]:
    limits = {"charge_limit_kw": 9, "discharge_limit_kw": 9, "capacity_kwh": 20}
    return {
        "kind": "store",
        "name": "tank",
        "node": "heat",
        "stock_at_start_kwh": 5,
        **limits,
        **fields,
    }


def heat_site(*devices: dict[str, Any], **fields: Any) -> Any:
    more = {"commodities": COMMODITIES, **fields.pop("more", {})}
    return site(*devices, more=more, **fields)


def test_heat_left_in_a_tank_is_worth_what_making_it_costs() -> None:
    """Made at 0.05 from gas, by power at 0.04 in the third hour: what is left is worth 0.04."""
    pump = heat_pump(cop=[2.0, 2.0, 5.0, 2.0])
    used = [heating([1.0] * 4), load([0.0] * 4)]
    answer = plan(heat_site(boiler(), pump, tank(), *used, import_price=[0.3, 0.3, 0.2, 0.3]))

    left = answer.stock_kwh["tank"][-1]
    assert answer.costs["change of stock: tank"] == pytest.approx((5 - left) * 0.04)
    assert answer.power_kw["boiler/gas"] == pytest.approx([0.0] * 4)


def test_what_a_plant_makes_beside_heat_makes_the_heat_cheaper() -> None:
    """Ten kWh of gas, 0.45, are four of power, sold for 0.20, and five of heat: 0.05 each."""
    ports = [
        {"name": "gas", "node": "gas", "direction": "in", "limit_kw": 10},
        {"name": "power", "direction": "out", "ratio": 0.4},
        {"name": "heat", "node": "heat", "direction": "out", "ratio": 0.5},
    ]
    plant = {"kind": "converter", "name": "chp", "ports": ports}
    fields = {"import_price": [0.3] * 4, "export_price": 0.05}
    answer = plan(heat_site(plant, tank(), heating([1.0] * 4), **fields))

    left = answer.stock_kwh["tank"][-1]
    assert answer.costs["change of stock: tank"] == pytest.approx((5 - left) * 0.05)


def test_a_converter_has_a_cop_that_varies_as_a_heat_pump_has() -> None:
    pump = heat_pump(cop=[2.0, 4.0])
    answer = plan(heat_site(pump, heating([4.0, 4.0]), import_price=[0.2, 0.2]))

    assert answer.power_kw["pump/power"] == pytest.approx([2.0, 1.0])


def test_a_converter_follows_the_temperatures_as_a_heat_pump_does() -> None:
    """0.45 · 318.15 K / 45 K is 3.1815; to 10 degrees below it, 4.0905."""
    carnot = {"supply_c": 45.0, "outdoor_c": [0.0, 10.0]}
    answer = plan(
        heat_site(heat_pump(carnot=carnot), heating([3.1815, 4.0905]), import_price=[0.2] * 2)
    )

    assert answer.power_kw["pump/power"] == pytest.approx([1.0, 1.0], abs=1e-4)


@pytest.mark.parametrize(
    ("port", "words"),
    [
        ({"cop": 3.0, "ratio": 3.0}, "give one of ratio, cop and carnot"),
        ({"carnot": {"supply_above_k": 5.0, "outdoor_c": 0.0}}, "carnot of a port needs supply_c"),
    ],
)
def test_a_port_has_one_ratio(port: dict[str, Any], words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        heat_site(heat_pump(**port), heating([1.0]), import_price=[0.2])


def test_a_converter_is_read_again_as_it_is_kept() -> None:
    document = heat_site(heat_pump(cop=[2.0, 4.0]), heating([4.0, 4.0]), import_price=[0.2, 0.2])

    assert type(document).model_validate_json(document.model_dump_json()) == document


def test_a_converter_ramps_from_its_power_before() -> None:
    """From 6 kW of gas down by 1 kW an hour at most: 4.5, 3.6 and 2.7 kW of heat."""
    plant = boiler(ramp_kw_per_hour=1, power_before_kw=6)
    answer = plan(
        heat_site(plant, tank(stock_at_start_kwh=0), heating([1.0] * 3), import_price=[0.2] * 3)
    )

    assert answer.power_kw["boiler/gas"] == pytest.approx([5.0, 4.0, 3.0])


def test_what_runs_before_the_window_is_not_started_anew() -> None:
    plant = boiler(start_price=2.0, power_before_kw=6)
    answer = plan(heat_site(plant, heating([1.0, 1.0]), import_price=[0.2] * 2))

    assert answer.costs["starts: boiler/gas"] == pytest.approx(0.0)


def test_in_coarser_parts_what_balances_by_itself_still_follows_in_every_step() -> None:
    """Heat that is used differently in two hours that hold one power elsewhere."""
    window = {"start": clock(0), "end": clock(4), "step_minutes": 60}
    window["coarser"] = [{"after_hours": 0, "step_minutes": 120}]
    used = np.array([1.0, 2.0, 1.0, 3.0])
    fields = {"import_price": [0.3] * 4, "more": {"window": window}}
    answer = plan(heat_site(boiler(), tank(stock_at_start_kwh=0), heating(used.tolist()), **fields))

    made = -answer.power_kw["boiler/heat"]
    assert made - answer.power_kw["tank"] == pytest.approx(used)
    assert made.sum() == pytest.approx(used.sum() + answer.stock_kwh["tank"][-1])
