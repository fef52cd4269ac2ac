"""Tokens in the admin: every value of one can be set, the key is shown once, refusals are said."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from assets.models import Asset
from config import admin_sites
from tenants.accounts.models import ApiToken, Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of
from tests.factories import a_customer, a_user
from tests.portal import Browser

admin_sites.fill()
WHO = "{ viewer { prefix } }"


@pytest.fixture
def browser(tenant: Tenant) -> Browser:
    browser = Browser(tenant)
    browser.force_login(a_user("olga@operator.example", None, Role.MANAGER, staff=True))
    return browser


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:accounts_apitoken_{name}", urlconf="config.urls_tenant", args=args)


def form(**changes: Any) -> dict[str, Any]:
    return {"name": "box", "role": "PLANNER", "customer": "", "beneath": "", **changes}


def act(browser: Browser, name: str, *tokens: ApiToken) -> str:
    """Return the page after an action on ``tokens``."""
    chosen = {"action": name, "_selected_action": [token.pk for token in tokens]}
    return str(browser.post(page("changelist"), chosen, follow=True).content.decode())


def key_in(text: str, prefix: str) -> str:
    return text[text.index(f"{prefix}_") :][:56]


def a_token(customer: Customer) -> ApiToken:
    now = timezone.now()
    return issue_token(
        actor=PLATFORM, name="old", role=Role.PLANNER, customer=customer, now=now
    ).token


def test_a_token_is_issued_with_all_it_can_have_and_its_key_is_shown_once(
    tenant: Tenant, browser: Browser, customer: Customer, site: Asset
) -> None:
    until = timezone.now() + timedelta(days=30)
    given = form(
        customer=customer.pk,
        beneath=site.pk,
        scopes=["ASSET_READ"],
        points_per_minute="500",
        expires_at_0=f"{until:%Y-%m-%d}",
        expires_at_1="12:00:00",
    )

    after = browser.post(page("add"), given, follow=True).content.decode()

    token = ApiToken.objects.get()
    assert (token.customer, token.subtree, token.scopes) == (customer, site.path, ["ASSET_READ"])
    assert (token.points_per_minute, f"{token.expires_at:%Y-%m-%d}") == (500, f"{until:%Y-%m-%d}")
    key = key_in(after, token.prefix)
    seen = GraphQLClient(host_of(tenant), key).execute(WHO)
    assert seen["viewer"]["prefix"] == token.prefix
    for again in (page("changelist"), page("change", token.pk)):
        text = browser.get(again).content.decode()
        assert token.prefix in text
        assert key not in text
    assert site.name in browser.get(page("change", token.pk)).content.decode()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "required"),
        ({"role": "VIEWER", "scopes": ["ACCOUNT_MANAGE"]}, "scopes", "no such right"),
        ({"scopes": ["FLY"]}, "scopes", "not one of the available choices"),
        ({"points_per_minute": "0"}, "points_per_minute", "not positive"),
        ({"expires_at_0": "2020-01-01", "expires_at_1": "00:00:00"}, "expires_at", "in the past"),
        ({"beneath": "999999"}, "beneath", "not one of the available choices"),
    ],
)
def test_a_wrong_value_is_said_at_its_field(
    browser: Browser, customer: Customer, changes: dict[str, Any], field: str, words: str
) -> None:
    answer = browser.post(page("add"), form(**changes))

    assert answer.status_code == 200
    assert words in str(answer.context["adminform"].form.errors[field])
    assert not ApiToken.objects.exists()


def test_an_asset_of_another_customer_is_refused(
    browser: Browser, customer: Customer, site: Asset
) -> None:
    given = form(customer=a_customer("Neighbour").pk, beneath=site.pk)

    answer = browser.post(page("add"), given)

    assert "no such asset" in str(answer.context["adminform"].form.errors["beneath"])


def test_tokens_are_rotated_with_and_without_overlap(
    tenant: Tenant, browser: Browser, customer: Customer
) -> None:
    for action, days in (("rotate_at_once", 0), ("rotate_in_a_week", 7)):
        old = a_token(customer)

        text = act(browser, action, old)

        new = ApiToken.objects.get(predecessor=old)
        old.refresh_from_db()
        assert old.expires_at is not None
        left = old.expires_at - timezone.now()
        assert abs(left - timedelta(days=days)) < timedelta(minutes=5)
        key = key_in(text, new.prefix)
        assert GraphQLClient(host_of(tenant), key).post(WHO).status_code == 200


def test_a_revoked_token_is_ended_and_not_rotated(browser: Browser, customer: Customer) -> None:
    token = a_token(customer)

    assert "revoked" in act(browser, "revoke", token)

    token.refresh_from_db()
    assert token.revoked_at is not None
    assert "it has ended: issue a new one" in act(browser, "rotate_at_once", token)


def test_who_manages_no_accounts_is_offered_nothing(tenant: Tenant, customer: Customer) -> None:
    token = a_token(customer)
    viewer = Browser(tenant)
    viewer.force_login(a_user("vera@operator.example", None, Role.VIEWER, staff=True))

    assert viewer.get(page("add")).status_code == 403
    act(viewer, "revoke", token)

    token.refresh_from_db()
    assert token.revoked_at is None
