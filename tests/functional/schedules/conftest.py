"""A site with a battery, and who may plan it."""

from datetime import datetime

import pytest

from assets.models import Asset
from tenants.accounts.models import Customer
from tests.factories import HOUR, a_site_with_battery


@pytest.fixture
def site(customer: Customer, now: datetime) -> Asset:
    return a_site_with_battery(customer, now, [0.1, 0.5, 0.1, 0.5], known_at=now - HOUR)
