"""``manage.py import_series``, as an operator uses it."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_tenants.utils import schema_context

from assets.models import Asset, AssetType, Belief, Quantity, Sensor, SourceKind, SupersededBelief
from assets.queries import read_series
from assets.timegrid import TimeGrid
from integrations.models import ImportMapping
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


def test_the_beginning_of_a_file_is_told(tenant: Tenant, tmp_path: Path) -> None:
    file = tmp_path / "given.csv"
    file.write_text("t;kWh\n10-04-2026 00:15;1,5\n10-04-2026 00:30;2,5\n")
    said = io.StringIO()

    call_command("import_series", tenant.schema_name, file, look=True, stdout=said)

    told = json.loads(said.getvalue())
    assert (told["kind"], told["delimiter"], told["columns"]) == ("CSV", ";", ["t", "kWh"])
    assert told["guess"]["time_format"] == "%d-%m-%Y %H:%M"
    assert told["doubts"] == ["Times have no offset: the time zone below counts."]


def test_options_are_kept_as_a_mapping_that_reads_the_next_file(
    tenant: Tenant, price: Sensor, tmp_path: Path
) -> None:
    run(tenant, tmp_path, PRICES, day_ahead="13:00", keep_mapping="auction")
    later = PRICES.replace("04-10", "04-11")
    nothing = {"sensor": None, "column": None, "unit": None}

    told = run(tenant, tmp_path, later, mapping="auction", **nothing)

    kept = ImportMapping.objects.get()
    assert (told["changed"], kept.asset, Belief.objects.count()) == (2, None, 4)
    assert Belief.objects.latest("event_start").belief_time == datetime(2026, 4, 10, 11, tzinfo=UTC)
    assert run(tenant, tmp_path, later, mapping=str(kept.pk), **nothing)["changed"] == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mapping": "none such"}, "names not one mapping (found: none)"),
        ({"mapping": "auction", "unit": "EUR/MWh"}, "--unit: the mapping says it already"),
        ({"sensor": "price"}, "--column is missing"),
    ],
)
def test_a_mapping_and_options_that_do_not_go_together(
    tenant: Tenant, price: Sensor, tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    nothing = {"sensor": None, "column": None, "unit": None}

    assert words in refusal(tenant, tmp_path, PRICES, **(nothing | options))


def test_another_value_is_a_correction_and_readings_from_the_future_are_refused(
    tenant: Tenant, site: Asset, tmp_path: Path
) -> None:
    a_sensor(site, Quantity.POWER, name="load")
    wanted = {"sensor": "Depot/load", "column": "kW", "unit": "kW"}
    text = "time,kW\n2026-04-10T00:00Z,1\n"
    run(tenant, tmp_path, text, **wanted)

    told = run(tenant, tmp_path, text.replace(",1", ",2"), **wanted)

    assert (told["changed"], SupersededBelief.objects.get().value) == (1, 1.0)
    with pytest.raises(CommandError, match="readings run to 2096"):
        run(tenant, tmp_path, text.replace("2026", "2096"), **wanted)
