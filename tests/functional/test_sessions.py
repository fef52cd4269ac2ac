"""People: who they are to the interface, and what of a browser's habits is not trusted."""

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from config.settings import production
from tenants.accounts.models import Customer, Membership, User
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Permission, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import a_customer, a_site, a_user

VIEWER = """{ viewer { name kind displayName prefix scopes everywhere expiresAt
    grants { scopes everywhere asset customer { name portfolio } }
    limits { pointsPerMinute } tenant { name currency timeZone } } }"""
READS = ["ASSET_READ"]
PLANS = ["ASSET_READ", "BELIEF_RECORD", "SCHEDULE_REQUEST", "FORECAST_REQUEST"]


class Person(Client):
    """A browser on the tenant's host that keeps to the rules about forged requests."""

    def __init__(self, tenant: Tenant, user: User | None = None) -> None:
        super().__init__(enforce_csrf_checks=True, headers={"Host": host_of(tenant)})
        if user:
            self.force_login(user)

    def ask(self, document: str, **headers: str) -> Any:
        return self.post(
            "/graphql/", {"query": document}, content_type="application/json", headers=headers
        )

    def csrf(self) -> str:
        self.get("/sign-in/")
        return self.cookies["csrftoken"].value


@pytest.fixture
def customers(tenant: Tenant) -> tuple[Customer, Customer]:
    return a_customer("First"), a_customer("Second")


def signed_in(tenant: Tenant, user: User) -> tuple[Person, str]:
    """Sign in as a person does, by the form; return the browser and its token against forgery."""
    person = Person(tenant)
    token = person.csrf()
    form = {"username": user.email, "password": "a long passphrase", "csrfmiddlewaretoken": token}
    assert person.post("/sign-in/", form).status_code == 302
    return person, person.cookies["csrftoken"].value


def test_a_person_of_two_customers_has_two_grants(
    tenant: Tenant, customers: tuple[Customer, Customer]
) -> None:
    first, second = customers
    a_customer("Third")
    user = a_user("anna@depot.example", first, Role.VIEWER)
    Membership.objects.create(user=user, customer=second, role=Role.PLANNER)
    person, token = signed_in(tenant, user)

    viewer = person.ask(VIEWER, **{"X-CSRFToken": token}).json()["data"]["viewer"]

    assert (viewer["name"], viewer["kind"]) == (f"user:{user.pk}", "PERSON")
    assert (viewer["displayName"], viewer["prefix"]) == ("anna@depot.example", None)
    assert (viewer["scopes"], viewer["everywhere"], viewer["expiresAt"]) == (PLANS, False, None)
    told = {each["customer"]["name"]: each for each in viewer["grants"]}
    assert {name: each["scopes"] for name, each in told.items()} == {
        "First": READS,
        "Second": PLANS,
    }
    assert told["First"]["asset"] == told["First"]["customer"]["portfolio"]
    assert viewer["tenant"]["name"] == tenant.name


def test_a_token_is_told_its_prefix_reach_limits_and_end(
    tenant: Tenant, customers: tuple[Customer, Customer], now: datetime
) -> None:
    site = a_site(customers[0])
    issued = issue_token(
        actor=PLATFORM,
        name="box",
        role=Role.PLANNER,
        customer=customers[0],
        now=now,
        subtree=site.path,
        scopes=[Permission.ASSET_READ],
        points_per_minute=500,
    )

    viewer = GraphQLClient(host_of(tenant), issued.key).execute(VIEWER)["viewer"]

    assert (viewer["kind"], viewer["displayName"]) == ("TOKEN", "box")
    assert viewer["prefix"] == issued.token.prefix
    assert viewer["limits"] == {"pointsPerMinute": 500}
    assert datetime.fromisoformat(viewer["expiresAt"]) == issued.token.expires_at
    # Its customer's portfolio is above the subtree, so the customer is not told.
    assert viewer["grants"] == [
        {"scopes": READS, "everywhere": False, "asset": node_id(site), "customer": None}
    ]


def test_a_token_of_the_whole_tenant_is_everywhere(tenant: Tenant, now: datetime) -> None:
    issued = issue_token(actor=PLATFORM, name="t", role=Role.VIEWER, customer=None, now=now)

    viewer = GraphQLClient(host_of(tenant), issued.key).execute(VIEWER)["viewer"]

    assert viewer["everywhere"] is True
    assert viewer["grants"] == [
        {"scopes": READS, "everywhere": True, "asset": None, "customer": None}
    ]


def test_no_token_gets_more_points_than_the_plan_has(tenant: Tenant, now: datetime) -> None:
    issued = issue_token(
        actor=PLATFORM,
        name="t",
        role=Role.VIEWER,
        customer=None,
        now=now,
        points_per_minute=2_000_000_000,
    )

    viewer = GraphQLClient(host_of(tenant), issued.key).execute(VIEWER)["viewer"]

    assert viewer["limits"]["pointsPerMinute"] == tenant.plan.points_per_minute


def test_a_session_alone_is_not_trusted_a_foreign_page_sends_it_too(
    tenant: Tenant, customers: tuple[Customer, Customer]
) -> None:
    person, token = signed_in(tenant, a_user("anna@depot.example", customers[0], Role.VIEWER))

    assert person.ask(VIEWER).status_code == 403
    assert person.ask(VIEWER, **{"X-CSRFToken": "x" * 64}).status_code == 403
    assert person.ask(VIEWER, **{"X-CSRFToken": token}).status_code == 200
    evil = {"X-CSRFToken": token, "Origin": "https://evil.example"}
    assert person.ask(VIEWER, **evil).status_code == 403


def test_a_token_needs_no_proof_against_forgery_and_a_wrong_one_is_not_made_good_by_a_session(
    tenant: Tenant, customers: tuple[Customer, Customer], now: datetime
) -> None:
    person, token = signed_in(tenant, a_user("anna@depot.example", customers[0], Role.VIEWER))
    key = issue_token(
        actor=PLATFORM, name="t", role=Role.VIEWER, customer=customers[0], now=now
    ).key

    assert Person(tenant).ask(VIEWER, Authorization=f"Bearer {key}").status_code == 200
    wrong = {"Authorization": "Bearer lst_00000000_x", "X-CSRFToken": token}
    assert person.ask(VIEWER, **wrong).status_code == 401


def test_who_was_barred_is_nobody_at_once(
    tenant: Tenant, customers: tuple[Customer, Customer]
) -> None:
    user = a_user("anna@depot.example", customers[0], Role.VIEWER)
    person, token = signed_in(tenant, user)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert person.ask(VIEWER, **{"X-CSRFToken": token}).status_code == 401


def test_cookies_are_the_hosts_own(tenant: Tenant, customers: tuple[Customer, Customer]) -> None:
    person, _ = signed_in(tenant, a_user("anna@depot.example", customers[0], Role.VIEWER))

    session, csrf = person.cookies["sessionid"], person.cookies["csrftoken"]

    for cookie in (session, csrf):
        assert cookie["domain"] == ""
        assert cookie["samesite"] == "Lax"
    assert session["httponly"] is True


def test_in_production_cookies_and_pages_go_over_tls_alone() -> None:
    assert production.SESSION_COOKIE_SECURE is True
    assert production.CSRF_COOKIE_SECURE is True
    assert production.SECURE_SSL_REDIRECT is True
    assert settings.SESSION_COOKIE_DOMAIN is None
    assert settings.CSRF_COOKIE_DOMAIN is None
