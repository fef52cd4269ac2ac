"""A tenant's beliefs as Parquet files: what comes back is what went out, and goes nowhere else."""

import io
import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from assets.models import (
    Asset,
    AssetType,
    Belief,
    Quantity,
    Sensor,
    Source,
    SourceKind,
    SupersededBelief,
)
from assets.queries import read_series
from assets.services import NewSensor, NewTerm, add_sensor
from assets.services.parquet import WrongExport, export_series, exporting, restore_series, restoring
from assets.services.parquet.files import BELIEFS, MANIFEST, SCHEMAS, SENSORS
from assets.timegrid import TimeGrid
from tenants.accounts.models import Customer
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import PLATFORM
from tests.factories import HOUR, a_customer, a_device, a_sensor, a_site, believe


@pytest.fixture
def sensor(tenant: Tenant, now: datetime) -> Sensor:
    """A tenant with two customers, whose sites are called alike, and revised beliefs."""
    random = np.random.default_rng(7)
    for name in ("First", "Second"):
        site = a_site(a_customer(name))
        for quantity in (Quantity.PRICE, Quantity.POWER):
            sensor = a_sensor(site, quantity)
            for _ in range(30):
                at = now + int(random.integers(50)) * HOUR
                source = str(random.integers(3))
                believe(sensor, now, [float(random.integers(4))] * 3, at=at, name=source)
            believe(
                sensor,
                now - HOUR,
                [0.1 + 0.2],
                at=now + timedelta(microseconds=1),
                kind=SourceKind.FORECASTER,
                name="f",
                probability=0.1,
            )
    pump = a_sensor(a_device(site, "Pump", AssetType.HEAT_PUMP), Quantity.POWER, name="pump / 1")
    believe(pump, now, [-1e-300, 1e13, 5.0], at=now)
    less = (NewTerm(sensor), NewTerm(pump, -1.0))
    net = NewSensor("net", Quantity.POWER, HOUR, terms=less)
    virtual = add_sensor(actor=PLATFORM, asset=site, sensor=net)
    believe(virtual, now, [3.0], at=now, kind=SourceKind.FORECASTER, name="f")
    assert SupersededBelief.objects.exists()
    return virtual


def beliefs() -> list[tuple[object, ...]]:
    """Return all that is believed, by names, with the table that it stands in."""
    sources = {source.pk: str(source) for source in Source.objects.all()}
    names = {each.pk: str(each) for each in Sensor.objects.all()}
    customers = {}
    for each in Sensor.objects.select_related("asset"):
        root = each.asset.path.partition(".")[0] + "."
        customers[each.pk] = Asset.objects.get(path=root).name
    fields = ("event_start", "cumulative_probability", "belief_time", "value")
    return sorted(
        (
            customers[row.sensor_id],
            names[row.sensor_id],
            sources[row.source_id],
            *(getattr(row, name) for name in fields),
            model.__name__,
        )
        for model in (Belief, SupersededBelief)
        for row in model.objects.all()
    )


def exported(tenant: Tenant, folder: Path, now: datetime) -> str:
    return export_series(folder, tenant=tenant.schema_name, now=now).checksum


@pytest.mark.parametrize("batch", [1, 3, 100_000])
def test_another_tenant_that_restores_it_exports_the_same(
    tenant: Tenant,
    other_tenant: Tenant,
    sensor: Sensor,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    batch: int,
) -> None:
    monkeypatch.setattr(restoring, "_BATCH", batch)
    monkeypatch.setattr(exporting, "_GROUP", 5)
    monkeypatch.setattr(exporting, "_BLOCK_BYTES", 300)
    before, checksum = beliefs(), exported(tenant, tmp_path / "one", now)
    grid = TimeGrid(now, HOUR, 3)
    net = read_series(sensor, grid, known_at=now + 99 * HOUR)

    connection.set_tenant(other_tenant)
    Source.objects.of(SourceKind.METER, "aaa")  # so that numbers differ
    told, changed = restore_series(tmp_path / "one", tenant=tenant.schema_name, add=True)

    assert changed == told.beliefs == len(before)
    assert beliefs() == before
    assert exported(other_tenant, tmp_path / "two", now) == checksum
    there = Sensor.objects.get(name="net")
    assert there.is_virtual
    assert read_series(there, grid, known_at=now + 99 * HOUR) == pytest.approx(net, nan_ok=True)
    assert Customer.objects.filter(name="Second").exists()
    assert restore_series(tmp_path / "one", tenant=tenant.schema_name, add=True)[1] == 0
    assert beliefs() == before


def test_what_is_missing_comes_back_and_what_is_newer_stays(
    tenant: Tenant, sensor: Sensor, now: datetime, tmp_path: Path
) -> None:
    before, checksum = beliefs(), exported(tenant, tmp_path / "one", now)
    pump = Sensor.objects.get(name="pump / 1")
    Belief.objects.filter(sensor__asset__parent__name="First").delete()
    SupersededBelief.objects.filter(belief_time__gt=now + 20 * HOUR).delete()
    believe(pump, now, [7.0], at=now + 99 * HOUR)

    restore_series(tmp_path / "one", tenant=tenant.schema_name)

    assert set(beliefs()) > {row for row in before if row[1] != "Pump: pump / 1"}
    assert read_series(pump, TimeGrid(now, HOUR, 1), known_at=now + 99 * HOUR)[0] == 7.0
    assert read_series(pump, TimeGrid(now, HOUR, 1), known_at=now)[0] == -1e-300
    Belief.objects.filter(sensor=pump).delete()
    SupersededBelief.objects.filter(sensor=pump).delete()
    restore_series(tmp_path / "one", tenant=tenant.schema_name)
    assert beliefs() == before
    assert exported(tenant, tmp_path / "two", now) == checksum


def test_one_tenants_export_is_not_another_ones(
    tenant: Tenant, other_tenant: Tenant, sensor: Sensor, now: datetime, tmp_path: Path
) -> None:
    exported(tenant, tmp_path / "one", now)
    connection.set_tenant(other_tenant)

    with pytest.raises(WrongExport, match="export of 'first_tenant', not of 'second_tenant'"):
        restore_series(tmp_path / "one", tenant=other_tenant.schema_name, add=True)
    with pytest.raises(WrongExport, match="6 sensors are not there as they were exported: First"):
        restore_series(tmp_path / "one", tenant=tenant.schema_name)

    assert not Asset.objects.exists()
    empty = export_series(tmp_path / "two", tenant=other_tenant.schema_name, now=now)
    assert (empty.sensors, empty.beliefs) == (0, 0)
    assert restore_series(tmp_path / "two", tenant=other_tenant.schema_name)[1] == 0


def rewrite(folder: Path, change: str) -> None:
    path = folder / BELIEFS
    if change == "cut":
        path.write_bytes(path.read_bytes()[:-100])
        return
    if change == "no manifest":
        (folder / MANIFEST).unlink()
        return
    if change == "format":
        told = json.loads((folder / MANIFEST).read_text())
        (folder / MANIFEST).write_text(json.dumps({**told, "format": "other"}))
        return
    if change == "sensors":
        (folder / SENSORS).write_bytes(path.read_bytes())
        return
    rows = pq.read_table(path).to_pylist()
    if change == "columns":
        rows = [{"sensor": row["sensor"]} for row in rows]
        pq.write_table(pa.Table.from_pylist(rows), path)
        return
    row = rows[len(rows) // 2]
    name, value = {
        "value": ("value", row["value"] + 1e-9),
        "null": ("value", None),
        "nan": ("value", float("nan")),
        "sensor": ("sensor", 99),
        "source": ("source", -1),
        "probability": ("cumulative_probability", 1.0),
        "time": ("belief_time", row["belief_time"] + timedelta(microseconds=1)),
    }[change]
    row[name] = value
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMAS[BELIEFS]), path)


@pytest.mark.parametrize(
    "change",
    [
        "cut",
        "no manifest",
        "format",
        "sensors",
        "columns",
        "value",
        "null",
        "nan",
        "sensor",
        "source",
        "probability",
        "time",
    ],
)
def test_what_is_not_as_it_was_written_is_refused_before_anything_is_stored(
    tenant: Tenant, sensor: Sensor, now: datetime, tmp_path: Path, change: str
) -> None:
    exported(tenant, tmp_path / "one", now)
    Belief.objects.all().delete()
    SupersededBelief.objects.all().delete()
    rewrite(tmp_path / "one", change)

    with pytest.raises(WrongExport):
        restore_series(tmp_path / "one", tenant=tenant.schema_name)

    assert not Belief.objects.exists()


def test_the_commands(tenant: Tenant, sensor: Sensor, now: datetime, tmp_path: Path) -> None:
    def run(*given: str) -> str:
        said = io.StringIO()
        call_command(*given, stdout=said)
        connection.set_tenant(tenant)
        return said.getvalue()

    schema, folder = tenant.schema_name, str(tmp_path / "one")
    n_beliefs = Belief.objects.count() + SupersededBelief.objects.count()

    assert f"{n_beliefs} beliefs of 6 sensors" in run("export_series", schema, folder)
    said = run("restore_series", schema, folder)
    assert said == f"{n_beliefs} beliefs read, 0 of them new or changed\n"
    for wrong in (
        ("export_series", schema, folder),
        ("export_series", "nobody", folder),
        ("restore_series", schema, str(tmp_path / "none")),
        ("restore_series", "second_tenant", folder),
        ("restore_series", "second_tenant", folder, "--exported-from", schema),
    ):
        with pytest.raises(CommandError) as refused:
            run(*wrong)
        assert refused.value.returncode == 2
