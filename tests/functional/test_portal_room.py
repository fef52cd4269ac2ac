"""A site's room on the grid, asked in the portal by one's own rights, and shown in the admin."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse
from django_tenants.utils import schema_context

from assets.models import Asset
from config import admin_sites
from portal.room_words import ROOM_WORDS
from scheduling.models import Study
from tenants.accounts.models import Customer
from tenants.models import Tenant
from tenants.permissions import Role
from tests.conftest import OTHER_SCHEMA
from tests.depot import a_depot
from tests.factories import a_customer, a_site, a_user
from tests.portal import Browser

admin_sites.fill()
RunJobs = Callable[..., int]
QUESTION = {
    "first": "2026-01-05",
    "end": "2026-01-18",
    "chargers": "2, 6",
    "sizes": "0; 400",
    "arrive": "18:00",
    "leave": "06:00",
    "days": "working",
    "energy": "95",
    "power": "22",
}


def signed_in(tenant: Tenant, customer: Customer, role: Role, email: str) -> Browser:
    a_user(email, customer, role)
    browser = Browser(tenant)
    browser.sign_in(email)
    return browser


@pytest.fixture
def planner(tenant: Tenant, customer: Customer) -> Browser:
    return signed_in(tenant, customer, Role.PLANNER, "petra@depot.example")


def page_of(site: Asset) -> str:
    return f"/sites/{site.pk}/room/"


def test_what_fits_is_asked_followed_and_seen(
    planner: Browser, depot: Asset, run_jobs: RunJobs
) -> None:
    page = page_of(depot)
    assert page in planner.get(f"/sites/{depot.pk}/").content.decode()
    first = planner.get(page).content.decode()
    assert 'name="first" value="2026-01-06"' in first, "the first whole day in Amsterdam"
    assert 'name="end" value="2026-01-19"' in first

    assert planner.post(page, QUESTION)["Location"] == page
    waiting = planner.get(page).content.decode()
    assert 'http-equiv="refresh"' in waiting
    assert "Find out" not in waiting, "one at a time"
    assert planner.post(page, QUESTION).status_code == 302
    assert Study.objects.count() == 1, "a second click asks for nothing"

    run_jobs("nonlinear")
    done = planner.get(page).content.decode()
    assert done.count("<strong>fits</strong>") == 3
    # By the clock of Amsterdam the vehicles come at 17:00 UTC: two hours of 20 kW, ten of 50.
    assert "What is in the way: 6 chargers, no battery" in done
    assert 'value="2, 6"' in done, "what was asked is there to be changed"
    assert 'name="end" value="2026-01-18"' in done


@pytest.mark.parametrize("language", ["en", "nl", "de"])
@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"chargers": "2, x"}, "numbers"),
        ({"sizes": "-1"}, "numbers"),
        ({"sizes": ",".join(map(str, range(60)))}, "many"),
        ({"end": "2026-01-05"}, "span"),
        ({"end": "2027-02-05"}, "span"),
        ({"energy": "900"}, "stay"),
        ({"first": "2098-01-01", "end": "2098-02-01"}, "future"),
    ],
)
def test_a_wrong_question_is_told_in_the_reader_s_language(
    planner: Browser, depot: Asset, changes: dict[str, str], word: str, language: str
) -> None:
    asked: Any = planner.post(
        page_of(depot), {**QUESTION, **changes}, headers={"Accept-Language": language}
    )

    assert asked.status_code == 400
    assert [ROOM_WORDS[language][word]] in asked.context["form"].errors.values()
    assert not Study.objects.exists()


def test_a_site_of_which_nothing_is_kept_says_so(
    planner: Browser, customer: Customer, tenant: Tenant
) -> None:
    asked = planner.post(page_of(a_site(customer)), QUESTION)

    assert asked.status_code == 400
    assert "No load or no import limit is kept" in asked.content.decode()


def test_why_there_is_no_answer_is_told(planner: Browser, depot: Asset, run_jobs: RunJobs) -> None:
    planner.post(page_of(depot), {**QUESTION, "first": "2026-01-01", "end": "2026-02-01"})
    run_jobs("nonlinear")

    assert "steps were not measured" in planner.get(page_of(depot)).content.decode()
    dutch = planner.get(page_of(depot), headers={"accept-language": "nl"}).content.decode()
    # In the time of the site, an hour before UTC.
    assert "stappen zijn niet gemeten, de eerste om 2026-01-01 00:00;" in dutch


def test_who_may_only_look_sees_no_form(tenant: Tenant, customer: Customer, depot: Asset) -> None:
    viewer = signed_in(tenant, customer, Role.VIEWER, "viktor@depot.example")

    assert "Find out" not in viewer.get(page_of(depot)).content.decode()
    assert viewer.post(page_of(depot), QUESTION).status_code == 403
    assert not Study.objects.exists()


def test_another_customer_s_and_another_tenant_s_room_is_none(
    planner: Browser, other_tenant: Tenant, now: datetime
) -> None:
    beside = a_depot(a_customer("beside"), known_at=now)
    with schema_context(OTHER_SCHEMA):
        there = a_depot(a_customer("there"), known_at=now)

    for site in (beside, there):
        assert planner.get(page_of(site)).status_code == 404
        assert planner.post(page_of(site), QUESTION).status_code == 404
    assert not Study.objects.exists()


def test_an_operator_sees_it_in_the_admin(
    planner: Browser, tenant: Tenant, depot: Asset, run_jobs: RunJobs
) -> None:
    planner.post(page_of(depot), QUESTION)
    study = Study.objects.get()
    operator = Browser(tenant)
    operator.force_login(a_user("olga@metering.example", None, Role.MANAGER, staff=True))
    urls = "config.urls_tenant"
    page = reverse("admin:scheduling_study_change", urlconf=urls, args=[study.pk])
    assert operator.get(page)["Refresh"] == "3"

    run_jobs("nonlinear")
    listed = operator.get(reverse("admin:scheduling_study_changelist", urlconf=urls))
    shown = operator.get(page).content.decode()

    assert "hosting" in listed.content.decode()
    assert shown.count("<strong>fits</strong>") == 3
    assert "In the way of 6 chargers, no battery" in shown
