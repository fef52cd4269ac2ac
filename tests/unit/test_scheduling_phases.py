"""Phases of a connection and what is on one of them, worked out by hand and by trying all."""

from datetime import timedelta
from itertools import product
from typing import Any

import numpy as np
import pytest

from scheduling.flex import DocumentError
from scheduling.planning import EngineUnsuited, PlanStatus, explain, plan
from tests.unit.scheduling_documents import battery, clock, load, pv, site

#: A fuse of 25 A.
FUSE = 25 * 0.23


def car(name: str = "car", **fields: Any) -> dict[str, Any]:
    """From empty, without losses; there for an hour, and worth charging as far as it goes."""
    return {
        "kind": "ev",
        "name": name,
        "arrival": clock(0),
        "departure": clock(1),
        "capacity_kwh": 60,
        "stock_at_arrival_kwh": 0,
        "stock_at_departure_kwh": 60,
        "charge_efficiency": 1.0,
        "charge_limit_kw": 22.0,
        "missed_price_per_kwh": 9.0,
        **fields,
    }


def phases(*devices: dict[str, Any], limit: Any = FUSE, n: int = 1, **fields: Any) -> Any:
    return site(*devices, import_price=[0.1] * n, phase_limit_kw=limit, **fields)


def test_what_is_on_three_phases_has_three_times_the_fuse() -> None:
    answer = plan(phases(car()))

    assert answer.power_kw["car"] == pytest.approx([3 * FUSE])


def test_what_is_on_one_phase_has_one_fuse() -> None:
    answer = plan(phases(car(phase="L2")))

    assert answer.power_kw["car"] == pytest.approx([FUSE])


def test_two_cars_on_one_phase_share_it_and_one_on_another_has_it_alone() -> None:
    cars = [car("one", phase="L1"), car("two", phase="L1"), car("three", phase="L3")]
    answer = plan(phases(*cars))

    assert answer.power_kw["one"] + answer.power_kw["two"] == pytest.approx([FUSE])
    assert answer.power_kw["three"] == pytest.approx([FUSE])


def test_a_load_on_one_phase_leaves_less_to_what_is_on_three() -> None:
    """Of 5.75 kW on L1 3 are taken: 2.75 on each phase are left to a charger of three."""
    answer = plan(phases(car(), {**load(3.0), "phase": "L1"}))

    assert answer.power_kw["car"] == pytest.approx([3 * (FUSE - 3.0)])


def test_a_limit_of_phases_holds_below_its_node_alone_and_varies() -> None:
    more = {"nodes": [{"name": "garage", "phase_limit_kw": [2.0, 3.0]}]}
    cars = [car("in", node="garage", departure=clock(2)), car("out", departure=clock(2))]
    answer = plan(site(*cars, import_price=[0.1, 0.1], more=more))

    assert answer.power_kw["in"] == pytest.approx([6.0, 9.0])
    assert answer.power_kw["out"] == pytest.approx([22.0, 22.0])


def test_what_is_fed_in_on_one_phase_is_held_back_there() -> None:
    """8 kW of sun on L1, 1 kW used on each phase: 5.75 go out, 1.25 are held back."""
    answer = plan(phases({**pv(8.0), "phase": "L1"}, load(3.0)))

    assert answer.curtailed_kw["pv"] == pytest.approx([8.0 - 1.0 - FUSE])


def test_a_process_waits_for_its_phase() -> None:
    job = {"kind": "process", "name": "job", "power_kw": 4.0, "duration_minutes": 60, "phase": "L1"}
    kettle = {**load([3.0, 1.0]), "phase": "L1"}
    document = site(job, kettle, import_price=[0.1, 0.3], phase_limit_kw=FUSE)

    assert plan(document).power_kw["job"] == pytest.approx([0.0, 4.0])


def exhaustive(loads: list[float], limit: float, wish: float) -> float:
    """Return the most that a charger of one phase (L1) or three draws, by trying in small steps."""
    best = 0.0
    for power in np.arange(0.0, wish + 1e-9, 0.01):
        for ways, low, high in ((1, 1.38, 3.68), (3, 4.14, 11.04)):
            if not low - 1e-9 <= power <= high + 1e-9:
                continue
            on = np.array(loads) + np.array([power, 0, 0] if ways == 1 else [power / 3] * 3)
            if (np.abs(on) <= limit + 1e-9).all():
                best = max(best, float(power))
    return best


@pytest.mark.parametrize("loads", list(product([0.5, 2.0, 4.0, 5.5], repeat=2)))
def test_a_charger_that_switches_agrees_with_trying_all(loads: tuple[float, float]) -> None:
    first, second = loads
    fixed = [{**load(first, "a"), "phase": "L1"}, {**load(second, "b"), "phase": "L2"}]
    charger = {"phases": [1, 3]}
    session = car(charger=charger, phase="L1")
    del session["charge_limit_kw"]
    answer = plan(phases(session, *fixed))

    most = exhaustive([first, second, 0.0], FUSE, 11.04)
    assert answer.power_kw["car"][0] == pytest.approx(most, abs=0.011)


def test_a_charger_whose_ranges_overlap_may_use_either_way() -> None:
    """At 32 A one phase gives 7.36 kW, and three from 4.14 on: L3 is full, so it is one phase."""
    session = car(charger={"phases": [1, 3], "current_max_a": 32.0}, phase="L1")
    del session["charge_limit_kw"]
    answer = plan(phases(session, {**load(FUSE), "phase": "L3"}))

    assert answer.power_kw["car"] == pytest.approx([FUSE])


def test_a_phase_that_cannot_be_kept_is_named() -> None:
    answer = plan(phases({**load(7.0), "phase": "L2"}))

    assert answer.status is PlanStatus.INFEASIBLE
    assert answer.infeasible[0].startswith("phase limit of the grid connection, L2 from 2026-01-12")
    assert answer.infeasible[0].endswith("short by 1.25 kW")


def test_a_phase_that_binds_is_a_reason_and_savings_are_told_without_it() -> None:
    document = phases(car("one", phase="L1"), car("two", phase="L1"), load(1.0))
    answer = plan(document)
    why = explain(answer, resolves=2)

    assert "phase limit of the grid connection, L1 reached" in " ".join(r.text for r in why.reasons)
    assert all(saving.cost is not None for saving in why.savings)


def test_other_limits_of_phases_are_another_plan_of_a_site_that_lives_on() -> None:
    for limit in (FUSE, 2 * FUSE):
        answer = plan(phases(car(), limit=limit), living="home")
        assert answer.power_kw["car"] == pytest.approx([min(3 * limit, 22.0)])


def test_the_dynamic_programme_knows_no_phases() -> None:
    document = phases(battery(), limit=1.0, n=4)

    with pytest.raises(EngineUnsuited):
        plan(document, engine="dp", time_limit=timedelta(seconds=5))


def test_a_charger_of_three_phases_is_on_none_alone() -> None:
    session = car(charger={}, phase="L1")
    del session["charge_limit_kw"]

    with pytest.raises(DocumentError, match="a charger of three phases is on no phase alone"):
        phases(session)
