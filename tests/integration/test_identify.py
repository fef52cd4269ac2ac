"""What buildings and batteries are, from the beliefs of their sensors."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from assets.models import Asset, Quantity, Sensor
from assets.timegrid import TimeGrid
from scheduling.engines.identify import simulate
from scheduling.services.identify import identify_battery, identify_building
from scheduling.services.measured import BuildingSensors
from tenants.models import Tenant
from tenants.permissions import Role
from tests.factories import (
    HOUR,
    a_customer,
    a_sensor,
    a_site,
    a_site_with_battery,
    an_actor,
    believe,
)


def test_a_building_is_identified_from_its_sensors(tenant: Tenant, now: datetime) -> None:
    customer = a_customer()
    site = a_site(customer)
    indoor, outdoor = (
        a_sensor(site, Quantity.TEMPERATURE, name=name) for name in ("indoor", "outdoor")
    )
    heat = a_sensor(site, Quantity.POWER, name="heat")
    random, n_steps = np.random.default_rng(2), 24 * 14
    start = now - n_steps * HOUR
    outside = 4 - 4 * np.cos(2 * np.pi * np.arange(n_steps) / 24)
    power = np.asarray(random.choice([0.0, 2.0, 6.0], n_steps), dtype=np.float64)
    inside = simulate(
        np.array([5.2, 9.0, 0.0]), (outside, power, np.zeros(n_steps)), 20.0, 20.0, hours=1.0
    )
    for sensor, values in ((indoor, inside), (outdoor, outside), (heat, power)):
        believe(sensor, start, values.tolist(), at=now)
    sensors = BuildingSensors(indoor=indoor, outdoor=outdoor, heat=heat)
    grid = TimeGrid(start, HOUR, n_steps)

    viewer = an_actor(customer, Role.VIEWER)
    found = identify_building(actor=viewer, sensors=sensors, grid=grid, capacities=1, now=now)

    assert found.parameters["resistance_k_per_kw"] == pytest.approx(5.2, rel=0.02)
    assert found.parameters["capacity_kwh_per_k"] == pytest.approx(9.0, rel=0.02)
    with pytest.raises(ValidationError, match="at least 24 h are needed"):
        identify_building(
            actor=viewer, sensors=sensors, grid=TimeGrid(start, HOUR, 5), capacities=1, now=now
        )
    stranger = an_actor(a_customer("Stranger"), Role.VIEWER)
    with pytest.raises(PermissionDenied):
        identify_building(actor=stranger, sensors=sensors, grid=grid, capacities=1, now=now)


def test_a_battery_is_identified_from_its_kept_sensors(tenant: Tenant, now: datetime) -> None:
    customer = a_customer()
    site = a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)
    battery = Asset.objects.get(parent=site, name="Battery")
    random = np.random.default_rng(3)
    power = random.uniform(-2, 2, 48)
    change = 0.9 * np.maximum(power, 0) - np.maximum(-power, 0) / 0.95
    stock = 50 + np.concatenate([[0.0], np.cumsum(change)])
    start = now - timedelta(hours=60)
    for quantity, values in ((Quantity.POWER, power), (Quantity.STOCK, stock)):
        believe(
            Sensor.objects.get(asset=battery, quantity=quantity), start, values.tolist(), at=now
        )

    viewer = an_actor(customer, Role.VIEWER)
    grid = TimeGrid(start, HOUR, 48)
    found = identify_battery(actor=viewer, asset=battery, grid=grid, now=now).parameters

    assert found["charge_efficiency"] == pytest.approx(0.9, rel=1e-3)
    assert found["discharge_efficiency"] == pytest.approx(0.95, rel=1e-3)
    with pytest.raises(ValidationError, match="no sensors of its power"):
        identify_battery(actor=viewer, asset=site, grid=grid, now=now)
    stranger = an_actor(a_customer("Stranger"), Role.VIEWER)
    with pytest.raises(PermissionDenied):
        identify_battery(actor=stranger, asset=battery, grid=grid, now=now)
