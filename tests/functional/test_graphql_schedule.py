"""Asking for a schedule, as a partner's programme does."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from assets.models import Asset, AssetType, Quantity, Sensor, SourceKind
from assets.queries import read_series
from assets.timegrid import TimeGrid
from scheduling.models import ScheduleRun
from scheduling.queries import read_problem
from scheduling.services import Follow, request_schedule
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, a_customer, a_site_with_battery, believe

REQUEST = """
    mutation ($input: RequestScheduleInput!) {
      requestSchedule(input: $input) {
        object { id state stepMinutes asset { name } }
        errors { code field message detail }
      }
    }
"""
RUN = """
    query ($id: ID!) {
      scheduleRun(id: $id) {
        state planStatus cost { amount } bound { amount } failure costs { name cost { amount } }
        breaches { limit } reasons { text }
        setpoints { device power { start step values } stock { unit values quality } }
      }
    }
"""
RUNS = """{
    scheduleRuns(first: 50) {
      edges { node { state asset { name sensors(first: 10) { edges { node { name } } } } } }
    }
}"""


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    return a_customer()


@pytest.fixture
def client_of(tenant: Tenant, now: datetime) -> Callable[..., GraphQLClient]:
    def make(customer: Customer | None, role: Role) -> GraphQLClient:
        issued = issue_token(actor=PLATFORM, name="test", role=role, customer=customer, now=now)
        return GraphQLClient(host_of(tenant), issued.key)

    return make


@pytest.fixture
def planner(customer: Customer, client_of: Callable[..., GraphQLClient]) -> GraphQLClient:
    return client_of(customer, Role.PLANNER)


@pytest.fixture
def site(customer: Customer, now: datetime) -> Asset:
    return a_site_with_battery(customer, now, [0.1, 0.5, 0.1, 0.5], known_at=now - HOUR)


def window(site: Asset, now: datetime, **changes: Any) -> dict[str, Any]:
    return {
        "asset": node_id(site),
        "start": now.isoformat(),
        "end": (now + 4 * HOUR).isoformat(),
        "stepMinutes": 60,
        **changes,
    }


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
    run = planner.execute(RUN, id=nearest["id"])["scheduleRun"]
    assert (run["state"], run["planStatus"]) == ("READY", "NEAREST")
    assert run["breaches"] == [{"limit": "minimum stock of Battery"}]
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
    assert "2 of 6 steps are unknown, the first at 2026-03-28 16:00Z" in run["failure"]


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


WHAT_IF = """
    mutation ($input: RequestWhatIfInput!) {
      requestWhatIf(input: $input) {
        object { id state variation }
        errors { code field detail }
      }
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


POWER = """
    query ($id: ID!) {
      scheduleRun(id: $id) { state failure costs { name } setpoints { device power { values } } }
    }
"""


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
