"""Schedules that follow the last one, start now, or grow coarser."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from assets.models import Asset, Quantity, Sensor
from assets.timegrid import TimeGrid
from scheduling.models import ScheduleRun
from scheduling.queries import read_problem
from scheduling.services import Follow, request_schedule
from tenants.permissions import PLATFORM
from tests.client import GraphQLClient
from tests.factories import HOUR, believe
from tests.functional.schedules.asking import REQUEST, RUN, window

POWER = """
    query ($id: ID!) {
      scheduleRun(id: $id) { state failure costs { name } setpoints { device power { values } } }
    }
"""


def test_a_window_that_grows_coarser_is_told_in_steps(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    """Hours at 0.1, 0.5, 0.1, 0.5; in the last two it could but draw, or give, throughout."""
    given = window(site, now, coarser=[{"afterHours": 1, "stepMinutes": 120}])
    answer = planner.execute(REQUEST, input=given)["requestSchedule"]
    assert answer["errors"] == []
    run_jobs()
    run = planner.execute(RUN, id=answer["object"]["id"])["scheduleRun"]
    [setpoints] = run["setpoints"]

    # 12:00 in UTC is even: the block that begins at 13:00 ends at 14:00, the next at 16:00.
    assert setpoints["power"]["values"] == pytest.approx([5, -5, 0, 0])
    wrong = window(site, now, coarser=[{"afterHours": 1, "stepMinutes": 90}])
    [error] = planner.execute(REQUEST, input=wrong)["requestSchedule"]["errors"]
    assert error["code"] == "INCONSISTENT"
    assert "a multiple of that before" in error["detail"]


def test_a_schedule_follows_the_last_one(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    def planned(**changes: Any) -> dict[str, Any]:
        asked = planner.execute(REQUEST, input=window(site, now, **changes))["requestSchedule"]
        assert asked["errors"] == []
        run_jobs()
        return dict(planner.execute(POWER, id=asked["object"]["id"])["scheduleRun"])

    def power(run: dict[str, Any]) -> list[float]:
        [battery] = [each for each in run["setpoints"] if each["device"] == "Battery"]
        return list(battery["power"]["values"])

    first = planned()
    price = {"importPerKwh": {"perStep": [0.5, 0.1, 0.5, 0.1]},
             "exportPerKwh": {"perStep": [0.5, 0.1, 0.5, 0.1]}}  # fmt: skip
    until = (now + HOUR).isoformat()
    frozen = planned(context={"prices": price}, follow={"frozenUntil": until})
    free = planned(context={"prices": price})
    calm = planned(follow={"changePricePerKwh": 9.0})

    assert power(first)[0] == pytest.approx(5.0)
    assert power(frozen)[0] == pytest.approx(5.0)
    assert power(free)[0] != pytest.approx(5.0)
    # What was last planned is ``free``: nothing pays for leaving it.
    assert power(calm) == pytest.approx(power(free))


def test_a_frozen_step_that_a_limit_contradicts_is_named(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    planner.execute(REQUEST, input=window(site, now))
    run_jobs()
    context = {
        "prices": {"importPerKwh": {"constant": 0.1}, "exportPerKwh": {"constant": 0.1}},
        "connection": {"importLimitKw": {"constant": 3}},
    }
    follow = {"frozenUntil": (now + HOUR).isoformat()}
    asked = planner.execute(REQUEST, input=window(site, now, context=context, follow=follow))
    run_jobs()

    told = "query ($id: ID!) { scheduleRun(id: $id) { state failure } }"
    run_id = asked["requestSchedule"]["object"]["id"]
    run = planner.execute(told, id=run_id)["scheduleRun"]
    german = replace(planner, language="de").execute(told, id=run_id)["scheduleRun"]

    assert run["state"] == "INFEASIBLE"
    assert "frozen power of Battery" in run["failure"]
    assert "import limit of the grid connection" in run["failure"]
    assert "eingefrorene Leistung (Battery)" in german["failure"]


def test_no_more_is_frozen_than_was_planned(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    short = window(site, now) | {"end": (now + 2 * HOUR).isoformat()}
    planner.execute(REQUEST, input=short)
    run_jobs()

    follow = {"frozenUntil": (now + 3 * HOUR).isoformat()}
    asked = planner.execute(REQUEST, input=window(site, now, follow=follow))
    [error] = asked["requestSchedule"]["errors"]
    enough = {"frozenUntil": (now + 2 * HOUR).isoformat()}
    kept = planner.execute(REQUEST, input=window(site, now, follow=enough))["requestSchedule"]

    assert error["field"] == ["follow", "frozenUntil"]
    assert f"ends at {now + 2 * HOUR:%Y-%m-%d %H:%M} Z" in error["detail"]
    assert kept["errors"] == []


def test_what_cannot_be_followed_is_said_at_its_field(
    planner: GraphQLClient, site: Asset, now: datetime
) -> None:
    for follow, field, words in (
        ({"frozenUntil": now.isoformat()}, "frozenUntil", "no plan of this asset"),
        ({"changePricePerKwh": -1.0}, "changePricePerKwh", "at least 0"),
        ({"fromNow": True}, "fromNow", "the step that runs now"),
    ):
        asked = planner.execute(REQUEST, input=window(site, now, follow=follow))
        [error] = asked["requestSchedule"]["errors"]
        assert error["field"] == ["follow", field]
        assert words in error["detail"]
    assert ScheduleRun.objects.count() == 0


def test_a_plan_from_now_on_starts_from_the_newest_stock(site: Asset, now: datetime) -> None:
    stock = Sensor.objects.get(asset__name="Battery", quantity=Quantity.STOCK)
    stock.resolution = timedelta(minutes=5)
    stock.save()
    believe(stock, now, [4.0, 6.0], at=now)
    at = now + timedelta(minutes=7)
    asked: dict[str, Any] = {"actor": PLATFORM, "asset": site, "now": at}
    asked["grid"] = TimeGrid(now, HOUR, 4)

    from_now = request_schedule(**asked, follow=Follow(from_now=True))
    from_start = request_schedule(**asked)

    for run, held in ((from_now, 6.0), (from_start, 4.0)):
        [battery] = [each for each in read_problem(run).devices if each.name == "Battery"]
        assert battery.model_dump()["stock_at_start_kwh"] == held
