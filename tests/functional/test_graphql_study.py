"""What a year of a site says, as a partner's programme asks it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from assets.models import Asset, Quantity, Sensor
from scheduling.models import Study
from tenants.accounts.models import Customer
from tests.client import GraphQLClient, node_id
from tests.depot import DAYS, START
from tests.factories import HOUR, a_customer, a_sensor, a_site, believe

REQUEST = """
    mutation ($input: RequestStudyInput!) {
      requestStudy(input: $input) {
        object { id state kind stepMinutes asset { name } }
        errors { code field detail }
      }
    }
"""
FOUND = """
    query ($id: ID!) {
      study(id: $id) {
        state failure filled { series share }
        sizes { sizeKwh cost { amount } saving { amount currency } fullCycles }
        points { chargers sizeKwh fits shortKw shortKwh shortHours }
        smallestBattery { chargers sizeKwh }
        largestFleet { sizeKwh chargers }
        inTheWay { sizeKwh chargers hours { start end mostKw energyKwh } }
      }
    }
"""


def window(days: int = DAYS) -> dict[str, Any]:
    end = START + timedelta(days=days)
    return {"start": START.isoformat(), "end": end.isoformat(), "stepMinutes": 60}


def hosting(**changes: Any) -> dict[str, Any]:
    charging = {"arrive": "18:00", "leave": "06:00", "energyKwh": 95.0, "chargeLimitKw": 22.0}
    asked = {
        "window": window(),
        "charging": charging,
        "chargers": [2, 6, 7],
        "sizesKwh": [0.0, 400.0],
        "timeZone": "UTC",
    }
    return {"hosting": {**asked, **changes}}


def test_which_fleet_fits_is_asked_of_what_is_kept(
    planner: GraphQLClient, depot: Asset, run_jobs: Callable[..., int]
) -> None:
    given = {"asset": node_id(depot), "study": hosting()}
    answer = planner.execute(REQUEST, input=given)["requestStudy"]

    assert answer["errors"] == []
    assert answer["object"]["state"] == "QUEUED"
    assert answer["object"]["kind"] == "hosting"
    assert run_jobs("nonlinear") == 1
    found = planner.execute(FOUND, id=answer["object"]["id"])["study"]
    assert (found["state"], found["failure"], found["filled"]) == ("READY", "", [])
    # By night 50 kW are free, in the first hour 20: 570 kWh, and each vehicle draws 100.
    fleets = {each["sizeKwh"]: each["chargers"] for each in found["largestFleet"]}
    assert fleets == {0.0: 2, 400.0: 7}
    smallest = {each["chargers"]: each["sizeKwh"] for each in found["smallestBattery"]}
    assert smallest == {2: 0.0, 6: 400.0, 7: 400.0}
    [barrier] = found["inTheWay"]
    assert (barrier["sizeKwh"], barrier["chargers"]) == (0.0, 6)
    lacking = sum(each["energyKwh"] for each in barrier["hours"])
    assert lacking == pytest.approx(10 * (600 - 570), rel=1e-3)
    point = next(each for each in found["points"] if not each["fits"])
    assert point["shortKwh"] == pytest.approx(lacking)


def test_what_a_battery_earns_is_asked_with_kept_prices(
    planner: GraphQLClient, depot: Asset, run_jobs: Callable[..., int]
) -> None:
    question = {
        "window": window(),
        "sizesKwh": [100.0],
        "battery": {"chargeEfficiency": 1.0, "dischargeEfficiency": 1.0, "wearCostPerKwh": 0.0},
    }
    given = {"asset": node_id(depot), "study": {"battery": question}}
    answer = planner.execute(REQUEST, input=given)["requestStudy"]
    run_jobs("nonlinear")
    found = planner.execute(FOUND, id=answer["object"]["id"])["study"]

    [size] = found["sizes"]
    # Filled at 0.10 each night and emptied at 0.30 each day.
    assert float(size["saving"]["amount"]) == pytest.approx(DAYS * 100 * 0.20)
    assert size["saving"]["currency"] == "EUR"
    assert size["fullCycles"] == pytest.approx(DAYS)
    assert found["points"] == []


def test_what_was_not_measured_is_taken_from_another_week_and_told(
    planner: GraphQLClient, depot: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    drawn = Sensor.objects.get(asset__name="Hall", quantity=Quantity.POWER)
    gap = START + timedelta(days=DAYS)
    believe(drawn, gap + 12 * HOUR, [40.0] * 7 + [10.0] * 5 + [10.0] * 7 + [40.0] * 5, at=now)
    given = {
        "asset": node_id(depot),
        "study": hosting(
            window={**window(), "end": (gap + 36 * HOUR).isoformat()},
            pvKw={"constant": 0.0},
        ),
    }
    answer = planner.execute(REQUEST, input=given)["requestStudy"]
    run_jobs("nonlinear")
    found = planner.execute(FOUND, id=answer["object"]["id"])["study"]

    assert found["state"] == "READY"
    assert found["filled"] == [{"series": "load_kw", "share": pytest.approx(12 / (DAYS * 24 + 36))}]


def test_too_much_that_was_not_measured_is_refused_in_words(
    planner: GraphQLClient, depot: Asset, run_jobs: Callable[..., int]
) -> None:
    given = {"asset": node_id(depot), "study": hosting(window=window(DAYS + 7))}
    answer = planner.execute(REQUEST, input=given)["requestStudy"]
    run_jobs("nonlinear")
    found = planner.execute(FOUND, id=answer["object"]["id"])["study"]

    assert (found["state"], found["points"]) == ("FAILED", [])
    assert "168 of 504 steps were not measured, the first at 2026-01-19 00:00 Z" in found["failure"]
    german = replace(planner, language="de").execute(FOUND, id=answer["object"]["id"])["study"]
    assert "168 von 504 Schritten wurden nicht gemessen" in german["failure"]


def test_what_was_measured_and_is_none_of_a_study_is_told(
    planner: GraphQLClient, depot: Asset, now: datetime, run_jobs: Callable[..., int]
) -> None:
    limit = a_sensor(depot, Quantity.POWER, name="limit")
    believe(limit, START, [-5.0] * 24 * DAYS, at=now)
    asked = hosting(importLimitKw={"sensor": node_id(limit)})
    answer = planner.execute(REQUEST, input={"asset": node_id(depot), "study": asked})
    run_jobs("nonlinear")
    made = answer["requestStudy"]["object"]
    found = planner.execute(FOUND, id=made["id"])["study"]

    assert found["state"] == "FAILED"
    assert found["failure"] == (
        "what is known does not fit: $.hosting.import_limit_kw: step 0 is -5.0: each value should "
        "be at least 0"
    )


@pytest.mark.parametrize(
    ("study", "field", "words"),
    [
        (
            hosting(charging={"arrive": "25:00", "leave": "06:00", "energyKwh": 1.0,
                              "chargeLimitKw": 1.0}),
            "study.hosting.charging.arrive",
            "pattern",
        ),
        (hosting(sizesKwh=[-1.0]), "study.hosting.sizesKwh.0", "greater than or equal to 0"),
        (hosting(sizesKwh=[5.0, -1.0]), "study.hosting.sizesKwh.1", "greater than or equal to 0"),
        (hosting(chargers=[]), "study.hosting.chargers", "at least 1"),
        (
            hosting(window={"start": "2026-02-01T00:00:00Z", "end": "2099-02-02T00:00:00Z"}),
            "study.hosting.window",
            "at most 105408",
        ),
        (
            hosting(window={"start": "2098-02-01T00:00:00Z", "end": "2098-03-01T00:00:00Z"}),
            "study.hosting.window.end",
            "still to come",
        ),
        (hosting(loadKw={"perStep": [1.0, 2.0]}), "study.hosting", "load_kw has 2 values"),
    ],
)  # fmt: skip
def test_a_wrong_study_is_refused_by_field(
    planner: GraphQLClient, depot: Asset, study: dict[str, Any], field: str, words: str
) -> None:
    given = {"asset": node_id(depot), "study": study}
    answer = planner.execute(REQUEST, input=given)["requestStudy"]

    [error] = answer["errors"]
    assert ".".join(error["field"]) == field
    assert words in error["detail"]
    assert not Study.objects.exists()


@pytest.mark.parametrize(
    ("study", "field"),
    [
        (hosting(), "study.hosting.loadKw"),
        (hosting(loadKw={"constant": 1.0}), "study.hosting.importLimitKw"),
        (
            {"battery": {"window": window(), "loadKw": {"constant": 1.0}, "sizesKwh": [1.0]}},
            "study.battery.prices",
        ),
    ],
)
def test_what_is_neither_given_nor_kept_is_asked_for(
    planner: GraphQLClient, customer: Customer, study: dict[str, Any], field: str
) -> None:
    given = {"asset": node_id(a_site(customer)), "study": study}
    [error] = planner.execute(REQUEST, input=given)["requestStudy"]["errors"]

    assert (error["code"], ".".join(error["field"])) == ("REQUIRED", field)


def test_a_sensor_of_another_customer_is_none(planner: GraphQLClient, depot: Asset) -> None:
    other = a_sensor(a_site(a_customer("other")), Quantity.POWER)
    given = {"asset": node_id(depot), "study": hosting(loadKw={"sensor": node_id(other)})}
    [error] = planner.execute(REQUEST, input=given)["requestStudy"]["errors"]

    assert (error["code"], error["field"]) == ("NOT_FOUND", ["study", "hosting", "loadKw"])
    assert not Study.objects.exists()
