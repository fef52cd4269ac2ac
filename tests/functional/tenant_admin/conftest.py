"""An operator at a tenant's admin, and a run to look at there."""

from collections.abc import Callable
from datetime import datetime

import pytest

from assets.models import Asset
from assets.timegrid import TimeGrid
from config import admin_sites
from scheduling.models import RunState, ScheduleRun
from scheduling.services import request_schedule
from tenants.accounts.models import Customer, User
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.factories import HOUR, a_site_with_battery, a_user
from tests.functional.tenant_admin.pages import OPERATOR
from tests.portal import Browser

admin_sites.fill()


@pytest.fixture
def operator(tenant: Tenant) -> User:
    return a_user(OPERATOR, None, Role.MANAGER, staff=True)


@pytest.fixture
def browser(tenant: Tenant, operator: User) -> Browser:
    browser = Browser(tenant)
    browser.force_login(operator)
    return browser


@pytest.fixture
def site(customer: Customer, now: datetime) -> Asset:
    return a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)


@pytest.fixture
def run(site: Asset, now: datetime, run_jobs: Callable[..., int]) -> ScheduleRun:
    run = request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)
    run_jobs()
    run.refresh_from_db()
    assert run.state == RunState.READY, run.failure
    return run
