"""Asking for a schedule, as a partner's programme does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from assets.models import Asset, AssetType, Quantity, Sensor, SourceKind
from assets.queries import read_series
from assets.timegrid import TimeGrid
from scheduling import pipeline
from scheduling.engines.base import EngineFailed
from scheduling.models import ScheduleRun
from tenants.accounts.models import Customer
from tenants.permissions import Role
from tests.client import GraphQLClient, node_id
from tests.factories import HOUR
from tests.functional.schedules.asking import REQUEST, RUN, RUNS, window


def test_a_site_set_up_once_is_planned_by_its_name(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    answer = planner.execute(REQUEST, input=window(site, now))["requestSchedule"]

    assert answer["errors"] == []
    assert answer["object"]["state"] == "QUEUED"
    assert answer["object"]["asset"] == {"name": "Depot"}
    run_jobs()
    run = planner.execute(RUN, id=answer["object"]["id"])["scheduleRun"]
    assert run["state"] == "READY"
    assert float(run["cost"]["amount"]) == pytest.approx(2 * (5 * 0.1 - 5 * 0.5))
    assert run["planStatus"] == "OPTIMAL"
    assert run["bound"] == run["cost"]
    terms = [float(term["cost"]["amount"]) for term in run["costs"]]
    assert sum(terms) == pytest.approx(float(run["cost"]["amount"]))
    [setpoints] = run["setpoints"]
    assert setpoints["device"] == "Battery"
    assert setpoints["power"]["start"] == now.isoformat()
    assert setpoints["power"]["step"] == "PT1H"
    assert setpoints["power"]["values"] == pytest.approx([5, -5, 5, -5])
    assert setpoints["stock"]["values"] == pytest.approx([0, 5, 0, 5, 0])
    assert (setpoints["stock"]["unit"], setpoints["stock"]["quality"]) == ("kWh", "SSSSS")


def test_the_schedule_is_read_as_a_series_of_the_sensor(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    planner.execute(REQUEST, input=window(site, now))
    run_jobs()
    [run] = ScheduleRun.objects.all()
    assert run.finished_at is not None
    power = Sensor.objects.get(asset__asset_type=AssetType.BATTERY, quantity=Quantity.POWER)

    planned = read_series(
        power, TimeGrid(now, HOUR, 4), known_at=run.finished_at, kinds=[SourceKind.SCHEDULER]
    )

    assert planned == pytest.approx([5, -5, 5, -5])


def test_a_request_may_override_what_is_kept(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    context = {
        "prices": {"importPerKwh": {"perStep": [1, 1, 1, 1]}, "exportPerKwh": {"constant": 0}},
        "connection": {"importLimitKw": {"constant": 3}},
    }

    planner.execute(REQUEST, input=window(site, now, context=context))

    run_jobs()
    [run] = ScheduleRun.objects.all()
    assert run.cost == pytest.approx(0.0)


def test_what_a_vehicle_lacks_at_departure_is_told_in_kwh(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    """2 kW for two hours of the 10 kWh that are asked for."""
    device = {
        "asset": node_id(Asset.objects.get(name="Battery")),
        "powerSensor": node_id(Sensor.objects.get(asset__name="Battery", quantity=Quantity.POWER)),
        "flex": {
            "ev": {
                "arrival": now.isoformat(),
                "departure": (now + 2 * HOUR).isoformat(),
                "capacityKwh": 40,
                "stockAtArrivalKwh": 0,
                "stockAtDepartureKwh": 10,
                "chargeLimitKw": {"constant": 2},
                "chargeEfficiency": 1,
            }
        },
    }
    asked = planner.execute(REQUEST, input=window(site, now, devices=[device]))
    run_jobs()
    told = """query ($id: ID!) {
      scheduleRun(id: $id) { breaches { limit text mostKw mostKwh energyKwh } }
    }"""
    run_id = asked["requestSchedule"]["object"]["id"]
    [breach] = planner.execute(told, id=run_id)["scheduleRun"]["breaches"]
    dutch = replace(planner, language="nl").execute(told, id=run_id)["scheduleRun"]["breaches"]

    assert breach["mostKwh"] == pytest.approx(6.0)
    assert (breach["mostKw"], breach["energyKwh"]) == (0.0, 0.0)
    assert breach["text"] == "stock at departure of Battery missed by up to 6.0 kWh"
    assert dutch[0]["text"] == "voorraad bij vertrek van Battery gemist met hoogstens 6,0 kWh"


def test_the_nearest_plan_is_given_when_asked_for(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    """The battery is to be full after one hour in which it can take 5 of 10 kWh."""
    device = {
        "asset": node_id(Asset.objects.get(name="Battery")),
        "powerSensor": node_id(Sensor.objects.get(asset__name="Battery", quantity=Quantity.POWER)),
        "flex": {
            "battery": {
                "capacityKwh": 10,
                "chargeLimitKw": {"constant": 5},
                "dischargeLimitKw": {"constant": 5},
                "stockAtStartKwh": 0,
                "stockMinKwh": {"perStep": [10, 0, 0, 0]},
            }
        },
    }
    asked = window(site, now, devices=[device], ties="LATE")
    explained = planner.execute(REQUEST, input=asked)["requestSchedule"]["object"]
    nearest = planner.execute(REQUEST, input={**asked, "onInfeasible": "NEAREST"})
    nearest = nearest["requestSchedule"]["object"]
    run_jobs()

    run = planner.execute(RUN, id=explained["id"])["scheduleRun"]
    assert (run["state"], run["planStatus"]) == ("INFEASIBLE", None)
    assert "These cannot all be kept: charging limit of Battery" in run["failure"]
    together = run["contradiction"]
    assert [(each["limit"], each["of"]) for each in together] == [
        ("charging limit", "Battery"),
        ("minimum stock", "Battery"),
    ]
    assert together[0]["text"] == (
        "charging limit of Battery from 2026-03-28 13:00 to 14:00: at most 5 kW"
    )
    dutch = replace(planner, language="nl").execute(RUN, id=explained["id"])["scheduleRun"]
    assert dutch["failure"].startswith("geen plan houdt elke limiet aan: ")
    assert "aangehouden: laadvermogen van Battery" in dutch["failure"]
    run = planner.execute(RUN, id=nearest["id"])["scheduleRun"]
    assert (run["state"], run["planStatus"]) == ("READY", "NEAREST")
    assert run["breaches"] == [
        {"limit": "minimum stock of Battery", "mostKw": 0.0, "mostKwh": pytest.approx(5.25)}
    ]
    assert run["contradiction"] == together
    assert run["setpoints"][0]["power"]["values"][0] == pytest.approx(5)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"end": "2026-03-28T12:00:00+00:00"}, ["end"], "at least one step"),
        ({"end": "2036-03-28T12:00:00+00:00"}, ["end"], "steps"),
        ({"stepMinutes": 7}, ["end"], "whole number of steps"),
        ({"stepMinutes": 0}, ["end"], "positive"),
        ({"engine": "abacus"}, ["engine"], "known: auto, dp, gekko, highs"),
        ({"asset": "QXNzZXQ6OTk5OTk5"}, ["asset"], "no such Asset"),
        ({"asset": "U2Vuc29yOjE="}, ["asset"], "no such Asset"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_stored(
    planner: GraphQLClient,
    site: Asset,
    now: datetime,
    changes: dict[str, Any],
    field: list[str],
    words: str,
    run_jobs: Callable[..., int],
) -> None:
    answer = planner.execute(REQUEST, input=window(site, now, **changes))["requestSchedule"]

    assert answer["object"] is None
    [error, *_] = answer["errors"]
    assert error["field"] == field
    assert words in error["detail"]
    assert not ScheduleRun.objects.exists()
    assert run_jobs() == 0


@pytest.mark.parametrize(
    ("battery", "field"),
    [
        ({"capacityKwh": -1.0}, ["devices", "0", "capacityKwh"]),
        ({"stockAtStartKwh": 11.0}, ["devices", "0"]),
    ],
)
def test_a_wrong_battery_is_named_by_its_field(
    planner: GraphQLClient, site: Asset, now: datetime, battery: dict[str, Any], field: list[str]
) -> None:
    asset = Asset.objects.get(asset_type=AssetType.BATTERY)
    power = Sensor.objects.get(asset=asset, quantity=Quantity.POWER)
    parameters = {
        "capacityKwh": 10.0,
        "chargeLimitKw": {"constant": 5.0},
        "dischargeLimitKw": {"constant": 5.0},
        "stockAtStartKwh": 0.0,
        **battery,
    }
    device = {
        "asset": node_id(asset), "flex": {"battery": parameters}, "powerSensor": node_id(power)
    }  # fmt: skip

    answer = planner.execute(REQUEST, input=window(site, now, devices=[device]))

    [error] = answer["requestSchedule"]["errors"]
    assert error["field"] == field
    assert not ScheduleRun.objects.exists()


def test_a_viewer_is_refused(
    client_of: Callable[..., GraphQLClient],
    customer: Customer,
    site: Asset,
    now: datetime,
    run_jobs: Callable[..., int],
) -> None:
    viewer = client_of(customer, Role.VIEWER)

    answer = viewer.execute(REQUEST, input=window(site, now))["requestSchedule"]

    assert [error["code"] for error in answer["errors"]] == ["FORBIDDEN"]


def test_unknown_prices_end_in_words(
    planner: GraphQLClient, site: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    later = window(site, now, end=(now + 6 * HOUR).isoformat())
    answer = planner.execute(REQUEST, input=later)["requestSchedule"]

    run_jobs()

    run = planner.execute(RUN, id=answer["object"]["id"])["scheduleRun"]
    assert run["state"] == "FAILED"
    assert "2 of 6 steps are unknown, the first at 2026-03-28 16:00 Z" in run["failure"]


def test_runs_come_in_three_queries(
    planner: GraphQLClient, site: Asset, now: datetime, django_assert_num_queries: Any
) -> None:
    for _ in range(5):
        planner.execute(REQUEST, input=window(site, now))
    planner.execute(RUNS)

    # Public schema, host, tenant's schema, token; then runs, their assets, the assets' sensors.
    with django_assert_num_queries(7):
        runs = planner.execute(RUNS)["scheduleRuns"]["edges"]

    assert len(runs) == 5


def test_a_time_without_an_offset_is_no_time(planner: GraphQLClient, site: Asset) -> None:
    times = {"start": "2026-03-28T12:00:00", "end": "2026-03-28T16:00:00Z"}

    [error] = planner.errors(REQUEST, input={"asset": node_id(site), **times})

    assert "at .start" in error["message"]
    assert "no offset: write for example 2026" in error["message"]
    assert not ScheduleRun.objects.exists()


def test_an_engine_that_gives_up_ends_the_run_in_words(
    planner: GraphQLClient,
    site: Asset,
    now: datetime,
    run_jobs: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def give_up(*_: object, **__: object) -> None:
        raise EngineFailed("HiGHS ended with Unknown")

    monkeypatch.setattr(pipeline, "plan", give_up)
    asked = planner.execute(REQUEST, input=window(site, now))["requestSchedule"]["object"]
    run_jobs()

    run = planner.execute(RUN, id=asked["id"])["scheduleRun"]
    assert run["state"] == "FAILED"
    assert run["failure"] == "the engine found no answer; another may"
    dutch = replace(planner, language="nl").execute(RUN, id=asked["id"])["scheduleRun"]
    assert dutch["failure"] == "de engine vond geen antwoord; een andere misschien wel"
