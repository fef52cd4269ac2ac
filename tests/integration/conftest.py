"""What integration tests share."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django_tenants.utils import tenant_context
from pytest_django import DjangoDbBlocker

from assets.models import Asset, Belief, Sensor, Source, SupersededBelief
from tenants import services
from tenants.accounts.models import Customer
from tenants.database import connection
from tenants.models import Tenant
from tests.factories import a_customer, a_site
from tests.new_tenants import REPLAYED


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    return a_customer()


@pytest.fixture
def site(customer: Customer) -> Asset:
    return a_site(customer)


@pytest.fixture
def make(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, now: datetime
) -> Iterator[Callable[..., Tenant]]:
    """Return ``create_tenant`` with defaults; tenants it made are deleted at the end."""

    def create(schema_name: str = REPLAYED, **options: Any) -> Tenant:
        options = {"name": "North Grid", "domain": f"{schema_name.replace('_', '-')}.localhost"} | (
            options
        )
        return services.create_tenant(operator="tests", schema_name=schema_name, now=now, **options)

    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        before = set(Tenant.objects.values_list("pk", flat=True))
        yield create
        connection.set_schema_to_public()
        for tenant in Tenant.objects.customers().exclude(pk__in=before):
            services.delete_tenant(operator="tests", tenant=tenant)
        connection.close()


@pytest.fixture
def committed_tenant(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Tenant]:
    """A tenant whose changes other connections see; what the test makes is removed."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        tenant = Tenant.objects.get(schema_name="first_tenant")
        yield tenant
        with tenant_context(tenant):
            for model in (Belief, SupersededBelief, Source, Sensor, Customer):
                model.objects.all().delete()
            for asset in Asset.objects.order_by("-path"):
                asset.delete()
        connection.close()
