"""A site with a load, and who may record there."""

import pytest

from assets.models import Asset, Quantity, Sensor
from tenants.accounts.models import Customer
from tenants.models import Tenant
from tenants.permissions import Actor, Role
from tests.factories import a_customer, a_sensor, a_site, an_actor


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    return a_customer()


@pytest.fixture
def site(customer: Customer) -> Asset:
    return a_site(customer)


@pytest.fixture
def load(site: Asset) -> Sensor:
    return a_sensor(site, Quantity.POWER, name="load")


@pytest.fixture
def planner(customer: Customer) -> Actor:
    return an_actor(customer, Role.PLANNER)
