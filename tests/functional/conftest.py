"""A customer with a site, and clients of the interface with each right."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from assets.models import Asset
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of
from tests.depot import a_depot
from tests.factories import a_customer, a_site
from tests.solve_command import Solve, solve_with, write
from tests.unit.scheduling_documents import battery, load, site_object


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    return a_customer()


@pytest.fixture
def site(customer: Customer) -> Asset:
    return a_site(customer)


@pytest.fixture
def depot(customer: Customer, now: datetime) -> Asset:
    return a_depot(customer, known_at=now)


@pytest.fixture
def client_of(tenant: Tenant, now: datetime) -> Callable[..., GraphQLClient]:
    def make(customer: Customer | None, role: Role) -> GraphQLClient:
        issued = issue_token(actor=PLATFORM, name="test", role=role, customer=customer, now=now)
        return GraphQLClient(host_of(tenant), issued.key)

    return make


@pytest.fixture
def planner(customer: Customer, client_of: Callable[..., GraphQLClient]) -> GraphQLClient:
    return client_of(customer, Role.PLANNER)


@pytest.fixture
def solve(capsys: pytest.CaptureFixture[str]) -> Solve:
    return solve_with(capsys)


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    return write(tmp_path, site_object(battery(), load([1.0, 2.0]), import_price=[0.1, 0.5]))
