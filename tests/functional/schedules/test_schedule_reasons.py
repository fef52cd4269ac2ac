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
        reasons { text limit of worthPerKwh worthPerKw }
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

    assert run["deviceReasons"][0]["text"].startswith("lädt: eine kWh kostet hier 0.100 EUR")
    assert any("Entladeleistung (Battery) erreicht" in each["text"] for each in run["reasons"])


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
    ):
        answer = planner.execute(WHAT_IF, input={"run": run_id, "changes": changes})
        [error] = answer["requestWhatIf"]["errors"]
        assert error["field"] == field
        assert words in error["detail"]
    assert ScheduleRun.objects.count() == 1
