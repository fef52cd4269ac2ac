"""What commitments and couplings count: jobs and ports of converters too; worked out by hand."""

from typing import Any

import pytest

from scheduling.flex import DocumentError
from scheduling.planning import PlanStatus, plan
from tests.unit.scheduling_documents import load, site

COMMODITIES = [{"name": "gas", "prices": {"import_per_kwh": 0.05}}, {"name": "heat"}]
PORTS = [
    {"name": "gas", "node": "gas", "direction": "in", "limit_kw": 10},
    {"name": "power", "direction": "out", "ratio": 0.4},
    {"name": "heat", "node": "heat", "direction": "out", "ratio": 0.5},
]
CHP = {"kind": "converter", "name": "chp", "ports": PORTS}


def drain(**fields: Any) -> dict[str, Any]:
    return {"kind": "adjustable", "name": "drain", "node": "heat", "charge_limit_kw": 9, **fields}


def to(baseline_kw: list[float], *devices: str) -> dict[str, Any]:
    commitment = {"name": "agreed", "devices": list(devices), "baseline_kw": baseline_kw}
    return commitment | {"up_cost_per_kwh": 1.0, "down_cost_per_kwh": 1.0}


@pytest.mark.parametrize("flexibility", ["shiftable", "breakable", "inflexible"])
def test_a_commitment_counts_what_a_process_draws(flexibility: str) -> None:
    """Half an hour less than an hour is 3 of 4 kWh: one kWh below what was agreed at most."""
    job = {"kind": "process", "name": "job", "power_kw": 4, "duration_minutes": 45}
    job["flexibility"] = flexibility
    more = {"commitments": [to([4, 0, 0], "job")]}
    answer = plan(site(job, import_price=[0.3, 0.2, 0.1], more=more))

    assert answer.power_kw["job"] == pytest.approx([3, 0, 0])
    assert answer.costs["commitment: agreed"] == pytest.approx(1.0)


@pytest.mark.parametrize(("name", "baseline_kw"), [("chp", 4.0), ("chp/power", -1.6)])
def test_a_commitment_counts_the_first_port_of_a_converter_or_that_it_names(
    name: str, baseline_kw: float
) -> None:
    """Gas at 0.05 makes power for nothing: without an agreement it would stand still."""
    more = {"commodities": COMMODITIES, "commitments": [to([baseline_kw], name)]}
    answer = plan(site(CHP, drain(), import_price=[0.0], more=more))

    assert answer.power_kw["chp/gas"] == pytest.approx([4.0])
    assert answer.power_kw["drain"] == pytest.approx([2.0])


def test_a_coupling_may_hold_a_converter_and_a_flow_together() -> None:
    members = [{"device": "chp/power", "ratio": 1.0}, {"device": "drain", "ratio": 0.25}]
    more = {
        "commodities": COMMODITIES,
        "couplings": [{"name": "cooling", "members": members}],
    }
    heat = {**load([2.0]), "node": "heat"}
    answer = plan(site(CHP, heat, drain(), import_price=[0.01], more=more))

    # Of x gas 0.5 x is heat, of which 2 are used and a quarter of the power, 0.1 x, is drained.
    assert answer.power_kw["chp/gas"] == pytest.approx([5.0])
    assert answer.power_kw["drain"] == pytest.approx([0.5])


def test_a_coupling_of_what_no_plan_moves_is_refused_in_words() -> None:
    members = [{"device": "chp"}, {"device": "load"}]
    more = {"commodities": COMMODITIES, "couplings": [{"name": "pair", "members": members}]}
    answer = plan(site(CHP, drain(), load([1.0]), import_price=[0.1], more=more))

    assert answer.status is PlanStatus.INFEASIBLE
    assert answer.infeasible == ("pair: the power of load cannot be planned",)


@pytest.mark.parametrize("field", ["peaks", "commitments"])
def test_a_commodity_that_balances_within_itself_has_nothing_to_meter(field: str) -> None:
    part: dict[str, Any] = {"name": "heat", "node": "heat"}
    part |= {"price_per_kw": 1.0} if field == "peaks" else {"baseline_kw": 3.0}
    more = {"commodities": COMMODITIES, field: [part]}

    with pytest.raises(DocumentError, match=rf"{field}\[0\]\.node: 'heat' has no prices"):
        site(CHP, drain(), import_price=[0.1], more=more)


@pytest.mark.parametrize("minutes", [20, 7, 50])
def test_a_peak_is_averaged_over_whole_steps(minutes: int) -> None:
    more = {"peaks": [{"name": "month", "price_per_kw": 1.0, "average_minutes": minutes}]}

    with pytest.raises(DocumentError, match=rf"average_minutes is {minutes}: it should divide"):
        site(load([1.0]), import_price=[0.1], step_minutes=15, more=more)


@pytest.mark.parametrize(
    ("device", "words"),
    [
        (
            {"kind": "adjustable", "charge_limit_kw": 5, "charge_taper": [
                {"at_empty_kw": 4, "drop_kw_per_kwh": 1}]},
            "charge_taper and discharge_taper are for what has a stock",
        ),
        (
            {"kind": "heat_pump", "electric_limit_kw": 3, "electric_min_kw": 5, "cop": 3,
             "capacity_kwh": 9, "stock_at_start_kwh": 1},
            "electric_min_kw, 5.0 kW, is above electric_limit_kw, 3.0 kW",
        ),
        (
            {"kind": "ev", "arrival": "2026-01-12T00:00Z", "departure": "2026-01-12T01:00Z",
             "capacity_kwh": 9, "stock_at_arrival_kwh": 1, "stock_at_departure_kwh": 5,
             "charge_limit_kw": [7, 3], "charge_min_kw": 11},
            "charge_min_kw, 11.0 kW, is above charge_limit_kw, 7.0 kW",
        ),
    ],
)  # fmt: skip
def test_refuses_a_device_that_never_could(device: dict[str, Any], words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        site({"name": "it", **device}, import_price=[0.1, 0.1])
