"""A customer's site: plan against actual, price and stock; and nobody else's."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient
from django_tenants.utils import schema_context
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset, AssetType, Quantity
from assets.timegrid import TimeGrid
from scheduling.interpret.failures import FAILURES
from scheduling.models import RunState, ScheduleRun
from scheduling.services import request_schedule
from tenants.accounts.models import Customer, Membership, User
from tenants.models import Domain, Tenant
from tenants.permissions import PLATFORM, Role
from tenants.sayings import kept
from tests.factories import (
    HOUR,
    a_customer,
    a_device,
    a_sensor,
    a_site_with_battery,
    a_user,
    believe,
)
from tests.portal import Browser

EMAIL = "vera@depot.example"
PATIENCE_SECONDS = 10


@pytest.fixture
def person(customer: Customer) -> User:
    return a_user(EMAIL, customer, Role.VIEWER)


@pytest.fixture
def site(customer: Customer, now: datetime) -> Asset:
    site = a_site_with_battery(customer, now, [0.1, 0.5, 0.1, 0.5], known_at=now - HOUR)
    meter = a_sensor(a_device(site, "Grid", AssetType.GRID_CONNECTION), Quantity.POWER)
    believe(meter, now - HOUR, [1.0, 4.75], at=now + 2 * HOUR)
    return site


@pytest.fixture
def plan(site: Asset, now: datetime, run_jobs: Callable[..., int]) -> Callable[[], ScheduleRun]:
    def make() -> ScheduleRun:
        run = request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 4), now=now)
        run_jobs()
        run.refresh_from_db()
        assert run.state == "READY", run.failure
        return run

    return make


@pytest.fixture
def browser(tenant: Tenant, person: User) -> Browser:
    browser = Browser(tenant)
    browser.sign_in(EMAIL)
    return browser


def test_plan_actual_stock_and_price_are_columns_of_one_chart(
    browser: Browser, site: Asset, plan: Callable[[], ScheduleRun], now: datetime
) -> None:
    run = plan()

    chart = browser.get(f"/sites/{site.pk}/chart.json").json()

    power, stock, price, worth = chart["panels"]
    assert worth["title"] == "What one kWh more is worth"
    columns = {each["name"]: each["values"] for each in power["series"]}
    before = 6  # hours that are shown before the plan
    assert chart["run"] == str(run.pk)
    assert chart["start"] == (now - before * HOUR).timestamp()
    assert columns["Grid, planned"][before:] == [5.0, -5.0, 5.0, -5.0]
    assert columns["Grid, measured"] == [None] * 5 + [1.0, 4.75] + [None] * 3
    assert columns["Battery, planned"][before:] == [5.0, -5.0, 5.0, -5.0]
    assert {each["name"]: each["values"][-1] for each in power["limits"]} == {
        "Import limit": 50.0,
        "Export limit": -50.0,
    }
    assert stock["series"][0]["values"][before:] == [0.0, 5.0, 0.0, 5.0, 0.0]
    assert (price["unit"], price["series"][0]["values"][before:]) == (
        "EUR/kWh",
        [0.1, 0.5, 0.1, 0.5],
    )
    assert chart["now"] == (now + HOUR).timestamp()


def test_the_page_tells_the_same_without_a_chart(
    browser: Browser, site: Asset, plan: Callable[[], ScheduleRun]
) -> None:
    plan()

    page = browser.get(f"/sites/{site.pk}/").content.decode()

    assert "-4.00 EUR" in page
    # 12:00 UTC is 13:00 in Amsterdam, the day before the clocks change.
    assert "Sat 13:00" in page
    assert "4.75" in page
    assert "<script>" not in page


def test_a_single_site_is_shown_at_once(browser: Browser, site: Asset) -> None:
    assert browser.get("/").headers["Location"] == f"/sites/{site.pk}/"


def test_a_site_without_a_plan_says_so(browser: Browser, site: Asset) -> None:
    page = browser.get(f"/sites/{site.pk}/")

    assert "There is no plan for this site yet" in page.content.decode()
    assert browser.get(f"/sites/{site.pk}/chart.json").json() == {"panels": []}


def test_a_failed_attempt_is_told_and_the_plan_before_it_stands(
    browser: Browser, site: Asset, plan: Callable[[], ScheduleRun], now: datetime
) -> None:
    plan()
    late = now + HOUR
    failed = request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(late, HOUR, 9), now=late)
    ScheduleRun.objects.get(pk=failed.pk).move_to(RunState.SOLVING, at=late)
    ScheduleRun.objects.get(pk=failed.pk).move_to(
        RunState.FAILED, at=late, failure="prices are unknown"
    )

    page = browser.get(f"/sites/{site.pk}/").content.decode()

    assert "prices are unknown" in page
    assert "The plan before it stands." in page
    assert "-4.00 EUR" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", "3 van 9 stappen zijn onbekend, de eerste om 2026-01-12 11:15"),
        ("de", "3 von 9 Schritten sind unbekannt, der erste um 2026-01-12 11:15"),
        ("fr", "3 of 9 steps are unknown, the first at 2026-01-12 11:15"),
    ],
)
def test_why_an_attempt_failed_is_told_in_the_language_of_the_reader(
    browser: Browser, site: Asset, now: datetime, language: str, words: str
) -> None:
    run = request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 9), now=now)
    ScheduleRun.objects.get(pk=run.pk).move_to(RunState.SOLVING, at=now)
    first = datetime(2026, 1, 12, 10, 15, tzinfo=UTC)
    why = FAILURES("steps_unknown", sensor="price", unknown=3, steps=9, first=first)
    told = kept(most=1000, failure=why)
    ScheduleRun.objects.get(pk=run.pk).move_to(RunState.FAILED, at=now, **told)

    page = browser.get(f"/sites/{site.pk}/", headers={"Accept-Language": language})

    assert f"price: {words}" in page.content.decode()


@pytest.mark.parametrize("address", ["/sites/{}/", "/sites/{}/chart.json", "/live/sites/{}"])
def test_what_is_not_yours_is_not_there(
    tenant: Tenant, other_tenant: Tenant, site: Asset, address: str
) -> None:
    a_user("neighbour@x.example", a_customer("Neighbour"), Role.MANAGER)
    with schema_context(other_tenant.schema_name):
        a_user("stranger@x.example", None, Role.MANAGER)
    neighbour, stranger = Browser(tenant), Browser(other_tenant)
    neighbour.sign_in("neighbour@x.example")
    stranger.sign_in("stranger@x.example")

    for browser in (neighbour, stranger):
        hidden = browser.get(address.format(site.pk))
        missing = browser.get(address.format(10**9))
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert without_token(hidden) == without_token(missing)
        assert b"Depot" not in browser.get("/").content


def test_a_page_costs_the_same_whatever_the_number_of_steps(
    browser: Browser,
    site: Asset,
    plan: Callable[[], ScheduleRun],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    plan()
    with django_assert_max_num_queries(32):
        browser.get(f"/sites/{site.pk}/")


def test_an_open_page_hears_of_a_new_plan(
    browser: Browser, tenant: Tenant, site: Asset, plan: Callable[[], ScheduleRun]
) -> None:
    told = listen(browser, tenant, site, after_first=plan, until=2)

    assert told[0] == "none"
    assert told[-1].endswith(" READY")


def test_who_loses_the_right_hears_no_more(
    browser: Browser, tenant: Tenant, site: Asset, person: User, plan: Callable[[], ScheduleRun]
) -> None:
    def leave_and_plan() -> None:
        Membership.objects.filter(user=person).delete()
        plan()

    told = listen(browser, tenant, site, after_first=leave_and_plan, until=99)

    assert told == ["none"]


def without_token(page: Any) -> str:
    return re.sub(r'csrfmiddlewaretoken" value="[^"]*"', "", page.content.decode())


def listen(
    browser: Browser, tenant: Tenant, site: Asset, *, after_first: Callable[[], Any], until: int
) -> list[str]:
    """Return what the stream tells: ``until`` so many events, or to its end."""
    # The asynchronous test client cannot be talked out of its host name.
    Domain.objects.update_or_create(domain="testserver", defaults={"tenant": tenant})

    async def consume() -> list[str]:
        client = AsyncClient()
        client.cookies = browser.cookies
        answer: Any = await client.get(f"/live/sites/{site.pk}")
        assert answer.status_code == 200
        told: list[str] = []
        async for chunk in answer.streaming_content:
            lines = chunk.decode().splitlines()
            told += [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
            if len(told) >= until:
                break
            if len(told) == 1 and lines[0].startswith("event"):
                await sync_to_async(after_first)()
        return told

    async def with_patience() -> list[str]:
        return await asyncio.wait_for(consume(), PATIENCE_SECONDS)

    return async_to_sync(with_patience)()


def test_numbers_that_are_unknown_are_null_and_not_nan(
    browser: Browser, site: Asset, plan: Callable[[], ScheduleRun]
) -> None:
    plan()

    text = browser.get(f"/sites/{site.pk}/chart.json").content.decode()

    assert "NaN" not in text
    json.loads(text)
