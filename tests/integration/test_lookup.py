"""A row found by a statement that is written once is the row that Django would find."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tenants.utils import schema_context

from tenants.accounts.models import ApiToken
from tenants.accounts.tokens import issue_token
from tenants.lookup import Lookup
from tenants.models import Domain, Tenant
from tenants.permissions import PLATFORM, Permission, Role
from tests.factories import a_customer

BY_PREFIX = Lookup(lambda: ApiToken.objects.select_related("customer"), "prefix")
BY_NAME = Lookup(lambda: Domain.objects.select_related("tenant__plan"), "domain")


@pytest.fixture
def token(tenant: Tenant) -> ApiToken:
    issued = issue_token(
        actor=PLATFORM,
        name="gateway",
        role=Role.PLANNER,
        customer=a_customer(),
        now=timezone.now(),
        scopes=[Permission.ASSET_READ],
    )
    return issued.token


def test_the_row_and_what_is_related_come_with_one_statement(token: ApiToken) -> None:
    BY_PREFIX.find("not yet")  # writes the statement

    with CaptureQueriesContext(connection) as asked:
        found = BY_PREFIX.find(token.prefix)
        assert found is not None
        assert found.customer is not None
        assert found.customer.root_path

    assert len(asked) == 1
    expected = ApiToken.objects.get(pk=token.pk)
    for field in ApiToken._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(expected, field.attname), field.name


def test_what_is_related_to_none_is_none(token: ApiToken) -> None:
    ApiToken.objects.filter(pk=token.pk).update(customer=None)

    found = BY_PREFIX.find(token.prefix)

    assert found is not None
    assert found.customer is None


def test_no_key_finds_another_row(token: ApiToken) -> None:
    for key in ("", "the key", token.prefix[:-1], f"{token.prefix} ", "'; --", "%"):
        assert BY_PREFIX.find(key) is None


def test_a_row_of_another_tenant_is_not_found(token: ApiToken, other_tenant: Tenant) -> None:
    with schema_context(other_tenant.schema_name):
        assert BY_PREFIX.find(token.prefix) is None
    assert BY_PREFIX.find(token.prefix) == token


def test_a_domain_comes_with_its_tenant_and_plan(tenant: Tenant, other_tenant: Tenant) -> None:
    for each in (tenant, other_tenant):
        name = each.domains.get().domain
        found = BY_NAME.find(name)
        assert found is not None
        assert (found.tenant, found.tenant.plan) == (each, each.plan)
