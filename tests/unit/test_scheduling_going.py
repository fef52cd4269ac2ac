"""Processes that the last plan started, or keeps; worked out by hand."""

from typing import Any

import pytest

from scheduling.planning import plan
from tests.unit.scheduling_documents import clock, site

#: The dearest first: whatever is free to move runs later.
PRICES = [0.3, 0.2, 0.1, 0.1, 0.05, 0.1]


def job(**fields: Any) -> dict[str, Any]:
    """Three hours at 2 kW."""
    return {"kind": "process", "name": "job", "power_kw": 2, "duration_minutes": 180, **fields}


def planned(device: dict[str, Any], published: list[float], **rolling: Any) -> list[float]:
    more = {"rolling": {"published_kw": {"job": published}, **rolling}}
    power: list[float] = plan(site(device, import_price=PRICES, more=more)).power_kw["job"].tolist()
    return power


@pytest.mark.parametrize("flexibility", ["shiftable", "inflexible"])
def test_what_starts_in_a_step_that_is_kept_runs_on(flexibility: str) -> None:
    published = [0.0, 2.0, 2.0, 2.0, 0.0, 0.0]
    device = job(flexibility=flexibility)

    assert planned(device, published, frozen_until=clock(2)) == pytest.approx(published)


def test_what_is_not_to_start_in_steps_that_are_kept_starts_later() -> None:
    published = [0.0, 0.0, 0.0, 2.0, 2.0, 2.0]
    inflexible = planned(job(flexibility="inflexible"), published, frozen_until=clock(2))

    assert inflexible == pytest.approx([0, 0, 2, 2, 2, 0])


@pytest.mark.parametrize("flexibility", ["shiftable", "inflexible"])
@pytest.mark.parametrize("published", [[2.0, 0.0, 0.0], [2.0, 2.0, 0.0, 0.0]])
def test_what_began_before_the_window_is_not_started_again(
    flexibility: str, published: list[float]
) -> None:
    rest = published + [0.0] * (6 - len(published))

    assert planned(job(flexibility=flexibility), published) == pytest.approx(rest)


def test_a_profile_goes_on_where_it_is() -> None:
    """Of 4, 0 and 3 kW the last two are left, though nothing is drawn as the window begins."""
    device = {"kind": "process", "name": "job", "profile_kw": [4.0, 0.0, 3.0]}

    assert planned(device, [0.0, 3.0, 0.0]) == pytest.approx([0, 3, 0, 0, 0, 0])


def test_what_could_begin_now_and_is_not_kept_is_planned_anew() -> None:
    assert planned(job(), [2.0, 2.0, 2.0, 0.0]) == pytest.approx([0, 0, 2, 2, 2, 0])


def test_what_runs_in_a_step_of_which_a_part_is_left_runs_on() -> None:
    published = [2.0, 2.0, 2.0, 0.0]

    assert planned(job(), published, now=clock(0.25)) == pytest.approx([2, 2, 2, 0, 0, 0])


@pytest.mark.parametrize(
    ("published", "rolling", "power"),
    [
        # An hour came before the window; of the two that are left one is kept.
        ([2.0, 0.0, 0.0, 2.0], {"frozen_until": clock(1)}, [2, 0, 0, 0, 2, 0]),
        ([2.0, 0.0, 0.0, 2.0], {}, [0, 0, 2, 0, 2, 0]),
        ([2.0, 0.0, 2.0, 2.0], {"now": clock(0.5)}, [2, 0, 2, 0, 2, 0]),
        ([0.0, 2.0, 2.0, 2.0], {"frozen_until": clock(2)}, [0, 2, 2, 0, 2, 0]),
        ([2.0, 2.0, 2.0], {"frozen_until": clock(3)}, [2, 2, 2, 0, 0, 0]),
    ],
)
def test_of_what_runs_in_pieces_the_rest_is_planned(
    published: list[float], rolling: dict[str, Any], power: list[float]
) -> None:
    assert planned(job(flexibility="breakable"), published, **rolling) == pytest.approx(power)


def test_to_go_on_after_what_is_kept_is_no_start() -> None:
    """Waiting for the fourth hour would save 0.3, and a start costs 0.35."""
    device = job(flexibility="breakable", start_price=0.35)
    power = planned(device, [2.0, 2.0, 2.0], frozen_until=clock(1))

    assert power == pytest.approx([2, 2, 2, 0, 0, 0])
    cheap = planned({**device, "start_price": 0.15}, [2.0, 2.0, 2.0], frozen_until=clock(1))
    assert cheap == pytest.approx([2, 0, 0, 2, 2, 0])
