"""What is wrong with a file, or with what is said of it, is told where it is."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assets.models import Asset, Belief, Sensor
from integrations.ingest.mapping_form import MAX_COLUMNS
from integrations.models import FileImport, ImportMapping
from tests.functional.portal_files.pages import TEXT, bring, filled
from tests.portal import Browser


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


def test_a_form_with_more_columns_than_a_page_has_is_cut(
    browser: Browser, site: Asset, load: Sensor
) -> None:
    names = [f"c{i}" for i in range(100)]
    rows = [";".join(["time", *names]), ";".join(["2026-03-27 00:00", *["1"] * 100])]

    page = browser.get(bring(browser, site, "\n".join(rows))).context["page"]

    assert len(page.fields.columns) == MAX_COLUMNS + 2
