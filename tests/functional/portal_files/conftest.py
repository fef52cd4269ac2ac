"""Somebody who plans at a depot, and a sensor there to fill."""

import pytest

from assets.models import Asset, Quantity, Sensor
from tenants.accounts.models import Customer
from tenants.models import Tenant
from tenants.permissions import Role
from tests.factories import a_sensor, a_user
from tests.functional.portal_files.pages import signed_in
from tests.portal import Browser


@pytest.fixture
def load(site: Asset) -> Sensor:
    return a_sensor(site, Quantity.POWER, name="load")


@pytest.fixture
def browser(tenant: Tenant, customer: Customer) -> Browser:
    return signed_in(tenant, a_user("pia@depot.example", customer, Role.PLANNER))
