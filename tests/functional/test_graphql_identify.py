"""Asking what a building or a battery is, as a partner's programme does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from assets.models import Asset, Quantity, Sensor
from scheduling.engines.identify import simulate
from scheduling.models import Identification
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import (
    HOUR,
    a_customer,
    a_sensor,
    a_site,
    a_site_with_battery,
    a_user,
    believe,
)
from tests.portal import Browser

REQUEST = """
    mutation ($input: RequestIdentificationInput!) {
      requestIdentification(input: $input) {
        object { id state stepMinutes asset { name } }
        errors { code field detail }
      }
    }
"""
FOUND = """
    query ($id: ID!) {
      identification(id: $id) {
        state failure rmse parameters { name value unit relativeError }
      }
    }
"""
N_STEPS = 24 * 14


@pytest.fixture
def house(customer: Customer, now: datetime) -> dict[str, Sensor]:
    """A building of 5.2 K/kW and 9 kWh/K, measured for two weeks before now."""
    site = a_site(customer)
    random, start = np.random.default_rng(2), now - N_STEPS * HOUR
    outside = 4 - 4 * np.cos(2 * np.pi * np.arange(N_STEPS) / 24)
    power = np.asarray(random.choice([0.0, 2.0, 6.0], N_STEPS), dtype=np.float64)
    inputs = (outside, power, np.zeros(N_STEPS))
    inside = simulate(np.array([5.2, 9.0, 0.0]), inputs, 20.0, 20.0, hours=1.0)
    sensors = {
        "indoor": a_sensor(site, Quantity.TEMPERATURE, name="indoor"),
        "outdoor": a_sensor(site, Quantity.TEMPERATURE, name="outdoor"),
        "heat": a_sensor(site, Quantity.POWER, name="heat"),
    }
    for sensor, values in zip(sensors.values(), (inside, outside, power), strict=True):
        believe(sensor, start, values.tolist(), at=now)
    return sensors


def asked(house: dict[str, Sensor], now: datetime, **changes: Any) -> dict[str, Any]:
    building: dict[str, Any] = {name: node_id(each) for name, each in house.items()}
    return {
        "asset": node_id(house["heat"].asset),
        "start": (now - N_STEPS * HOUR).isoformat(),
        "end": now.isoformat(),
        "stepMinutes": 60,
        "building": {**building, "capacities": 1},
        **changes,
    }


def test_a_building_is_asked_for_and_told(
    planner: GraphQLClient,
    house: dict[str, Sensor],
    now: datetime,
    run_jobs: Callable[..., int],
) -> None:
    answer = planner.execute(REQUEST, input=asked(house, now))["requestIdentification"]

    assert answer["errors"] == []
    assert answer["object"]["state"] == "QUEUED"
    assert run_jobs("nonlinear") == 1
    found = planner.execute(FOUND, id=answer["object"]["id"])["identification"]
    assert (found["state"], found["failure"]) == ("READY", "")
    values = {each["name"]: each["value"] for each in found["parameters"]}
    assert values["resistance_k_per_kw"] == pytest.approx(5.2, rel=0.02)
    assert values["capacity_kwh_per_k"] == pytest.approx(9.0, rel=0.02)
    units = {each["name"]: each["unit"] for each in found["parameters"]}
    assert units == {"resistance_k_per_kw": "K/kW", "capacity_kwh_per_k": "kWh/K"}
    assert all(0 <= each["relativeError"] < 0.02 for each in found["parameters"])
    assert found["rmse"] < 0.01


def test_what_the_measurements_lack_is_told(
    planner: GraphQLClient,
    house: dict[str, Sensor],
    now: datetime,
    run_jobs: Callable[..., int],
) -> None:
    short = asked(house, now, start=(now - 5 * HOUR).isoformat())
    answer = planner.execute(REQUEST, input=short)["requestIdentification"]
    run_jobs("nonlinear")
    found = planner.execute(FOUND, id=answer["object"]["id"])["identification"]

    assert found["state"] == "FAILED"
    assert "at least 24 h are needed" in found["failure"]
    german = replace(planner, language="de").execute(FOUND, id=answer["object"]["id"])
    assert "mindestens 24 h sind nötig" in german["identification"]["failure"]
    assert (found["parameters"], found["rmse"]) == ([], None)


@pytest.mark.parametrize(
    ("name", "parts", "words"),
    [
        ("indoor", {0: [20.0] * N_STEPS}, "indoor_c: moves by less than 0.5 K"),
        ("heat", {0: [2.0] * N_STEPS}, "heat_kw: changes by less than 0.1 kW"),
        ("outdoor", {0: [5.0] * (N_STEPS // 2)}, "outdoor_c: 50% of the values are known"),
        (
            "outdoor",
            {0: [5.0] * 100, 105: [5.0] * (N_STEPS - 105)},
            "outdoor_c: 5 h in a row are unknown; at most 2 h may be",
        ),
    ],
)
def test_flat_and_missing_measurements_are_told_by_name(
    planner: GraphQLClient,
    house: dict[str, Sensor],
    now: datetime,
    run_jobs: Callable[..., int],
    name: str,
    parts: dict[int, list[float]],
    words: str,
) -> None:
    """``parts``: what another sensor measured, by the hour of the first value."""
    quantity = Quantity(house[name].quantity)
    other = a_sensor(house["heat"].asset, quantity, name=f"other {name}")
    for first, values in parts.items():
        believe(other, now - (N_STEPS - first) * HOUR, values, at=now)

    answer = planner.execute(REQUEST, input=asked({**house, name: other}, now))
    run_jobs("nonlinear")
    run_id = answer["requestIdentification"]["object"]["id"]
    found = planner.execute(FOUND, id=run_id)["identification"]

    assert found["state"] == "FAILED"
    assert words in found["failure"]


def test_a_battery_is_told_by_its_kept_sensors(
    planner: GraphQLClient, customer: Customer, now: datetime, run_jobs: Callable[..., int]
) -> None:
    site = a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)
    battery = Asset.objects.get(parent=site, name="Battery")
    power = np.random.default_rng(3).uniform(-2, 2, 48)
    change = 0.9 * np.maximum(power, 0) - np.maximum(-power, 0) / 0.95
    stock = 50 + np.concatenate([[0.0], np.cumsum(change)])
    start = now - 60 * HOUR
    for quantity, values in ((Quantity.POWER, power), (Quantity.STOCK, stock)):
        sensor = Sensor.objects.get(asset=battery, quantity=quantity)
        believe(sensor, start, values.tolist(), at=now)
    given = {
        "asset": node_id(battery),
        "start": start.isoformat(),
        "end": (start + 48 * HOUR).isoformat(),
        "stepMinutes": 60,
    }
    answer = planner.execute(REQUEST, input=given)["requestIdentification"]
    run_jobs("nonlinear")
    found = planner.execute(FOUND, id=answer["object"]["id"])["identification"]

    told = {each["name"]: each["value"] for each in found["parameters"]}
    assert told["charge_efficiency"] == pytest.approx(0.9, rel=1e-3)
    assert told["discharge_efficiency"] == pytest.approx(0.95, rel=1e-3)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"building": None}, ["asset"], "no sensors of its power and its stock"),
        ({"stepMinutes": 90}, ["stepMinutes"], "from 1 to 60"),
        ({"stepMinutes": 0}, ["end"], "positive"),
        ({"end": "2020-01-01T00:00:00Z"}, ["end"], "at least one step"),
    ],
)
def test_a_wrong_request_is_named_and_nothing_is_stored(
    planner: GraphQLClient,
    house: dict[str, Sensor],
    now: datetime,
    changes: dict[str, Any],
    field: list[str],
    words: str,
) -> None:
    answer = planner.execute(REQUEST, input=asked(house, now, **changes))
    [error] = answer["requestIdentification"]["errors"]

    assert error["field"] == field
    assert words in error["detail"]
    assert not Identification.objects.exists()


def test_a_sensor_of_something_else_and_of_somebody_else_is_refused(
    planner: GraphQLClient, house: dict[str, Sensor], now: datetime
) -> None:
    theirs = a_sensor(a_site(a_customer("Other")), Quantity.TEMPERATURE, name="theirs")
    for wrong, words in ((house["heat"], "is no TEMPERATURE sensor"), (theirs, "no such Sensor")):
        given = asked(house, now)
        given["building"]["indoor"] = node_id(wrong)
        [error] = planner.execute(REQUEST, input=given)["requestIdentification"]["errors"]
        assert words in error["detail"]
        assert error["field"][-1] == "indoor"


def test_neither_another_customer_nor_another_tenant_sees_it(
    planner: GraphQLClient,
    client_of: Callable[..., GraphQLClient],
    house: dict[str, Sensor],
    tenant: Tenant,
    other_tenant: Tenant,
    now: datetime,
    run_jobs: Callable[..., int],
) -> None:
    made = planner.execute(REQUEST, input=asked(house, now))["requestIdentification"]["object"]
    run_jobs("nonlinear")
    stranger = client_of(a_customer("Stranger"), Role.MANAGER)
    assert stranger.execute(FOUND, id=made["id"])["identification"] is None
    listed = "{ identifications(first: 5) { edges { node { id } } } }"
    assert stranger.execute(listed)["identifications"]["edges"] == []
    assert len(planner.execute(listed)["identifications"]["edges"]) == 1
    connection.set_tenant(other_tenant)
    assert not Identification.objects.exists()
    issued = issue_token(actor=PLATFORM, name="x", role=Role.MANAGER, customer=None, now=now)
    theirs = GraphQLClient(host_of(other_tenant), issued.key)
    assert theirs.execute(FOUND, id=made["id"])["identification"] is None
    connection.set_tenant(tenant)


def test_the_admin_shows_it(
    planner: GraphQLClient,
    house: dict[str, Sensor],
    tenant: Tenant,
    now: datetime,
    run_jobs: Callable[..., int],
) -> None:
    planner.execute(REQUEST, input=asked(house, now))
    run_jobs("nonlinear")
    browser = Browser(tenant)
    browser.force_login(a_user("boss@operator.example", None, Role.MANAGER, staff=True))
    row = Identification.objects.get()
    page = browser.get(reverse("admin:scheduling_identification_change", args=[row.pk]))

    assert "resistance_k_per_kw 5.2" in page.content.decode()
