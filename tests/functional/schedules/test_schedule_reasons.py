"""Why a schedule is as it is, and what would be if."""

from collections.abc import Callable
from datetime import datetime

import numpy as np
import pytest

from assets.models import Asset, Quantity, Sensor, SourceKind
from assets.queries import read_series
from assets.timegrid import TimeGrid
from scheduling.models import ScheduleRun
from tests.client import GraphQLClient
from tests.factories import HOUR
from tests.functional.schedules.asking import REQUEST, RUN, window

EXPLAINED = """
    query ($id: ID!) {
      scheduleRun(id: $id) {
        cost { amount }
        reasons { text limit of worthPerKwh worthPerKw basis eachWorthPerKwh eachWorthPerKw }
        resolvedLimits {
          text limit of start end isStock basis
          saving { amount } offBy { amount } byDual { amount }
        }
        deviceReasons {
          text device action purpose start end energyKwh pricePerKwh worthPerKwh
          purposeStart purposeEnd
        }
        baselines { baseline cost { amount } saving { amount } beyondKw beyondHours why }
        marginalPrices { name isStock price { unit values } }
      }
    }
"""


WHAT_IF = """
    mutation ($input: RequestWhatIfInput!) {
      requestWhatIf(input: $input) {
        object { id state variation }
        errors { code field detail }
      }
    }
"""


def test_a_plan_says_why_it_is_so(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    asked = planner.execute(REQUEST, input=window(site, now))
    run_jobs()

    run_id = asked["requestSchedule"]["object"]["id"]
    run = planner.execute(EXPLAINED, id=run_id)["scheduleRun"]

    for reason in run["reasons"]:
        assert reason["eachWorthPerKw"] is None
        each = reason["eachWorthPerKwh"]
        assert reason["worthPerKwh"] == pytest.approx(sum(each) / len(each))
    first = run["deviceReasons"][0]
    assert (first["device"], first["action"], first["purpose"]) == (
        "Battery", "CHARGES", "USED_LATER",
    )  # fmt: skip
    assert first["text"].startswith("charges: a kWh costs 0.100 EUR here")
    assert first["purposeStart"] == first["end"]
    assert first["pricePerKwh"] == pytest.approx(0.1)
    none, naive = run["baselines"]
    assert (none["baseline"], naive["baseline"]) == ("NO_CONTROL", "NAIVE_CONTROL")
    saved = float(none["cost"]["amount"]) - float(run["cost"]["amount"])
    assert float(none["saving"]["amount"]) == pytest.approx(saved)
    assert {each["limit"] for each in run["reasons"]} >= {"discharging limit"}
    assert all(each["worthPerKwh"] > 0 and each["worthPerKw"] is None for each in run["reasons"])
    prices = {each["name"]: each for each in run["marginalPrices"]}
    assert prices["the grid connection"]["price"]["values"] == pytest.approx([0.1, 0.5, 0.1, 0.5])
    assert prices["the grid connection"]["price"]["unit"] == "EUR/kWh"
    assert prices["Battery"]["isStock"]


def test_a_plan_says_why_in_the_language_asked_for(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    asked = planner.execute(REQUEST, input=window(site, now))
    run_jobs()
    planner.language = "de"

    run_id = asked["requestSchedule"]["object"]["id"]
    run = planner.execute(EXPLAINED, id=run_id)["scheduleRun"]

    assert run["deviceReasons"][0]["text"].startswith("lädt: eine kWh kostet hier 0,100 EUR")
    assert any("Entladeleistung (Battery) erreicht" in each["text"] for each in run["reasons"])


def test_what_a_kw_is_worth_is_planned_anew_where_asked(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    given = window(site, now)
    asked = planner.execute(REQUEST, input=given | {"resolves": 2})
    run_jobs()

    run = planner.execute(EXPLAINED, id=asked["requestSchedule"]["object"]["id"])["scheduleRun"]

    assert {each["basis"] for each in run["reasons"]} == {"DUAL"}
    assert len(run["resolvedLimits"]) == 2
    for each in run["resolvedLimits"]:
        assert (each["basis"], float(each["offBy"]["amount"])) == ("RESOLVE", 0.0)
        assert 0 <= float(each["saving"]["amount"]) <= float(each["byDual"]["amount"]) + 0.01
        assert "planned anew" in each["text"]
    # Giving a kW more is worth 0.4 to the dual, and nothing where not a kW more was taken in.
    giving = next(each for each in run["resolvedLimits"] if each["limit"] == "discharging limit")
    assert float(giving["byDual"]["amount"]) == pytest.approx(0.4)
    assert float(giving["saving"]["amount"]) == pytest.approx(0.0)
    plain = planner.execute(REQUEST, input=given)
    run_jobs()
    plain = planner.execute(EXPLAINED, id=plain["requestSchedule"]["object"]["id"])
    assert plain["scheduleRun"]["resolvedLimits"] == []


@pytest.mark.parametrize("number", [-1, 11])
def test_too_many_limits_to_plan_anew_are_refused_at_their_field(
    planner: GraphQLClient, site: Asset, now: datetime, number: int
) -> None:
    answer = planner.execute(REQUEST, input=window(site, now) | {"resolves": number})

    (error,) = answer["requestSchedule"]["errors"]
    assert (error["field"], error["code"]) == (["resolves"], "OUT_OF_RANGE")
    assert "from 0 to 10" in error["detail"]


def test_what_if_is_a_run_of_its_own_that_schedules_nothing(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    asked = planner.execute(REQUEST, input=window(site, now))
    run_jobs()
    run_id = asked["requestSchedule"]["object"]["id"]
    power = Sensor.objects.get(asset__name="Battery", quantity=Quantity.POWER)
    grid = TimeGrid(now, HOUR, 4)
    ever = now.replace(year=2100)
    before = read_series(power, grid, known_at=ever, kinds=[SourceKind.SCHEDULER])
    assert not np.isnan(before).any()

    answer = planner.execute(WHAT_IF, input={"run": run_id, "changes": {"batteryKwh": 40.0}})
    run_jobs()

    varied = answer["requestWhatIf"]["object"]
    assert varied["variation"] == "battery_kwh 40"
    costs = {
        each: float(planner.execute(RUN, id=each)["scheduleRun"]["cost"]["amount"])
        for each in (run_id, varied["id"])
    }
    assert costs[varied["id"]] < costs[run_id]
    after = read_series(power, grid, known_at=ever, kinds=[SourceKind.SCHEDULER])
    assert before.tolist() == after.tolist()


def test_what_if_says_at_its_field_what_cannot_be(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    asked = planner.execute(REQUEST, input=window(site, now))
    run_id = asked["requestSchedule"]["object"]["id"]

    for changes, field, words in (
        ({}, ["changes"], "name at least one"),
        ({"chargers": 3}, ["changes", "chargers"], "no device of kind ev"),
        ({"batteryKwh": -1.0}, ["changes", "batteryKwh"], "at least 0"),
        ({"chargers": 2_000_000_000}, ["changes", "chargers"], "at most 2,000"),
    ):
        answer = planner.execute(WHAT_IF, input={"run": run_id, "changes": changes})
        [error] = answer["requestWhatIf"]["errors"]
        assert error["field"] == field
        assert words in error["detail"]
    assert ScheduleRun.objects.count() == 1
