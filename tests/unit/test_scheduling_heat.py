"""Heat pumps and converters: efficiency by temperature, least times and shares; by hand."""

from typing import Any

import pytest

from scheduling.flex import DocumentError
from scheduling.planning import plan
from tests.unit.scheduling_documents import load, site


def heat_pump(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "heat_pump",
        "name": "pump",
        "electric_limit_kw": 5,
        "capacity_kwh": 50,
        "stock_at_start_kwh": 0,
        "end_value_per_kwh": 0,
        **fields,
    }


def test_a_heat_pump_is_better_in_mild_weather() -> None:
    """Supply 40 °C = 313.15 K: 0.5 · 313.15/40 = 3.914 at 0 °C, and 0.5 · 313.15/25 at 15 °C."""
    carnot = {"supply_c": 40, "outdoor_c": [0.0, 15.0], "carnot_share": 0.5}
    pump = heat_pump(carnot=carnot, stock_at_end_min_kwh=25.0)
    answer = plan(site(pump, import_price=[0.2, 0.2]))

    mild = 0.5 * 313.15 / 25
    cold = 0.5 * 313.15 / 40
    assert answer.power_kw["pump"] == pytest.approx([0.0, 25 / mild])
    forced = plan(site({**pump, "stock_at_end_min_kwh": 45}, import_price=[0.2, 0.2]))
    assert forced.power_kw["pump"] == pytest.approx([(45 - 5 * mild) / cold, 5.0])


def test_a_cop_has_a_ceiling() -> None:
    carnot = {"supply_c": 30, "outdoor_c": 35, "cop_max": 6}
    answer = plan(site(heat_pump(carnot=carnot, stock_at_end_min_kwh=12), import_price=[0.2]))

    assert answer.power_kw["pump"] == pytest.approx([2.0])


@pytest.mark.parametrize("fields", [{}, {"cop": 3, "carnot": {"supply_c": 40, "outdoor_c": 0}}])
def test_a_heat_pump_has_one_cop(fields: dict[str, Any]) -> None:
    with pytest.raises(DocumentError, match="give either cop or carnot"):
        site(heat_pump(**fields), import_price=[0.2])


def test_a_compressor_runs_for_its_least_time() -> None:
    """One hour of 5 kW would do; it runs for two, at 2.5 kW or more."""
    pump = heat_pump(cop=2, electric_min_kw=2.5, run_min_minutes=120, stock_at_end_min_kwh=10)
    answer = plan(site(pump, import_price=[0.3, 0.1, 0.2, 0.3]))

    assert answer.power_kw["pump"] == pytest.approx([0.0, 2.5, 2.5, 0.0])


def test_a_converter_runs_at_its_least_share_or_not_at_all() -> None:
    """Gas 0.05 to electricity 0.4 and heat 0.5; 8 kW of gas at least, of 10."""
    engine = {
        "kind": "converter",
        "name": "chp",
        "min_share": 0.8,
        "ports": [
            {"name": "gas", "node": "gas", "direction": "in", "limit_kw": 10},
            {"name": "power", "direction": "out", "ratio": 0.4},
            {"name": "heat", "node": "heat", "direction": "out", "ratio": 0.5},
        ],
    }
    more = {
        "commodities": [
            {"name": "gas", "prices": {"import_per_kwh": 0.05}},
            {"name": "heat", "prices": {"import_per_kwh": 0.2, "export_per_kwh": 0.0}},
        ]
    }
    needs = {**load([1.0, 3.0], "rooms"), "node": "heat"}
    answer = plan(site(engine, needs, import_price=[0.01, 0.01], more=more))

    # First hour: 1 kWh of heat bought costs 0.20; the engine would cost 0.40 less 0.03 it earns.
    assert answer.power_kw["chp/gas"] == pytest.approx([0.0, 8.0])


def test_two_ports_at_one_node_are_refused() -> None:
    ports = [
        {"name": "in", "direction": "in", "limit_kw": 9},
        {"name": "out", "direction": "out"},
    ]
    device = {"kind": "converter", "name": "loop", "ports": ports}

    with pytest.raises(DocumentError, match="ports 'in' and 'out' are at the same node"):
        site(device, import_price=[0.1])
