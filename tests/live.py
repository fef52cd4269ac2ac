"""What tests of live share: subscriptions, keys, and people who signed in."""

from datetime import datetime
from typing import Any

from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.factories import a_user
from tests.portal import Browser

FOLLOW = (
    "subscription ($id: ID!, $after: String) { scheduleRunChanged(id: $id, after: $after) {%s} }"
)
STATE = FOLLOW % " state asset { name } "


def a_key(customer: Customer | None, now: datetime, **options: Any) -> str:
    return issue_token(
        actor=PLATFORM, name="t", role=Role.VIEWER, customer=customer, now=now, **options
    ).key


def signed_in(tenant: Tenant, customer: Customer) -> Browser:
    a_user("person@x.example", customer, Role.VIEWER)
    browser = Browser(tenant)
    browser.sign_in("person@x.example")
    return browser


def cookies(browser: Browser) -> str:
    return "; ".join(f"{name}={each.value}" for name, each in browser.cookies.items())
