"""Forms of the admin: what is right is kept, what is wrong is said at its field."""

import json
from datetime import datetime
from typing import Any

import pytest

from assets.models import Asset, Sensor
from scheduling.models import AssetFlex
from tests.functional.tenant_admin.pages import address, errors_of
from tests.portal import Browser


def test_a_tree_with_a_circle_is_refused_at_the_parent(
    browser: Browser, site: Asset, now: datetime
) -> None:
    battery = Asset.objects.get(name="Battery")
    form = form_of(site) | {"parent": battery.pk}

    errors = errors_of(browser.post(address(Asset, "change", site.pk), form))

    assert "the tree would have a circle" in errors["parent"][0]
    site.refresh_from_db()
    assert battery.path.startswith(site.path)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"time_zone": "Mars/Base"}, "time_zone", "Mars/Base"),
        ({"latitude": "91"}, "latitude", "less than or equal to 90"),
        ({"latitude": "nan"}, "latitude", "Enter a number"),
        ({"name": ""}, "name", "required"),
        ({"parent": ""}, "parent", "choose what it hangs under"),
    ],
)
def test_a_wrong_value_of_an_asset_is_named(
    browser: Browser, site: Asset, change: dict[str, str], field: str, words: str
) -> None:
    before = Asset.objects.count()

    errors = errors_of(
        browser.post(address(Asset, "add"), form_of(site) | {"name": "New"} | change)
    )

    assert words in str(errors[field])
    assert Asset.objects.count() == before


def test_an_asset_is_made_moved_and_renamed(browser: Browser, site: Asset) -> None:
    assert browser.post(address(Asset, "add"), form_of(site) | {"name": "New"}).status_code == 302
    new = Asset.objects.get(name="New")
    assert new.path == f"{site.parent.path}{new.pk}." if site.parent else ""

    moved = form_of(new) | {"parent": site.pk, "name": "Newer"}
    assert browser.post(address(Asset, "change", new.pk), moved).status_code == 302

    new.refresh_from_db()
    assert (new.name, new.path) == ("Newer", f"{site.path}{new.pk}.")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"resolution": "00:07:00"}, "resolution", "not one of the available choices"),
        ({"resolution": "00:00:00"}, "resolution", "not one of the available choices"),
        ({"quantity": "LOVE"}, "quantity", "not one of the available choices"),
        ({"asset": "999999"}, "asset", "not one of the available choices"),
    ],
)
def test_a_wrong_value_of_a_sensor_is_named(
    browser: Browser, site: Asset, change: dict[str, str], field: str, words: str
) -> None:
    form = {"asset": site.pk, "name": "new", "quantity": "POWER", "resolution": "0:15:00"}
    before = Sensor.objects.count()

    errors = errors_of(browser.post(address(Sensor, "add"), form | change))

    assert words in str(errors.get(field)), errors
    assert Sensor.objects.count() == before


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"capacity_kwh": -1.0}, "capacity_kwh"),
        ({"stock_at_start_kwh": 11.0}, "stock_at_start_kwh"),
        ({"speed": 3}, "speed"),
        ({"kind": "teapot"}, "teapot"),
        ({"charge_limit_kw": {"sensor": 999999}}, "charge_limit_kw: no such sensor"),
        ({"capacity_kwh": float("nan")}, "capacity_kwh"),
        ({"charge_limit_kw": [5.0, float("nan")]}, "charge_limit_kw"),
        ({"goals": [{"points": [{"at": "2026-03-29T08:00", "stock_kwh": 5}]}]}, "timezone"),
    ],
)
def test_a_wrong_document_is_named_by_its_path(
    browser: Browser, site: Asset, document: dict[str, Any], words: str
) -> None:
    kept = AssetFlex.objects.get(asset__name="Battery")
    form = flex_form(kept) | {"document": json.dumps(kept.document | document)}

    errors = errors_of(browser.post(address(AssetFlex, "add"), form))

    assert words in str(errors["document"])
    assert AssetFlex.objects.filter(asset__name="Battery").count() == 1


def test_a_new_document_is_kept_beside_the_old(browser: Browser, site: Asset) -> None:
    kept = AssetFlex.objects.get(asset__name="Battery")
    form = flex_form(kept) | {"document": json.dumps(kept.document | {"capacity_kwh": 20.0})}

    assert browser.post(address(AssetFlex, "add"), form).status_code == 302

    newest = AssetFlex.objects.filter(asset__name="Battery").latest("valid_from")
    assert newest.document["capacity_kwh"] == 20.0
    assert AssetFlex.objects.filter(asset__name="Battery").count() == 2


def form_of(asset: Asset) -> dict[str, Any]:
    return {
        "name": asset.name,
        "asset_type": asset.asset_type,
        "parent": asset.parent_id,
        "time_zone": asset.time_zone,
        "latitude": "",
        "longitude": "",
        "sensors-TOTAL_FORMS": "0",
        "sensors-INITIAL_FORMS": "0",
    }


def flex_form(kept: AssetFlex) -> dict[str, Any]:
    return {
        "asset": kept.asset_id,
        "valid_from_0": "2026-03-29",
        "valid_from_1": "00:00:00",
        "power_sensor": kept.power_sensor_id,
        "stock_sensor": kept.stock_sensor_id,
    }
