"""Signing in on a tenant's host, in its name and colours."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django_tenants.utils import schema_context

from tenants.accounts.models import User
from tenants.accounts.throttle import MAX_FAILURES_OF_ADDRESS
from tenants.models import Brand, Tenant
from tenants.permissions import Role
from tests.factories import a_customer, a_user
from tests.portal import Browser

EMAIL = "vera@depot.example"


@pytest.fixture(autouse=True)
def _no_failures_are_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person(tenant: Tenant) -> User:
    return a_user(EMAIL, a_customer(), Role.VIEWER)


def test_who_signs_in_comes_to_what_they_wanted(tenant: Tenant, person: User) -> None:
    browser = Browser(tenant)
    assert browser.get("/sites/1/").headers["Location"] == "/sign-in/?next=/sites/1/"

    answer = browser.sign_in(EMAIL, next="/sites/1/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/sites/1/")
    assert browser.get("/").status_code == 200


def test_another_host_is_no_place_to_be_sent_to(tenant: Tenant, person: User) -> None:
    answer = Browser(tenant).sign_in(EMAIL, next="https://evil.example/")

    assert answer.headers["Location"] == "/"


def test_unknown_address_wrong_password_and_ended_account_are_told_alike(
    tenant: Tenant, person: User
) -> None:
    ended = a_user("gone@depot.example", None, Role.VIEWER)
    User.objects.filter(pk=ended.pk).update(is_active=False)
    browser = Browser(tenant)

    words = {
        browser.sign_in("nobody@depot.example").context["form"].non_field_errors()[0],
        browser.sign_in(EMAIL, "wrong").context["form"].non_field_errors()[0],
        browser.sign_in("gone@depot.example").context["form"].non_field_errors()[0],
    }

    assert len(words) == 1


def test_who_guesses_has_to_wait_and_others_do_not(tenant: Tenant, person: User) -> None:
    browser = Browser(tenant)
    for _ in range(MAX_FAILURES_OF_ADDRESS):
        browser.sign_in(EMAIL, "wrong")

    answer = browser.sign_in(EMAIL)

    assert "Too many attempts" in answer.content.decode()
    a_user("other@depot.example", None, Role.VIEWER)
    assert browser.sign_in("other@depot.example").status_code == 302


def test_failures_of_one_tenant_do_not_count_for_another(
    tenant: Tenant, other_tenant: Tenant, person: User
) -> None:
    with schema_context(other_tenant.schema_name):
        a_user(EMAIL, None, Role.VIEWER)
    for _ in range(MAX_FAILURES_OF_ADDRESS):
        Browser(tenant).sign_in(EMAIL, "wrong")

    assert Browser(other_tenant).sign_in(EMAIL).status_code == 302


def test_who_signs_out_is_out(tenant: Tenant, person: User) -> None:
    browser = Browser(tenant)
    browser.sign_in(EMAIL)
    assert browser.get("/sign-out/").status_code == 405

    assert browser.post("/sign-out/").status_code == 302

    assert browser.get("/").headers["Location"].startswith("/sign-in/")


def test_a_session_of_one_tenant_is_none_at_another(
    tenant: Tenant, other_tenant: Tenant, person: User
) -> None:
    browser, stranger = Browser(tenant), Browser(other_tenant)
    browser.sign_in(EMAIL)

    stranger.cookies = browser.cookies

    assert stranger.get("/").headers["Location"].startswith("/sign-in/")


def test_the_page_carries_the_tenants_name_and_colours(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    for each, colour in ((tenant, "#112233"), (other_tenant, "#aa5500")):
        Brand.objects.update_or_create(
            tenant=each, defaults={"display_name": f"House {each.pk}", "primary_colour": colour}
        )

    page = Browser(tenant).get("/sign-in/").content.decode()
    styles = Browser(tenant).get("/brand.css")
    others = Browser(other_tenant).get("/brand.css")

    assert f"House {tenant.pk}" in page
    assert f"House {other_tenant.pk}" not in page
    assert "--brand:#112233;" in styles.content.decode()
    assert "--brand:#aa5500;" in others.content.decode()
    assert styles.headers["ETag"] != others.headers["ETag"]
    again = Browser(tenant).get("/brand.css", headers={"If-None-Match": styles.headers["ETag"]})
    assert again.status_code == 304


def test_nothing_but_the_host_itself_may_be_loaded(tenant: Tenant) -> None:
    policy = Browser(tenant).get("/sign-in/").headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_an_answer_of_the_interface_loads_nothing(tenant: Tenant) -> None:
    answer = Browser(tenant).post("/graphql/", "{}", content_type="application/json")

    assert answer.status_code == 401
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
