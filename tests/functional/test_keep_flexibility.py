"""``manage.py keep_flexibility``, as an operator uses it."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assets.models import Asset, AssetType, Quantity
from scheduling.models import AssetFlex
from tenants.database import connection
from tenants.models import Tenant
from tests.factories import a_customer, a_device, a_sensor, a_site

BATTERY = {
    "kind": "battery",
    "capacity_kwh": 10,
    "charge_limit_kw": 5,
    "discharge_limit_kw": 5,
    "stock_at_start_kwh": 2,
}
CONTEXT = {"prices": {"import_per_kwh": 0.3}, "connection": {"import_limit_kw": 20}}


@pytest.fixture
def site(tenant: Tenant) -> Asset:
    return a_site(a_customer())


@pytest.fixture
def device(site: Asset) -> Asset:
    return a_device(site, "Battery", AssetType.BATTERY)


def keep(tenant: Tenant, folder: Path, asset: int, given: Any, **options: Any) -> str:
    file = folder / "given.json"
    file.write_text(given if isinstance(given, str) else json.dumps(given))
    said = io.StringIO()
    call_command("keep_flexibility", tenant.schema_name, asset, file, stdout=said, **options)
    connection.set_tenant(tenant)
    return said.getvalue()


def refusal(tenant: Tenant, folder: Path, asset: int, given: Any, **options: Any) -> str:
    """Return the words of the refusal; fail if anything was kept."""
    with pytest.raises(CommandError) as refused:
        keep(tenant, folder, asset, given, **options)
    assert refused.value.returncode == 2
    connection.set_tenant(tenant)
    assert not AssetFlex.objects.exists()
    return str(refused.value)


def test_a_device_and_its_site_are_kept(
    tenant: Tenant, site: Asset, device: Asset, tmp_path: Path
) -> None:
    power = a_sensor(device, Quantity.POWER, name="plan")
    told = keep(
        tenant,
        tmp_path,
        device.pk,
        BATTERY,
        power_sensor=power.pk,
        valid_from="2026-04-10T00:00:00+02:00",
        valid_to="2026-05-01T00:00:00+02:00",
    )
    keep(tenant, tmp_path, site.pk, CONTEXT)

    of_device = AssetFlex.objects.get(asset=device)
    assert of_device.power_sensor == power
    assert of_device.valid_from == datetime(2026, 4, 9, 22, tzinfo=UTC)
    assert of_device.document["capacity_kwh"] == 10
    assert "kept from 2026-04-09 22:00Z to 2026-04-30 22:00Z" in told
    of_site = AssetFlex.objects.get(asset=site)
    assert of_site.document == CONTEXT
    assert of_site.power_sensor is None


@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        ("{", {}, "not JSON"),
        ([], {}, "should be an object"),
        ({**CONTEXT, "colour": "red"}, {}, "$.colour: unknown field"),
        (CONTEXT, {"power_sensor": 1}, "--power-sensor: is for a device"),
        ({**BATTERY, "capacity_kwh": -1}, {}, "greater than 0"),
        (BATTERY, {"power_sensor": 999_999}, "--power-sensor: there is none with the number"),
        (CONTEXT, {"valid_from": "2026-04-10T00:00:00"}, "--from: a time in ISO 8601 with offset"),
        (CONTEXT, {"valid_to": "soon"}, "--to: a time in ISO 8601 with offset is right"),
    ],
)
def test_refuses_what_is_wrong_and_keeps_nothing(
    tenant: Tenant, site: Asset, tmp_path: Path, given: Any, options: dict[str, Any], words: str
) -> None:
    assert words in refusal(tenant, tmp_path, site.pk, given, **options)


def test_an_asset_of_another_tenant_is_none(
    tenant: Tenant, other_tenant: Tenant, tmp_path: Path
) -> None:
    connection.set_tenant(other_tenant)
    theirs = a_site(a_customer()).pk

    assert "there is none with the number" in refusal(tenant, tmp_path, theirs, CONTEXT)
    connection.set_tenant(other_tenant)
    assert not AssetFlex.objects.exists()
