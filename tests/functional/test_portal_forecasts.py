"""Forecasts in the portal: asked for, followed and seen with their band; by one's own rights."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tenants.utils import schema_context

from assets.models import Asset, AssetType, Quantity, Sensor
from forecasting.models import ForecastRun, RunState
from portal.words import WORDS
from tenants.accounts.models import Customer
from tenants.models import Tenant
from tenants.permissions import Role
from tests.conftest import OTHER_SCHEMA
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site, a_user, believe
from tests.portal import Browser

RunJobs = Callable[..., int]


@pytest.fixture
def load(site: Asset) -> Sensor:
    sensor = a_sensor(a_device(site, "Hall", AssetType.LOAD), Quantity.POWER)
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    values = [10.0 + hour % 24 for hour in range(240)]
    believe(sensor, now - timedelta(days=10), values, at=now)
    return sensor


def signed_in(tenant: Tenant, customer: Customer, role: Role, email: str) -> Browser:
    a_user(email, customer, role)
    browser = Browser(tenant)
    browser.sign_in(email)
    return browser


@pytest.fixture
def planner(tenant: Tenant, customer: Customer) -> Browser:
    return signed_in(tenant, customer, Role.PLANNER, "petra@depot.example")


def page_of(site: Asset, sensor: Sensor) -> str:
    return f"/sites/{site.pk}/forecasts/{sensor.pk}/"


def test_a_forecast_is_asked_for_followed_and_seen_with_its_band(
    planner: Browser, site: Asset, load: Sensor, run_jobs: RunJobs
) -> None:
    page = page_of(site, load)
    assert page in planner.get(f"/sites/{site.pk}/forecasts/").content.decode()
    assert "no forecast of this sensor yet" in planner.get(page).content.decode()

    assert planner.post(page)["Location"] == page
    waiting = planner.get(page).content.decode()
    assert "A forecast is being made" in waiting
    assert 'http-equiv="refresh"' in waiting
    assert "Forecast now" not in waiting, "one at a time"
    assert planner.post(page).status_code == 302
    assert ForecastRun.objects.count() == 1, "a second click asks for nothing"

    run_jobs("forecast")
    done = planner.get(page).content.decode()
    chart = planner.get(page + "chart.json").json()

    assert "seasonal_naive 1" in done
    assert "Forecast now" in done
    measured, expected, low, high = (each["values"] for each in chart["panels"][0]["series"])
    assert len(measured) == chart["steps"] == 96
    assert measured[46] is not None
    assert expected[47] is None, "two days of measurements come before"
    assert all(a <= b <= c for a, b, c in zip(low[48:], expected[48:], high[48:], strict=True))
    assert chart["panels"][0]["bands"] == [[2, 3]], "shaded between low and high"
    assert done.count("<tr>") == 1 + 48


def test_what_went_wrong_is_told(
    planner: Browser, site: Asset, load: Sensor, run_jobs: RunJobs
) -> None:
    empty = a_sensor(load.asset, Quantity.POWER, name="spare")

    planner.post(page_of(site, empty))
    run_jobs("forecast")
    page = planner.get(page_of(site, empty)).content.decode()

    assert "The newest attempt has no forecast" in page
    assert "needs 2 days" in page
    german = planner.get(page_of(site, empty), headers={"accept-language": "de"}).content.decode()
    assert "keine Prognose: seasonal_naive braucht 2 Tage" in german


def test_a_refusal_is_told_on_the_page(planner: Browser, site: Asset, load: Sensor) -> None:
    coarse = a_sensor(load.asset, Quantity.POWER, name="coarse")
    Sensor.objects.filter(pk=coarse.pk).update(resolution=timedelta(days=30))

    answer = planner.post(page_of(site, coarse))

    assert answer.status_code == 400
    assert "30 days" in answer.content.decode()
    assert not ForecastRun.objects.exists()


def test_a_viewer_sees_and_does_not_ask(
    tenant: Tenant, customer: Customer, site: Asset, load: Sensor
) -> None:
    viewer = signed_in(tenant, customer, Role.VIEWER, "vera@depot.example")

    page = viewer.get(page_of(site, load))
    refused = viewer.post(page_of(site, load))

    assert page.status_code == 200
    assert "Forecast now" not in page.content.decode()
    assert refused.status_code == 403
    assert not ForecastRun.objects.exists()


def test_a_form_from_elsewhere_is_refused(
    tenant: Tenant, planner: Browser, site: Asset, load: Sensor
) -> None:
    strict = Browser(tenant)
    strict.handler.enforce_csrf_checks = True
    strict.cookies = planner.cookies

    assert strict.post(page_of(site, load)).status_code == 403
    assert not ForecastRun.objects.exists()


def test_two_tenants_and_two_customers_do_not_meet(
    tenant: Tenant, other_tenant: Tenant, planner: Browser, site: Asset, load: Sensor
) -> None:
    beside = a_site(a_customer("Other Ltd"), "Annex")
    theirs = a_sensor(beside, Quantity.POWER)
    planner.post(page_of(site, load))
    with schema_context(OTHER_SCHEMA):
        stranger = signed_in(other_tenant, a_customer(), Role.MANAGER, "petra@depot.example")

    for there, sensor in ((beside, theirs), (site, theirs), (beside, load)):
        assert planner.get(page_of(there, sensor)).status_code == 404
        assert planner.get(page_of(there, sensor) + "chart.json").status_code == 404
        assert planner.post(page_of(there, sensor)).status_code == 404
    assert planner.get(f"/sites/{beside.pk}/forecasts/").status_code == 404
    assert stranger.get(page_of(site, load)).status_code == 404
    assert stranger.post(page_of(site, load)).status_code == 404
    with schema_context(tenant.schema_name):
        assert ForecastRun.objects.get().sensor == load


def test_who_is_not_signed_in_is_sent_to_sign_in(tenant: Tenant, site: Asset, load: Sensor) -> None:
    for page in (page_of(site, load), page_of(site, load) + "chart.json"):
        assert Browser(tenant).get(page)["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(("language", "says"), [("nl", "Nu voorspellen"), ("de-AT", "Jetzt pro")])
def test_the_page_speaks_the_reader_s_language(
    planner: Browser, site: Asset, load: Sensor, language: str, says: str
) -> None:
    answer = planner.get(page_of(site, load), headers={"Accept-Language": language})

    page = answer.content.decode()
    assert says in page
    assert f'<html lang="{language[:2]}">' in page
    assert answer["Vary"] == "Accept-Language, Cookie"


def test_every_language_has_every_word() -> None:
    english = WORDS["en"]
    for words in WORDS.values():
        assert words.keys() == english.keys()
        assert all(words.values())
    assert {state.value for state in RunState} <= english.keys()


def test_the_list_costs_the_same_for_many_sensors(
    planner: Browser,
    site: Asset,
    load: Sensor,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for number in range(20):
        a_sensor(load.asset, Quantity.POWER, name=f"meter {number}", resolution=HOUR)

    # Tenant, session, person, memberships, site, sensors, runs, brand.
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        planner.get(f"/sites/{site.pk}/forecasts/")
