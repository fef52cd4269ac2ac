"""Asking for forecasts and keeping plans through the public interface."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from assets.models import AssetType, Quantity, Sensor
from forecasting.models import ForecastPlan, ForecastRun
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import a_customer, a_device, a_sensor, a_site, believe

REQUEST = """
    mutation ($input: RequestForecastInput!) {
      requestForecast(input: $input) {
        object { id state forecaster start end fallback failure madeBy sensor { name } }
        replayed
        errors { code field detail }
      }
    }
"""
KEEP = """
    mutation ($input: KeepForecastPlanInput!) {
      keepForecastPlan(input: $input) {
        object {
          forecaster historyHours horizonHours stepMinutes rhythmMinutes followsData
          holidayRegion peakKw
        }
        errors { code field detail }
      }
    }
"""
RUN = """
    query ($id: ID!) {
      forecastRun(id: $id) { state fallback inputNotes madeBy }
    }
"""


@pytest.fixture
def load(customer: Customer) -> Sensor:
    return a_sensor(a_site(customer), Quantity.POWER)


@pytest.fixture
def manager(tenant: Tenant, customer: Customer, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="test", role=Role.MANAGER, customer=customer, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


def test_a_forecast_is_asked_for_and_read(
    manager: GraphQLClient, load: Sensor, run_jobs: Callable[..., int]
) -> None:
    real_now = timezone.now()
    start = real_now.replace(minute=0, second=0, microsecond=0) - timedelta(days=10)
    believe(load, start, [float(hour % 24) for hour in range(240)], at=real_now)
    given = {"sensor": node_id(load), "forecaster": "prophet", "historyHours": 96.0}

    asked = manager.execute(REQUEST, input=given | {"idempotencyKey": "one"})["requestForecast"]
    again = manager.execute(REQUEST, input=given | {"idempotencyKey": "one"})["requestForecast"]
    run_jobs("forecast")
    run = manager.execute(RUN, id=asked["object"]["id"])["forecastRun"]

    assert asked["errors"] == []
    assert asked["object"]["state"] == "QUEUED"
    assert again["replayed"]
    assert ForecastRun.objects.count() == 1
    assert (run["state"], run["madeBy"]) == ("READY", "seasonal_naive 1")
    assert "prophet needs 8 days" in run["fallback"]


def test_a_plan_is_kept_whole(manager: GraphQLClient, load: Sensor) -> None:
    given = {
        "sensor": node_id(load),
        "forecaster": "linear",
        "historyHours": 240.0,
        "horizonHours": 36.0,
        "stepMinutes": 60.0,
        "rhythmMinutes": 30.0,
        "followsData": True,
        "holidayRegion": "NL-Noord",
        "peakKw": 12.5,
    }

    kept = manager.execute(KEEP, input=given)["keepForecastPlan"]
    replaced = manager.execute(KEEP, input={"sensor": node_id(load)})["keepForecastPlan"]

    given.pop("sensor")
    assert (kept["object"], kept["errors"]) == (given, [])
    assert replaced["object"]["forecaster"] == "auto"
    assert replaced["object"]["rhythmMinutes"] is replaced["object"]["stepMinutes"] is None
    assert ForecastPlan.objects.get().peak_kw is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"forecaster": "gone"}, "forecaster"),
        ({"start": "2026-03-28T12:00Z"}, "end"),
        ({"historyHours": 1e300}, "historyHours"),
        ({"historyHours": -1.0}, "historyHours"),
        ({"start": "2026-03-28T13:00Z", "end": "2026-03-28T12:00Z"}, "end"),
    ],
)
def test_wrong_input_is_named(
    manager: GraphQLClient, load: Sensor, change: dict[str, object], field: str
) -> None:
    said = manager.execute(REQUEST, input={"sensor": node_id(load)} | change)["requestForecast"]

    assert said["object"] is None
    assert [error["field"] for error in said["errors"]] == [[field]]
    assert not ForecastRun.objects.exists()


def test_a_wrong_plan_is_named(manager: GraphQLClient, load: Sensor) -> None:
    for change, field in (
        ({"rhythmMinutes": 1.0}, ["rhythmMinutes"]),
        ({"stepMinutes": 7.0}, ["stepMinutes"]),
        ({"peakKw": -1.0}, ["peakKw"]),
        ({"holidayRegion": "NL-Oost"}, ["holidayRegion"]),
        ({"horizonHours": 400.0}, ["horizonHours"]),
        ({"covariates": [node_id(load)]}, ["covariates"]),
    ):
        said = manager.execute(KEEP, input={"sensor": node_id(load)} | change)["keepForecastPlan"]
        assert [error["field"] for error in said["errors"]] == [field]
    assert not ForecastPlan.objects.exists()


SUM = """
    mutation ($input: KeepForecastPlanInput!) {
      keepForecastPlan(input: $input) {
        object { forecaster parts(first: 10) { edges { node { name } } } }
        errors { code field detail }
      }
    }
"""


def test_a_net_is_the_sum_of_parts_that_one_may_see(
    manager: GraphQLClient, load: Sensor, customer: Customer
) -> None:
    site = load.asset
    parts = [a_sensor(a_device(site, f"Hall {n}", AssetType.LOAD), Quantity.POWER) for n in (1, 2)]
    theirs = a_sensor(a_site(a_customer("Other Ltd"), "Annex"), Quantity.POWER)
    given = {"sensor": node_id(load), "forecaster": "sum"}

    kept = manager.execute(SUM, input=given | {"parts": [node_id(each) for each in parts]})
    refused = manager.execute(SUM, input=given | {"parts": [node_id(parts[0]), node_id(theirs)]})
    wrong = manager.execute(SUM, input=given | {"parts": [node_id(load)]})

    found = kept["keepForecastPlan"]["object"]
    assert found["forecaster"] == "sum"
    assert [edge["node"]["name"] for edge in found["parts"]["edges"]] == ["power", "power"]
    assert refused["keepForecastPlan"]["object"] is None
    assert refused["keepForecastPlan"]["errors"][0]["field"] == ["parts", "1"]
    assert wrong["keepForecastPlan"]["errors"][0]["field"] == ["parts"]
    assert ForecastPlan.objects.get().parts.count() == 2
