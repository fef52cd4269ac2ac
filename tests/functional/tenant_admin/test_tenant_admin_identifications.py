"""Identifications in the admin: asked by sensors, shown, never changed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from django_tenants.utils import schema_context

from assets.models import Asset, Quantity, Sensor
from scheduling.engines.identify import simulate
from scheduling.models import Identification
from tenants.accounts.models import Customer, User
from tenants.models import Tenant
from tenants.permissions import Role
from tests.conftest import OTHER_SCHEMA
from tests.factories import HOUR, a_customer, a_sensor, a_site, a_user, believe
from tests.functional.tenant_admin.pages import OPERATOR, address, errors_of
from tests.portal import Browser

N_STEPS = 24 * 14


@pytest.fixture
def house(customer: Customer, now: datetime) -> dict[str, Sensor]:
    """A building of 5.2 K/kW and 9 kWh/K, measured for two weeks before now."""
    return a_house(customer, now)


def a_house(customer: Customer, now: datetime) -> dict[str, Sensor]:
    site = a_site(customer)
    outside = 4 - 4 * np.cos(2 * np.pi * np.arange(N_STEPS) / 24)
    power = np.asarray(np.random.default_rng(2).choice([0.0, 2.0, 6.0], N_STEPS), dtype=np.float64)
    inputs = (outside, power, np.zeros(N_STEPS))
    inside = simulate(np.array([5.2, 9.0, 0.0]), inputs, 20.0, 20.0, hours=1.0)
    sensors = {
        "indoor": a_sensor(site, Quantity.TEMPERATURE, name="indoor"),
        "outdoor": a_sensor(site, Quantity.TEMPERATURE, name="outdoor"),
        "heat": a_sensor(site, Quantity.POWER, name="heat"),
    }
    for sensor, values in zip(sensors.values(), (inside, outside, power), strict=True):
        believe(sensor, now - N_STEPS * HOUR, values.tolist(), at=now)
    return sensors


def form_of(house: dict[str, Sensor], now: datetime, **changes: Any) -> dict[str, Any]:
    start = now - N_STEPS * HOUR
    return {
        "asset": house["heat"].asset.pk,
        "start_0": f"{start:%Y-%m-%d}",
        "start_1": f"{start:%H:%M}",
        "end_0": f"{now:%Y-%m-%d}",
        "end_1": f"{now:%H:%M}",
        "step_minutes": 60,
        "capacities": 1,
        **{name: each.pk for name, each in house.items()},
        **changes,
    }


def test_an_operator_asks_by_sensors(
    browser: Browser, house: dict[str, Sensor], now: datetime, run_jobs: Callable[..., int]
) -> None:
    empty = browser.get(address(Identification, "add")).content.decode()
    answer = browser.post(address(Identification, "add"), form_of(house, now))
    assert answer.status_code == 302, errors_of(answer)
    [row] = Identification.objects.all()
    assert run_jobs("nonlinear") == 1, "tried while the form was checked, asked once"
    shown = browser.get(address(Identification, "change", row.pk)).content.decode()

    assert 'name="indoor"' in empty
    assert row.requested_by == f"user:{User.objects.get(email=OPERATOR).pk}"
    assert "resistance_k_per_kw 5.2" in shown
    assert 'name="asset"' not in shown, "an answer is not changed"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"heat": ""}, "heat", "indoor, outdoor and heat together"),
        ({"indoor": "", "outdoor": "", "heat": ""}, "asset", "no sensors of its power"),
        ({"step_minutes": 90}, "step_minutes", "from 1 to 60"),
        ({"end_0": "2020-01-01"}, "end", "at least one step"),
        ({"start_0": "2019-01-01", "step_minutes": 5}, "end", "steps; at most"),
        ({"start_0": ""}, "start", "required"),
        ({"capacities": 3}, "capacities", "valid choice"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    browser: Browser,
    house: dict[str, Sensor],
    now: datetime,
    changes: dict[str, Any],
    field: str,
    words: str,
) -> None:
    answer = browser.post(address(Identification, "add"), form_of(house, now, **changes))

    errors = errors_of(answer)
    assert words in str(errors.get(field)), errors
    assert not Identification.objects.exists()


def test_a_sensor_of_another_quantity_cannot_be_chosen(
    browser: Browser, house: dict[str, Sensor], now: datetime
) -> None:
    given = form_of(house, now, indoor=house["heat"].pk)

    assert "valid choice" in str(
        errors_of(browser.post(address(Identification, "add"), given))["indoor"]
    )


def test_who_may_only_look_does_not_ask(
    tenant: Tenant, house: dict[str, Sensor], now: datetime
) -> None:
    viewer = Browser(tenant)
    viewer.force_login(a_user("viktor@operator.example", None, Role.VIEWER, staff=True))

    assert viewer.post(address(Identification, "add"), form_of(house, now)).status_code == 403
    assert not Identification.objects.exists()


def test_what_is_of_another_tenant_cannot_be_chosen(
    browser: Browser, house: dict[str, Sensor], other_tenant: Tenant, now: datetime
) -> None:
    with schema_context(OTHER_SCHEMA):
        for number in range(3):
            theirs = a_house(a_customer(f"there {number}"), now)
        there = theirs["heat"].asset.pk
    assert not Asset.objects.filter(pk=there).exists()
    assert not Sensor.objects.filter(pk=theirs["indoor"].pk).exists()

    given = form_of(house, now, asset=there, indoor=theirs["indoor"].pk)
    errors = errors_of(browser.post(address(Identification, "add"), given))

    assert "valid choice" in str(errors["asset"])
    assert "valid choice" in str(errors["indoor"])
    with schema_context(OTHER_SCHEMA):
        assert not Identification.objects.exists()
