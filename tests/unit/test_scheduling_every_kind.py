"""Whatever stands at a site: no limit is broken, looser costs no more, names change nothing.

Random sites of all kinds of device behind hard limits, in windows of one step, of two hours, and
of the days of 23 and 25 hours, at prices that vary, are all equal or all negative.
"""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scheduling.flex import document_from_object
from scheduling.planning import Plan, PlanStatus, plan
from tests.unit.random_sites import Site, sites

Array = NDArray[np.float64]

LITTLE = 1e-5
#: What is not proven by then keeps all limits too.
SOON = timedelta(seconds=1)


def planned(given_site: Site) -> Plan:
    answer = plan(document_from_object(given_site), time_limit=SOON)
    assert (answer.status is PlanStatus.INFEASIBLE) == bool(answer.infeasible)
    return answer


def stock_change(device: dict[str, Any], power: Array, hours: float) -> tuple[float, Array]:
    """Return what is kept of the stock in a step, and what is added to it [kWh]."""
    usual = 0.93 if device["kind"] == "ev" else 0.95 if device["kind"] == "battery" else 1.0
    into = device.get("cop", device.get("charge_efficiency", usual))
    out = usual if device["kind"] in {"battery", "ev"} else 1.0
    flow = np.clip(power, 0, None) * into - np.clip(-power, 0, None) / out
    kept = (1 - device.get("loss_per_hour", 0.0)) ** hours
    left = (kept - 1) / np.log(kept) if kept < 1 else 1.0
    return kept, hours * left * (flow - device.get("usage_kw", 0.0))


def check_device(device: dict[str, Any], answer: Plan, given_site: Site) -> None:
    """Check what ``device`` itself may do; its stock says that it never does both at once."""
    power, hours = answer.power_kw[device["name"]], given_site["window"]["step_minutes"] / 60
    most = device.get("charge_limit_kw", device.get("electric_limit_kw", 0.0))
    assert power.max() <= most + LITTLE
    assert power.min() >= -device.get("discharge_limit_kw", 0.0) - LITTLE
    least = device.get("charge_min_kw", device.get("electric_min_kw", 0.0))
    assert ((power <= LITTLE) | (power >= least - LITTLE)).all()
    if device.get("ramp_kw_per_hour"):
        assert np.abs(np.diff(power)).max(initial=0) <= device["ramp_kw_per_hour"] * hours + LITTLE
    if device.get("bands"):
        assert ((power <= LITTLE) | (power >= 3 - LITTLE)).all()
    if "capacity_kwh" not in device:
        return
    stock, (kept, change) = answer.stock_kwh[device["name"]], stock_change(device, power, hours)
    there = np.ones(power.size, bool)
    if device["kind"] == "ev":
        start = datetime.fromisoformat(given_site["window"]["start"])
        first, last = (
            int((datetime.fromisoformat(device[bound]) - start) / timedelta(hours=hours))
            for bound in ("arrival", "departure")
        )
        there = (np.arange(power.size) >= first) & (np.arange(power.size) < last)
        assert not power[~there].any()
    assert np.allclose(stock[1:][there], (kept * stock[:-1] + change)[there], rtol=0, atol=LITTLE)
    assert stock.min() >= -LITTLE
    assert stock.max() <= device["capacity_kwh"] + LITTLE
    for goal in device.get("goals", ()):
        at = datetime.fromisoformat(goal["points"][0]["at"])
        start = datetime.fromisoformat(given_site["window"]["start"])
        held, asked = stock[round((at - start) / timedelta(hours=hours))], 4.0
        assert held >= asked - LITTLE if goal["kind"] == "min" else held <= asked + LITTLE


def check_job(device: dict[str, Any], power: Array, minutes: int) -> None:
    runs = power > LITTLE
    assert set(np.round(power, 6)) <= {0.0, 3.0}
    assert runs.sum() * minutes == device["duration_minutes"]
    if device["flexibility"] != "breakable":
        assert np.diff(np.flatnonzero(runs)).max(initial=1) == 1
    if device["flexibility"] == "inflexible":
        assert runs[0]


some = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@some
@given(sites())
def test_no_limit_is_broken(given_site: Site) -> None:
    answer = planned(given_site)
    if answer.status is PlanStatus.INFEASIBLE:
        return
    limits, devices = given_site["connection"], given_site["devices"]
    grid, feeder = answer.grid_power_kw, answer.node_power_kw["feeder"]
    assert grid.max() <= limits["import_limit_kw"] + LITTLE
    assert grid.min() >= -limits["export_limit_kw"] - LITTLE
    assert feeder.max() <= given_site["nodes"][0]["import_limit_kw"] + LITTLE
    beneath = [answer.power_kw[each["name"]] for each in devices if each.get("node") == "feeder"]
    assert np.allclose(sum(beneath, np.zeros(grid.size)), feeder, atol=LITTLE)
    assert np.allclose(sum(answer.power_kw.values(), np.zeros(grid.size)), grid, atol=LITTLE)
    for device in devices:
        power = answer.power_kw[device["name"]]
        if device["kind"] == "load":
            assert power == pytest.approx(device["power_kw"])
        elif device["kind"] == "pv":
            held_back = power + np.array(device["available_kw"])
            assert held_back.min() >= -LITTLE
            assert device["curtailable"] or held_back.max() <= LITTLE
        elif device["kind"] == "process":
            check_job(device, power, given_site["window"]["step_minutes"])
        else:
            check_device(device, answer, given_site)
    assert answer.cost == pytest.approx(sum(answer.costs.values()), abs=1e-6)
    assert answer.bound <= answer.cost + 1e-6 * max(1.0, abs(answer.cost))


@some
@given(sites(), st.sampled_from(["import_limit_kw", "export_limit_kw", "feeder"]))
def test_a_looser_limit_never_costs_more_nor_makes_a_plan_impossible(
    given_site: Site, limit: str
) -> None:
    before = planned(given_site)
    if limit == "feeder":
        given_site["nodes"][0]["import_limit_kw"] += 2
    else:
        given_site["connection"][limit] += 2
    after = planned(given_site)

    if before.status is not PlanStatus.INFEASIBLE:
        assert after.status is not PlanStatus.INFEASIBLE
    if before.status is after.status is PlanStatus.OPTIMAL:
        assert after.cost <= before.cost + 1e-6 * max(1.0, abs(before.cost))


@some
@given(sites())
def test_other_names_and_another_day_change_nothing(given_site: Site) -> None:
    before = planned(given_site)
    moved = _later(given_site, timedelta(days=9))
    for number, device in enumerate(moved["devices"]):
        device["name"] = f"device {number}"
        if device.get("node") == "feeder":
            device["node"] = "another feeder"
    moved["nodes"][0]["name"] = "another feeder"
    after = planned(moved)

    infeasible = PlanStatus.INFEASIBLE
    assert (after.status is infeasible) == (before.status is infeasible)
    if before.status is after.status is PlanStatus.OPTIMAL:
        assert after.cost == pytest.approx(before.cost, abs=1e-9)
        assert np.allclose(after.grid_power_kw, before.grid_power_kw, rtol=0, atol=1e-9)


def _later(part: Any, time: timedelta) -> Any:
    if isinstance(part, dict):
        return {
            name: (datetime.fromisoformat(value) + time).isoformat()
            if name in {"start", "end", "arrival", "departure", "at"}
            else _later(value, time)
            for name, value in part.items()
        }
    return [_later(each, time) for each in part] if isinstance(part, list) else part
