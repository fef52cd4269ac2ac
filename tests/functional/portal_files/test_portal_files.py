"""A customer brings a file in the portal: looks, maps, imports."""

import io
from collections.abc import Callable
from datetime import datetime

import openpyxl

from assets.models import Asset, Belief, Sensor
from integrations.models import FileContent, ImportMapping
from tests.functional.portal_files.pages import bring, filled
from tests.portal import Browser


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
