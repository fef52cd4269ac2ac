"""``manage.py import_series``, as an operator uses it."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_tenants.utils import schema_context

from assets.models import Asset, AssetType, Belief, Quantity, Sensor, SourceKind
from assets.queries import read_series
from assets.timegrid import TimeGrid
from tenants.database import connection
from tenants.models import Tenant
from tests.factories import QUARTER, a_customer, a_device, a_sensor, a_site

PRICES = "time,price\n2026-04-10 00:00,50\n2026-04-10 01:00,-12.5\n"


@pytest.fixture
def site(tenant: Tenant) -> Asset:
    return a_site(a_customer())


@pytest.fixture
def price(site: Asset) -> Sensor:
    return a_sensor(site, Quantity.PRICE, name="price")


def run(tenant: Tenant, folder: Path, text: str | bytes, **options: Any) -> dict[str, Any]:
    file = folder / "given.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    said = io.StringIO()
    given = {"sensor": "price", "column": "price", "unit": "EUR/MWh", **options}
    call_command("import_series", tenant.schema_name, file, json=True, stdout=said, **given)
    connection.set_tenant(tenant)
    return dict(json.loads(said.getvalue()))


def refusal(tenant: Tenant, folder: Path, text: str | bytes, **options: Any) -> str:
    """Return the words of the refusal; fail if anything was stored."""
    with pytest.raises(CommandError) as refused:
        run(tenant, folder, text, **options)
    assert refused.value.returncode == 2
    connection.set_tenant(tenant)
    assert not Belief.objects.exists()
    return str(refused.value)


def test_prices_are_known_from_the_day_before(
    tenant: Tenant, price: Sensor, tmp_path: Path
) -> None:
    told = run(tenant, tmp_path, PRICES, day_ahead="13:00")

    midnight = datetime(2026, 4, 9, 22, tzinfo=UTC)
    grid = TimeGrid(midnight, timedelta(hours=1), 2)
    auction = datetime(2026, 4, 9, 11, tzinfo=UTC)
    assert told["n_values"] == told["changed"] == 2
    known = read_series(price, grid, known_at=auction, kinds=[SourceKind.MARKET])
    assert known == pytest.approx([0.05, -0.0125])
    before = read_series(price, grid, known_at=auction - timedelta(minutes=1))
    assert str(before[0]) == "nan"


def test_importing_twice_changes_nothing(tenant: Tenant, price: Sensor, tmp_path: Path) -> None:
    run(tenant, tmp_path, PRICES)

    assert run(tenant, tmp_path, PRICES)["changed"] == 0
    assert Belief.objects.count() == 2


def test_energy_of_intervals_becomes_power(tenant: Tenant, site: Asset, tmp_path: Path) -> None:
    meter = a_sensor(
        a_device(site, "Grid", AssetType.GRID_CONNECTION), Quantity.POWER, resolution=QUARTER
    )
    text = "t;kWh\n10-04-2026 00:15;1,5\n10-04-2026 00:30;2\n"

    told = run(
        tenant,
        tmp_path,
        text,
        sensor="Depot/Grid/power",
        column="kWh",
        unit="kWh",
        label="end",
        time_format="%d-%m-%Y %H:%M",
        decimal_comma=True,
    )

    assert (told["sensor"], told["least"], told["most"]) == (meter.pk, 6.0, 8.0)
    assert told["start"] == "2026-04-09T22:00:00+00:00"


def test_generation_becomes_negative_power(tenant: Tenant, site: Asset, tmp_path: Path) -> None:
    a_sensor(a_device(site, "Roof", AssetType.PV), Quantity.POWER)
    text = "time,W\n2026-04-10T10:00Z,2500\n"

    told = run(tenant, tmp_path, text, sensor="Roof/power", column="W", unit="W", generation=True)

    assert told["most"] == -2.5


def test_a_dry_run_checks_and_stores_nothing(tenant: Tenant, price: Sensor, tmp_path: Path) -> None:
    told = run(tenant, tmp_path, PRICES, dry_run=True)

    assert (told["n_values"], told["changed"]) == (2, 0)
    assert not Belief.objects.exists()


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("", {}, "given.csv: no column is called 'price'"),
        (PRICES, {"column": "prijs"}, "no column is called 'prijs'"),
        (PRICES, {"unit": "kWh"}, "unit: 'kWh' is no unit of PRICE"),
        (PRICES, {"unit": "bananas"}, "unit: 'bananas' is no unit"),
        (PRICES, {"sensor": "999999"}, "names not one sensor (found: none)"),
        (PRICES, {"sensor": "Depot/nothing"}, "names not one sensor"),
        (PRICES, {"timezone": "Mars/Base"}, "--timezone: 'Mars/Base' is no time zone"),
        (PRICES, {"time_format": "%H:%M"}, "--time-format: '%H:%M' reads no time"),
        (PRICES, {"day_ahead": "noon"}, "--day-ahead 'noon'"),
        (PRICES, {"step": 0}, "--step"),
        (PRICES, {"step": 45}, "off steps of 0:45:00"),
        (PRICES.replace("50", "NaN").replace("-12.5", ""), {}, "no step has a value"),
        (PRICES.replace("00:00", "00:20"), {}, "off steps of 1:00:00"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(
    tenant: Tenant,
    price: Sensor,
    tmp_path: Path,
    text: str,
    options: dict[str, Any],
    words: str,
) -> None:
    assert words in refusal(tenant, tmp_path, text, **options)


def test_a_file_that_is_not_there(tenant: Tenant, price: Sensor, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command(
            "import_series",
            tenant.schema_name,
            tmp_path / "none.csv",
            sensor="price",
            column="price",
            unit="EUR/MWh",
        )


def test_a_tenant_that_is_not_there(tenant: Tenant, tmp_path: Path) -> None:
    for name in ("nobody", "public", "loadstar_tenant_template"):
        with pytest.raises(CommandError, match="no tenant has the schema"):
            call_command("import_series", name, tmp_path / "x", sensor="1", column="x", unit="kW")


def test_another_tenants_sensor_is_not_found(
    tenant: Tenant, other_tenant: Tenant, price: Sensor, tmp_path: Path
) -> None:
    with schema_context(other_tenant.schema_name):
        words = refusal(other_tenant, tmp_path, PRICES, sensor=str(price.pk))

    assert "names not one sensor" in words
    connection.set_tenant(tenant)
    assert not Belief.objects.exists()
