"""A customer brings a file in the portal: looks, maps, imports; and nobody else sees it."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_tenants.utils import schema_context
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset, Belief, Quantity, Sensor
from integrations.ingest.mapping_form import MAX_COLUMNS
from integrations.ingest.wording import page_words
from integrations.models import FileContent, FileImport, ImportMapping
from tenants.accounts.models import Customer
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import Role
from tenants.sayings import LANGUAGES
from tests.factories import a_customer, a_sensor, a_site, a_user
from tests.portal import Browser

EMAIL = "pia@depot.example"
TEXT = "tijd;verbruik kWh;teller\n27-03-2026 00:00;1,5;100\n27-03-2026 01:00;2;101\n"


@pytest.fixture
def load(site: Asset) -> Sensor:
    return a_sensor(site, Quantity.POWER, name="load")


@pytest.fixture
def browser(tenant: Tenant, customer: Customer) -> Browser:
    return signed_in(tenant, a_user(EMAIL, customer, Role.PLANNER))


def signed_in(tenant: Tenant, user: Any) -> Browser:
    browser = Browser(tenant)
    browser.force_login(user)
    return browser


def bring(browser: Browser, site: Asset, content: str | bytes = TEXT, name: str = "m.csv") -> str:
    """Return the address of the file's page."""
    given = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    answer = browser.post(f"/sites/{site.pk}/files/", {"file": given})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def filled(browser: Browser, address: str, **changes: str) -> dict[str, str]:
    """Return what the page's form holds, as a browser would send it, with ``changes``."""
    fields = browser.get(address).context["page"].fields
    given = dict(fields.given)
    for each in fields.columns:
        given |= {
            f"column-{each.number}": each.column,
            f"sensor-{each.number}": each.sensor,
            f"unit-{each.number}": each.unit,
            f"only_column-{each.number}": each.only_column,
            f"only_text-{each.number}": each.only_text,
            f"rolls_over_at-{each.number}": each.rolls_over_at,
        }
        if each.generation:
            given[f"generation-{each.number}"] = "on"
    return given | {name.replace("__", "-"): text for name, text in changes.items()}


def test_a_file_is_brought_looked_at_mapped_and_imported(
    browser: Browser, site: Asset, load: Sensor, run_jobs: Callable[..., int]
) -> None:
    address = bring(browser, site)
    page = browser.get(address).content.decode()
    assert "semicolon ;" in page
    assert "27-03-2026 00:00" in page
    assert "1,5" in page

    given = filled(browser, address, sensor__0=str(load.pk), unit__0="kWh")
    looked = browser.post(address, given | {"action": "look"}).content.decode()
    assert "2026-03-27 00:00" in looked
    assert not Belief.objects.exists()

    assert browser.post(address, given | {"action": "import"}).status_code == 302
    waiting = browser.get(address).content.decode()
    assert "data-unfinished" in waiting
    assert "<progress" in waiting
    run_jobs("integration")

    done = browser.get(address).content.decode()
    assert "What was stored" in done
    assert "data-unfinished" not in done
    assert list(Belief.objects.order_by("event_start").values_list("value", flat=True)) == [1.5, 2]
    assert not FileContent.objects.exists()
    assert "m.csv" in browser.get(f"/sites/{site.pk}/files/").content.decode()


def test_wrong_rows_are_shown_with_line_column_and_what_would_be_right(
    browser: Browser, site: Asset, load: Sensor, run_jobs: Callable[..., int]
) -> None:
    text = TEXT + "27-03-2026 02:00;twee;102\n27-33-2026 03:00;<b>;103\n27-03-2026 04:00;5;1\n"
    address = bring(browser, site, text)
    given = filled(browser, address, sensor__0=str(load.pk), unit__0="kWh")
    given |= {"column-0": "verbruik kWh", "time_column": "tijd", "decimal": "comma"}

    browser.post(address, given | {"action": "import", "time_format": "%d-%m-%Y %H:%M"})
    run_jobs("integration")
    page = browser.get(address, headers={"Accept-Language": "nl"}).content.decode()

    assert "“twee” is geen getal" in page
    assert "“27-33-2026 03:00” is geen tijd" in page
    assert "er is niets opgeslagen" in page
    assert not Belief.objects.exists()
    again = filled(browser, address, wrong_rows="leave_out")
    browser.post(address, again | {"action": "import"})
    run_jobs("integration")
    page = browser.get(address, headers={"Accept-Language": "de"}).content.decode()
    assert "Diese Zeilen wurden ausgelassen." in page
    assert Belief.objects.count() == 3


def test_a_kept_mapping_is_offered_for_the_next_file_of_its_form(
    browser: Browser, site: Asset, load: Sensor
) -> None:
    address = bring(browser, site)
    given = filled(browser, address, sensor__0=str(load.pk), unit__0="Wh+", keep_as="monthly")
    browser.post(address, given | {"action": "import", "rolls_over_at-0": "100000"})
    other = bring(browser, site, "a,b\n2026-03-27 00:00,1\n")

    page = browser.get(bring(browser, site)).context["page"]

    assert page.used == ImportMapping.objects.get()
    column = page.fields.columns[0]
    assert (column.sensor, column.unit, column.rolls_over_at) == (str(load.pk), "Wh+", "100000")
    assert browser.get(other).context["page"].used is None
    chosen = browser.get(f"{other}?mapping={page.used.pk}").context["page"]
    assert chosen.fields.columns[0].unit == "Wh+"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"unit__0": "EUR/MWh"}, "unit-0", "is no unit of POWER"),
        ({"unit__0": "bananas"}, "unit-0", "is no unit of POWER"),
        ({"sensor__0": "999999"}, "sensor-0", "no such sensor"),
        ({"sensor__0": "x"}, "sensor-0", "integer"),
        ({"sensor__0": ""}, "", "Choose a sensor"),
        ({"time_zone": "Mars/Base"}, "time_zone", "Europe/Amsterdam"),
        ({"other_format": "%Q"}, "time_format", "reads no time"),
        ({"step_minutes": "0"}, "step_minutes", "greater than or equal to 1"),
        ({"rolls_over_at__0": "5"}, "column-0", "counts up"),
        ({"wrong_rows": "guess"}, "wrong_rows", "refuse"),
        ({"keep_as": "x" * 101}, "keep_as", "at most 100"),
    ],
)
def test_what_is_filled_in_wrongly_is_said_at_its_field(
    browser: Browser, site: Asset, load: Sensor, changes: dict[str, str], field: str, words: str
) -> None:
    address = bring(browser, site)
    given = filled(browser, address, **({"sensor__0": str(load.pk), "unit__0": "kWh"} | changes))

    answer = browser.post(address, given | {"action": "import"})

    assert answer.status_code == 400
    assert words in answer.context["page"].errors[field][0]
    assert FileImport.objects.get().state == "BROUGHT"
    assert not ImportMapping.objects.exists()


def test_the_first_values_tell_what_cannot_be_read(
    browser: Browser, site: Asset, load: Sensor
) -> None:
    address = bring(browser, site)
    given = filled(browser, address, sensor__0=str(load.pk), unit__0="kWh", decimal="point")

    page = browser.post(address, given | {"action": "look"}).content.decode()

    assert "“1,5” has a comma: choose the comma as decimal sign" in page


def test_zero_characters_are_left_out(browser: Browser, site: Asset, load: Sensor) -> None:
    address = bring(browser, site)
    given = filled(browser, address, sensor__0=str(load.pk), unit__0="kWh", keep_as="a\0b")

    assert browser.post(address, given | {"action": "import"}).status_code == 302

    assert ImportMapping.objects.get().name == "ab"


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"PK\x03\x04", b"1;2\n3;4\n", b"<a>"])
def test_a_file_of_no_kind_is_refused_on_the_page(
    browser: Browser, site: Asset, content: bytes
) -> None:
    given = SimpleUploadedFile("x.csv", content)

    answer = browser.post(f"/sites/{site.pk}/files/", {"file": given})

    assert answer.status_code == 400
    assert answer.context["error"]
    assert browser.post(f"/sites/{site.pk}/files/").status_code == 400
    assert not FileImport.objects.exists()


def test_a_workbook(
    browser: Browser, site: Asset, load: Sensor, run_jobs: Callable[..., int]
) -> None:
    book = openpyxl.Workbook()
    for row in (["Meter 7"], ["time", "kW"], [datetime(2026, 3, 27), 1.5]):  # noqa: DTZ001
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    address = bring(browser, site, content.getvalue(), "m.xlsx")

    given = filled(browser, address, sensor__0=str(load.pk), unit__0="kW", generation__0="on")
    browser.post(address, given | {"action": "import"})
    run_jobs("integration")

    assert Belief.objects.get().value == -1.5


def test_a_file_is_discarded(browser: Browser, site: Asset, load: Sensor) -> None:
    address, asked = bring(browser, site), bring(browser, site)
    given = filled(browser, asked, sensor__0=str(load.pk), unit__0="kWh")
    browser.post(asked, given | {"action": "import"})

    for each in (address, asked):
        assert browser.post(each, {"action": "discard"}).status_code == 302

    assert browser.get(address).status_code == 404
    assert browser.get(asked).status_code == 200


def test_a_file_is_nobody_elses(
    tenant: Tenant, other_tenant: Tenant, browser: Browser, site: Asset, load: Sensor
) -> None:
    address = bring(browser, site)
    neighbour = a_customer("Neighbour")
    theirs = a_site(neighbour)
    stranger = signed_in(tenant, a_user("nel@n.example", neighbour, Role.MANAGER))
    with schema_context(other_tenant.schema_name):
        of_another = signed_in(other_tenant, a_user("o@o.example", None, Role.MANAGER))
    nobody = f"/sites/{theirs.pk}/files/{address.rstrip('/').rpartition('/')[2]}/"

    for who in (stranger, of_another):
        for each in (f"/sites/{site.pk}/files/", address, nobody):
            for answer in (who.get(each), who.post(each, {"action": "discard"})):
                if each.endswith(f"/{theirs.pk}/files/"):
                    continue
                assert answer.status_code == 404
    connection.set_tenant(tenant)
    given = filled(browser, address, sensor__0=str(a_sensor(theirs, Quantity.POWER).pk))
    answer = browser.post(address, given | {"action": "import", "unit-0": "kWh"})
    assert answer.context["page"].errors == {"sensor-0": ["no such sensor"]}
    assert FileContent.objects.count() == 1


def test_who_may_not_record_is_refused_and_sees_no_way_there(
    tenant: Tenant, customer: Customer, browser: Browser, site: Asset
) -> None:
    address = bring(browser, site)
    viewer = signed_in(tenant, a_user("v@depot.example", customer, Role.VIEWER))

    for each in (f"/sites/{site.pk}/files/", address):
        assert viewer.get(each).status_code == 403
        assert viewer.post(each, {"action": "import"}).status_code == 403
    assert "/files/" not in viewer.get(f"/sites/{site.pk}/").content.decode()
    assert "/files/" in browser.get(f"/sites/{site.pk}/").content.decode()
    assert Browser(tenant).get(address).status_code == 302


def test_the_pages_ask_few_statements(
    browser: Browser,
    site: Asset,
    load: Sensor,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(5):
        address = bring(browser, site)
        a_sensor(site, Quantity.POWER, name=address[-9:-1])

    # Two schemas, tenant, session, user, memberships, site, brand; files, or file, its content,
    # mappings and sensors.
    with django_assert_max_num_queries(9):
        browser.get(f"/sites/{site.pk}/files/")
    with django_assert_max_num_queries(12):
        browser.get(address)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_speak_three_languages(browser: Browser, site: Asset, language: str) -> None:
    address = bring(browser, site)

    page = browser.get(address, headers={"Accept-Language": language}).content.decode()

    words = page_words(language)
    assert f'<html lang="{language}">' in page
    assert words["understood"] in page
    assert words["keep_as"] in page
    assert "<script>" not in page


def test_a_form_with_more_columns_than_a_page_has_is_cut(
    browser: Browser, site: Asset, load: Sensor
) -> None:
    names = [f"c{i}" for i in range(100)]
    rows = [";".join(["time", *names]), ";".join(["2026-03-27 00:00", *["1"] * 100])]

    page = browser.get(bring(browser, site, "\n".join(rows))).context["page"]

    assert len(page.fields.columns) == MAX_COLUMNS + 2
