"""A site with a load, and who may record there."""

import pytest

from assets.models import Asset, Quantity, Sensor
from tenants.accounts.models import Customer
from tenants.permissions import Actor, Role
from tests.factories import a_sensor, an_actor


@pytest.fixture
def load(site: Asset) -> Sensor:
    return a_sensor(site, Quantity.POWER, name="load")


@pytest.fixture
def planner(customer: Customer) -> Actor:
    return an_actor(customer, Role.PLANNER)
