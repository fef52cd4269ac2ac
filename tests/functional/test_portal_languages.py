"""The portal in the reader's language: no page is left in English for who reads another."""

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest

from assets.models import Asset, AssetType, Quantity, Sensor
from assets.timegrid import TimeGrid
from portal.room_words import ROOM_WORDS
from portal.words import WORDS
from scheduling.interpret.headings import Heading, breach_words, broken_words, term_words
from scheduling.services import request_schedule
from tenants.accounts.models import Customer, User
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tenants.sayings import LANGUAGES
from tests.factories import HOUR, a_device, a_sensor, a_site_with_battery, a_user, believe
from tests.portal import Browser

EMAIL = "vera@depot.example"
TEMPLATES = Path(__file__).parents[2] / "portal" / "templates" / "portal"
#: Words that are the same in a language as in English.
SAME = {"nl": {"Sensor", "Start"}, "de": {"Sensor", "Start"}}


@pytest.fixture
def person(customer: Customer) -> User:
    return a_user(EMAIL, customer, Role.PLANNER)


@pytest.fixture
def site(customer: Customer, now: datetime, run_jobs: Callable[..., int]) -> Asset:
    site = a_site_with_battery(customer, now, [0.1, 0.5, 0.1, 0.5], known_at=now - HOUR)
    meter = a_sensor(a_device(site, "Grid", AssetType.GRID_CONNECTION), Quantity.POWER)
    believe(meter, now - HOUR, [1.0, 4.75], at=now + 2 * HOUR)
    request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 4), now=now)
    run_jobs()
    return site


def english_left(page: str, language: str) -> list[str]:
    """Return which of the portal's English words stand in ``page`` as whole texts or labels."""
    text = re.sub(r'<(\w+) lang="en">.*?</\1>', "", page, flags=re.DOTALL)
    said = {each.strip() for each in re.findall(r">([^<>]+)<", text)}
    said |= set(re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]+)"', text))
    said = {unescape(each) for each in said}
    return [
        words
        for key, words in WORDS["en"].items()
        if words != WORDS[language][key]
        and words not in SAME[language]
        and any(re.search(rf"(?<!\w){re.escape(words)}(?!\w)", each) for each in said)
    ]


@pytest.mark.parametrize("language", ["nl", "de"])
def test_no_page_of_the_portal_is_left_in_english(
    tenant: Tenant, person: User, site: Asset, language: str
) -> None:
    browser = Browser(tenant)
    headers = {"Accept-Language": language}
    pages = {"/sign-in/": browser.get("/sign-in/", headers=headers)}
    refused = browser.post("/sign-in/", {"username": EMAIL, "password": "wrong"}, headers=headers)
    pages["refused"] = refused
    browser.sign_in(EMAIL)
    meter = Sensor.objects.get(asset__name="Grid")
    for path in (
        f"/sites/{site.pk}/",
        f"/sites/{site.pk}/files/",
        f"/sites/{site.pk}/forecasts/",
        "/sites/999999/",
        f"/sites/{site.pk}/forecasts/{meter.pk}/",
    ):
        pages[path] = browser.get(path, headers=headers)

    for path, answer in pages.items():
        page = answer.content.decode()
        assert f'<html lang="{language}">' in page, path
        assert answer.headers["Content-Language"] == language
        assert "Accept-Language" in answer.headers["Vary"]
        assert english_left(page, language) == [], path
    words = WORDS[language]
    assert words["refused"] in unescape(refused.content.decode())
    shown = unescape(pages[f"/sites/{site.pk}/"].content.decode())
    for key in ("expected_cost", "costs", "together", "why", "sign_out", "skip", "plan_for"):
        assert words[key] in shown
    assert Heading.GRID_PLANNED.said(language) in shown  # the table's columns


@pytest.mark.parametrize("language", ["nl", "de"])
def test_the_chart_and_the_reasons_speak_it_too(
    tenant: Tenant, person: User, site: Asset, language: str
) -> None:
    browser = Browser(tenant)
    browser.sign_in(EMAIL)
    headers = {"Accept-Language": language}

    chart = browser.get(f"/sites/{site.pk}/chart.json", headers=headers).json()
    page = unescape(browser.get(f"/sites/{site.pk}/", headers=headers).content.decode())

    assert [each["title"] for each in chart["panels"]][:2] == [
        Heading.POWER.said(language),
        Heading.STOCK.said(language),
    ]
    reached = {"nl": "ontlaadvermogen van Battery bereikt", "de": "Entladeleistung (Battery)"}
    assert reached[language] in page


def test_who_asks_for_a_language_that_is_not_spoken_reads_english(
    tenant: Tenant, person: User
) -> None:
    page = Browser(tenant).get("/sign-in/", headers={"Accept-Language": "fr"}).content.decode()

    assert '<html lang="en">' in page
    assert "E-mail address" in page


def chosen_on(page: str) -> list[str]:
    """Return which languages the form of ``page`` marks as the reader's."""
    return re.findall(r'value="(\w\w)" lang="\w\w" aria-current="true"', page)


def test_a_reader_chooses_a_language_and_keeps_it(
    tenant: Tenant, other_tenant: Tenant, person: User, site: Asset
) -> None:
    browser = Browser(tenant)
    english = {"Accept-Language": "en"}
    page = browser.get("/sign-in/?next=/sites/", headers=english).content.decode()
    assert chosen_on(page) == ["en"]
    assert '<input type="hidden" name="next" value="/sign-in/?next=/sites/">' in page

    answer = browser.post("/language/", {"language": "de", "next": "/sign-in/"}, headers=english)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/")
    cookie = answer.cookies["django_language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("de", True, "Lax")
    assert int(cookie["max-age"]) == 365 * 24 * 3600
    browser.sign_in(EMAIL)
    shown = browser.get(f"/sites/{site.pk}/", headers=english)
    page = unescape(shown.content.decode())
    assert '<html lang="de">' in page
    assert chosen_on(page) == ["de"]
    assert WORDS["de"]["expected_cost"] in page
    assert "Cookie" in shown.headers["Vary"]
    # The choice is that of a browser: another asks for its own.
    assert chosen_on(Browser(tenant).get("/sign-in/", headers=english).content.decode()) == ["en"]
    elsewhere = Browser(other_tenant).get("/sign-in/", headers=english).content.decode()
    assert chosen_on(elsewhere) == ["en"]


def test_no_other_language_and_no_other_host_can_be_chosen(tenant: Tenant) -> None:
    browser = Browser(tenant)

    unknown = browser.post("/language/", {"language": "fr", "next": "/sign-in/"})
    abroad = browser.post("/language/", {"language": "nl", "next": "https://elsewhere.example/"})

    assert (unknown.status_code, dict(unknown.cookies)) == (400, {})
    assert abroad.headers["Location"] == "/"
    assert browser.get("/language/").status_code == 405


def test_a_language_is_chosen_from_the_portal_alone(tenant: Tenant) -> None:
    browser = Browser(tenant)
    browser.handler.enforce_csrf_checks = True

    answer = browser.post("/language/", {"language": "nl", "next": "/sign-in/"})

    assert answer.status_code == 403
    assert "django_language" not in answer.cookies


def test_every_word_is_said_in_every_language() -> None:
    for words in (WORDS, ROOM_WORDS):
        for language in LANGUAGES:
            assert words[language].keys() == words["en"].keys()
            assert all(words[language].values())


def test_templates_hold_no_words_of_their_own() -> None:
    """What stands between tags is said by ``said``, ``words`` or what was stored; but for units."""
    for template in TEMPLATES.glob("*.html"):
        text = re.sub(r"{%.*?%}|{{.*?}}|\bkWh\b", "", template.read_text())
        texts = re.findall(r">([^<>]*)<", text) + re.findall(r'aria-label="([^"]*)"', text)
        assert not [each for each in texts if re.search(r"[A-Za-z]{3}", each)], template.name


def test_terms_of_cost_and_broken_limits_are_said_in_each_language() -> None:
    assert term_words("wear: battery", "nl") == "slijtage: battery"
    assert term_words("breach: import limit of the grid connection", "de") == (
        "Überschreitung: Bezugsgrenze, Netzanschluss"
    )
    assert broken_words("export limit of depot", "nl") == "exportlimiet van depot"
    assert term_words("something new: x", "nl") == "something new: x"
    assert term_words("peak: month", "de") == "Spitze: month"
    assert term_words("risk of dear scenarios", "nl") == "risico van dure scenario's"
    power = breach_words("import limit of depot", most_kw=3.04, most_kwh=0.0, language="nl")
    assert power == "importlimiet van depot overschreden met hoogstens 3,0 kW"
    stock = breach_words("departure of van", most_kw=0.0, most_kwh=5.12, language="en")
    assert stock == "stock at departure of van missed by up to 5.1 kWh"
    assert term_words("import", "en") == "import"
    for heading in Heading:
        assert len(heading.value) == len(LANGUAGES)
