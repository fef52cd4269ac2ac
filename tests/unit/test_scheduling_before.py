"""Runs and pauses that began before the window, worked out by hand."""

from typing import Any

import pytest

from scheduling.planning import PlanStatus, plan
from tests.unit.scheduling_documents import START, load, site

PRICES = [0.2, 0.2, 0.2, 0.1, 0.2, 0.2]


def compressor(**fields: Any) -> dict[str, Any]:
    """2 to 5 kW or nothing."""
    limits = {"charge_limit_kw": 5, "charge_min_kw": 2}
    return {"kind": "adjustable", "name": "compressor", **limits, **fields}


@pytest.mark.parametrize(
    ("lasted", "steps"), [(None, 0), (0, 3), (60, 2), (90, 2), (150, 1), (180, 0), (500, 0)]
)
def test_what_has_just_started_runs_on_for_what_is_left_of_its_least_time(
    lasted: float | None, steps: int
) -> None:
    """Three hours at least."""
    fields = {"run_min_minutes": 180, "power_before_kw": 3, "state_before_minutes": lasted}
    answer = plan(site(compressor(**fields), import_price=PRICES))

    assert answer.power_kw["compressor"] == pytest.approx([2.0] * steps + [0.0] * (6 - steps))


@pytest.mark.parametrize(("lasted", "steps"), [(None, 0), (0, 3), (61, 2), (180, 0)])
def test_what_has_just_stopped_pauses_for_what_is_left_of_its_least_time(
    lasted: float | None, steps: int
) -> None:
    fields = {"pause_min_minutes": 180, "power_before_kw": 0, "state_before_minutes": lasted}
    answer = plan(site(compressor(**fields), import_price=[-0.1] * 6))

    assert answer.power_kw["compressor"] == pytest.approx([0.0] * steps + [5.0] * (6 - steps))


@pytest.mark.parametrize(("minutes", "power"), [(60, [0, 5, 5, 5]), (120, [0, 0, 5, 5])])
def test_what_stops_as_the_window_begins_pauses_for_its_least_time(
    minutes: float, power: list[float]
) -> None:
    """Dear in the first hour; then it is paid for drawing."""
    device = compressor(pause_min_minutes=minutes, power_before_kw=3)
    answer = plan(site(device, import_price=[9.0, -0.1, -0.1, -0.1]))

    assert answer.power_kw["compressor"] == pytest.approx(power)


def test_what_is_left_counts_from_now_on_where_a_part_of_a_step_is_left() -> None:
    """Of the first hour ten minutes are left: 100 minutes more take two hours further."""
    fields = {"run_min_minutes": 120, "power_before_kw": 3, "state_before_minutes": 20}
    rolling = {"now": START.replace(minute=50).isoformat()}
    document = site(compressor(**fields), import_price=PRICES, more={"rolling": rolling})

    assert plan(document).power_kw["compressor"] == pytest.approx([2, 2, 2, 0, 0, 0])


def test_what_its_limit_stops_stops() -> None:
    fields = {"run_min_minutes": 180, "power_before_kw": 3, "state_before_minutes": 0}
    device = compressor(**fields, charge_limit_kw=[5, 0, 5, 5, 5, 5])
    answer = plan(site(device, import_price=PRICES))

    assert answer.power_kw["compressor"] == pytest.approx([2, 0, 0, 0, 0, 0])


def test_a_limit_that_does_not_let_it_run_on_is_named() -> None:
    fields = {"run_min_minutes": 180, "power_before_kw": 3, "state_before_minutes": 0}
    document = site(compressor(**fields), load([0.0] * 6), import_price=PRICES, import_limit_kw=1)
    answer = plan(document)

    assert answer.status is PlanStatus.INFEASIBLE
    assert answer.infeasible[0].startswith("import limit of the grid connection")
    assert answer.infeasible[0].endswith("short by 1 kW")
