"""GraphiQL: served from our own host, to who is signed in, and no more allowed than they are."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from graphql import get_introspection_query

from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of
from tests.factories import a_user


@pytest.fixture
def page(tenant: Tenant) -> Any:
    browser = Client()
    browser.force_login(a_user("ann@example.com", None, Role.MANAGER, staff=True))
    return browser.get("/graphiql/", headers={"Host": host_of(tenant)})


def test_who_is_not_signed_in_is_sent_to_sign_in(tenant: Tenant) -> None:
    answer = Client().get("/graphiql/", headers={"Host": host_of(tenant)})

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/graphiql/")


def test_nothing_of_it_comes_from_elsewhere(page: Any) -> None:
    html = page.content.decode()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', html)

    assert page.status_code == 200
    assert len(loaded) == 7
    for address in loaded:
        assert address.startswith("/static/tenants/")
        assert finders.find(address.removeprefix("/static/")), address
    assert "<script>" not in html
    policy = page["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    assert "unsafe" not in policy


def test_it_asks_with_the_sessions_token(page: Any) -> None:
    token = re.search(r'data-csrf-token="(\w+)"', page.content.decode())

    assert token is not None
    assert "csrftoken" in page.cookies


def test_vendored_files_have_their_licences() -> None:
    for library in ("graphiql", "react"):
        assert finders.find(f"tenants/vendor/{library}/LICENSE")


def test_the_admin_leads_there(tenant: Tenant) -> None:
    browser = Client()
    browser.force_login(a_user("ann@example.com", None, Role.MANAGER, staff=True))

    admin = browser.get("/admin/", headers={"Host": host_of(tenant)})

    assert 'href="/graphiql/"' in admin.content.decode()


@pytest.mark.parametrize("everything", [False, True])
def test_tools_may_introspect(tenant: Tenant, now: datetime, *, everything: bool) -> None:
    issued = issue_token(actor=PLATFORM, name="t", role=Role.VIEWER, customer=None, now=now)
    query = get_introspection_query(
        specified_by_url=everything,
        directive_is_repeatable=everything,
        schema_description=everything,
        input_value_deprecation=everything,
    )

    described = GraphQLClient(host_of(tenant), issued.key).execute(query)

    assert len(described["__schema"]["types"]) > 50
