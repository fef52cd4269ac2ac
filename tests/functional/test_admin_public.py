"""The platform's admin: companies are made, stopped and served again, on its own host alone."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_tenants.utils import schema_context

from config import admin_sites
from tenants.admin.site import public_site
from tenants.database import connection
from tenants.models import Domain, Plan, Tenant
from tenants.permissions import Role
from tenants.services import ensure_platform
from tests.client import host_of
from tests.factories import a_user
from tests.portal import Browser

admin_sites.fill()
HOST = "platform.localhost"


@pytest.fixture
def public(db: None, now: datetime) -> Tenant:
    connection.set_schema_to_public()
    return ensure_platform(domain=HOST, now=now)


@pytest.fixture
def browser(public: Tenant) -> Client:
    operator = a_user("olga@platform.example", None, Role.MANAGER, staff=True)
    browser = Client(headers={"Host": HOST})
    browser.force_login(operator)
    return browser


def address(model: Any, page: str, *args: Any) -> str:
    name = f"public:{model._meta.app_label}_{model._meta.model_name}_{page}"
    return reverse(name, urlconf="config.urls_public", args=args)


@pytest.mark.parametrize("model", list(public_site._registry), ids=lambda model: model.__name__)
def test_every_page_opens(browser: Client, tenant: Tenant, model: Any) -> None:
    connection.set_schema_to_public()
    assert browser.get(address(model, "changelist")).status_code == 200
    assert browser.get(address(model, "add")).status_code in (200, 403)
    row = tenant if model is Tenant else model._default_manager.first()
    if row is not None:
        assert browser.get(address(model, "change", row.pk)).status_code == 200


def test_the_first_page_leads_to_all_that_may_be_seen(browser: Client) -> None:
    page = browser.get("/admin/").content.decode()

    for model in (Tenant, Domain, Plan):
        assert f'href="{address(model, "changelist")}"' in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"schema_name": "Bad Name"}, "schema_name"),
        ({"schema_name": "first_tenant"}, "schema_name"),
        ({"domain": "https://x.example/"}, "domain"),
        ({"domain": "first-tenant.localhost"}, "domain"),
        ({"currency": "euro"}, "currency"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_wrong_of_a_new_tenant_is_said_at_its_field(
    browser: Client, change: dict[str, str], field: str
) -> None:
    before = Tenant.objects.count(), Domain.objects.count()
    form = {
        "schema_name": "newcomer",
        "name": "Newcomer",
        "domain": "newcomer.localhost",
        "plan": str(Plan.objects.all()[0].pk),
        "currency": "EUR",
        "time_zone": "Europe/Amsterdam",
    }

    answer = browser.post(address(Tenant, "add"), form | change)

    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == [field]
    connection.set_schema_to_public()
    assert (Tenant.objects.count(), Domain.objects.count()) == before


def test_a_plan_lists_guests_that_are_installed(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "name": "With guests",
        "max_running_jobs": "4",
        "job_weight": "1",
        "points_per_minute": "60000",
        "total_points_per_minute": "600000",
        "guest_plugins": "my_model, my_engine",
    }

    refused = browser.post(address(Plan, "add"), given)
    monkeypatch.setattr("tenants.models.tenant.guests", lambda: ("my_engine", "my_model"))
    stored = browser.post(address(Plan, "add"), given)

    [words] = refused.context["adminform"].form.errors["guest_plugins"]
    assert words == "no other package publishes my_model, my_engine (published: none)"
    assert stored.status_code == 302
    assert Plan.objects.get(name="With guests").guest_plugins == ["my_model", "my_engine"]


def test_a_suspended_tenants_host_answers_no_more_until_it_is_served_again(
    browser: Client, other_tenant: Tenant
) -> None:
    theirs = Client(headers={"Host": host_of(other_tenant)})
    chosen = {"_selected_action": [str(other_tenant.pk)]}

    browser.post(address(Tenant, "changelist"), chosen | {"action": "suspend"})
    assert theirs.get("/sign-in/").status_code == 404
    browser.post(address(Tenant, "changelist"), chosen | {"action": "activate"})
    assert theirs.get("/sign-in/").status_code == 200


def test_the_platform_itself_is_not_suspended(browser: Client, public: Tenant) -> None:
    chosen = {"_selected_action": [str(public.pk)], "action": "suspend"}

    browser.post(address(Tenant, "changelist"), chosen)

    public.refresh_from_db()
    assert public.suspended_at is None


def test_a_tenants_staff_is_nobody_here(tenant: Tenant, public: Tenant) -> None:
    with schema_context(tenant.schema_name):
        theirs = Browser(tenant)
        theirs.force_login(a_user("o@operator.example", None, Role.MANAGER, staff=True))
    assert theirs.get("/admin/").status_code == 200
    here = Client(headers={"Host": HOST})
    here.cookies = theirs.cookies

    answer = here.get(address(Tenant, "changelist"))

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/admin/login/")
