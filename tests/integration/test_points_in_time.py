"""Points in time by every other road: large bodies, files, Parquet, plans, forecasts, the admin."""

import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from assets.admin.chart import sensor_chart
from assets.models import Asset, Belief, Quantity, Sensor, Source, SourceKind
from assets.queries import MEASURED, Asked, point_values, read_onto
from assets.services import forget_beliefs, record_series
from assets.services.parquet import export_series, restore_series
from assets.timegrid import Instants, TimeGrid
from forecasting.services import keep_plan, request_forecast
from integrations.ingest.bulk_body import Kind, WrongBody
from integrations.services.bulk import record_body
from scheduling.models import AssetFlex
from scheduling.queries import measured_wear, read_problem
from scheduling.services import request_schedule
from tenants.accounts.models import Customer
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import PLATFORM
from tests.client import node_id
from tests.factories import HOUR, QUARTER, a_sensor, a_site_with_battery

MINUTE = timedelta(minutes=1)


@pytest.fixture
def site(customer: Customer, now: datetime) -> Asset:
    return a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)


@pytest.fixture
def charge(site: Asset) -> Sensor:
    """The stock of the site's battery, read at points in time."""
    battery = Asset.objects.get(name="Battery")
    sensor = a_sensor(battery, Quantity.STOCK, name="charge", resolution=timedelta(0))
    AssetFlex.objects.filter(asset=battery).update(stock_sensor=sensor)
    return sensor


def points(sensor: Sensor, told: dict[datetime, float]) -> None:
    moments = [each.replace(tzinfo=None) for each in told]
    record_series(
        actor=PLATFORM,
        sensor=sensor,
        source=Source.objects.of(SourceKind.METER, "meter"),
        grid=Instants(np.array(moments, dtype="datetime64[us]")),
        values=np.array(list(told.values())),
        belief_time=None,
    )


def kept(sensor: Sensor) -> list[tuple[datetime, float]]:
    rows = Belief.objects.filter(sensor=sensor).order_by("event_start")
    return list(rows.values_list("event_start", "value"))


def send(body: str, kind: Kind, now: datetime) -> Any:
    return record_body(
        actor=PLATFORM,
        body=io.BytesIO(body.encode()),
        kind=kind,
        gzipped=False,
        source_name="box",
        now=now,
    )


def test_large_bodies_tell_points(charge: Sensor, now: datetime) -> None:
    times = [now - 7 * MINUTE, now - timedelta(seconds=3, microseconds=5)]
    given = {"sensor": node_id(charge), "times": [each.isoformat() for each in times]}
    lines = json.dumps({**given, "values": [1000, 2000], "unit": "Wh"})
    rows = "\n".join(
        ["sensor,time,value", *(f"{node_id(charge)},{t.isoformat()},{v}" for t, v in
        zip(times, (1, 2), strict=True))]
    )  # fmt: skip

    assert send(lines, "jsonl", now).changed == 2
    assert send(lines, "jsonl", now).changed == 0
    assert send(rows, "csv", now).changed == 0  # the same points, otherwise written

    assert kept(charge) == [(times[0], 1.0), (times[1], 2.0)]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"start": "2026-03-28T10:00Z"}, "points in time: times is right"),
        ({"times": ["2026-03-28T10:00Z"]}, "times is a list, as long as values"),
        ({"times": ["2026-03-28T10:00Z"] * 2, "start": "2026-03-28T10:00Z"}, "one of them"),
        ({}, "one of them"),
    ],
)
def test_a_body_without_a_time_for_each_value_is_refused(
    charge: Sensor, now: datetime, given: dict[str, Any], words: str
) -> None:
    body = json.dumps({"sensor": node_id(charge), "values": [1, 2], **given})

    with pytest.raises((WrongBody, ValidationError), match=words):
        send(body, "jsonl", now)
    assert not Belief.objects.filter(sensor=charge).exists()


def imported(tenant: Tenant, folder: Path, text: str, **options: Any) -> dict[str, Any]:
    (folder / "given.csv").write_text(text)
    said = io.StringIO()
    asked = {"sensor": "charge", "column": "soc", "unit": "Wh", **options}
    call_command(
        "import_series", tenant.schema_name, folder / "given.csv", json=True, stdout=said, **asked
    )
    connection.set_tenant(tenant)
    return dict(json.loads(said.getvalue()))


def test_a_file_with_odd_times_is_imported_as_points(
    tenant: Tenant, charge: Sensor, tmp_path: Path
) -> None:
    text = "time,soc\n2026-03-10T10:00:07Z,1500\n2026-03-10T10:21:40Z,\n2026-03-10T11:02:00Z,900\n"

    told = imported(tenant, tmp_path, text)
    again = imported(tenant, tmp_path, text, step=15)  # of points there is no step

    assert (told["n_values"], told["changed"], again["changed"]) == (2, 2, 0)
    assert [(each.isoformat(), value) for each, value in kept(charge)] == [
        ("2026-03-10T10:00:07+00:00", 1.5),
        ("2026-03-10T11:02:00+00:00", 0.9),
    ]


def test_points_come_back_from_parquet(
    tenant: Tenant, other_tenant: Tenant, charge: Sensor, now: datetime, tmp_path: Path
) -> None:
    points(charge, {now - timedelta(microseconds=1): 1.0, now - 3 * MINUTE: 2.0})
    before = kept(charge)
    made = export_series(tmp_path / "one", tenant=tenant.schema_name, now=now)

    connection.set_tenant(other_tenant)
    assert not Sensor.objects.exists()
    restore_series(tmp_path / "one", tenant=tenant.schema_name, add=True)

    there = Sensor.objects.get(name="charge")
    assert there.is_instantaneous
    assert kept(there) == before
    again = export_series(tmp_path / "two", tenant=other_tenant.schema_name, now=now)
    assert again.checksum == made.checksum


def test_points_are_forgotten_by_their_moment(charge: Sensor, now: datetime) -> None:
    points(charge, {now - timedelta(microseconds=1): 1.0, now: 2.0})

    assert sum(forget_beliefs(actor=PLATFORM, sensor=charge, before=now)) == 1
    assert kept(charge) == [(now, 2.0)]


@pytest.mark.parametrize(
    ("told", "held"),
    [
        ({-7: 4.0, -2: 6.0, 1: 9.0}, 6.0),  # the last that is not after the start
        ({0: 5.0}, 5.0),
        ({-61: 4.0}, 0.0),  # too old: what the document says
    ],
)
def test_a_plan_starts_from_the_last_point(
    site: Asset, charge: Sensor, now: datetime, told: dict[int, float], held: float
) -> None:
    points(charge, {now + minutes * MINUTE: value for minutes, value in told.items()})

    run = request_schedule(
        actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now + 5 * MINUTE
    )

    [battery] = [each for each in read_problem(run).devices if each.name == "Battery"]
    assert battery.model_dump()["stock_at_start_kwh"] == held


def test_a_plan_with_a_stock_of_points_is_made(
    site: Asset, charge: Sensor, now: datetime, run_jobs: Any
) -> None:
    points(charge, {now - MINUTE: 4.0})
    run = request_schedule(actor=PLATFORM, asset=site, grid=TimeGrid(now, HOUR, 2), now=now)

    run_jobs()

    run.refresh_from_db()
    assert run.state == "READY", run.failure
    assert len(kept(charge)) == 1  # what is planned is not told of a sensor with points


def test_wear_is_counted_from_points(site: Asset, charge: Sensor, now: datetime) -> None:
    told = {now - (40 - i) * MINUTE: (0.0, 10.0)[i % 2] for i in range(9)}
    points(charge, told)

    wear = measured_wear(charge.asset, now - HOUR, now, now=now)

    assert wear is not None
    assert wear.full_cycles == pytest.approx(4.0)


def test_points_are_read_on_any_steps_and_rank_decides(charge: Sensor, now: datetime) -> None:
    points(charge, {now: 4.0, now + 30 * MINUTE: 8.0})
    record_series(
        actor=PLATFORM,
        sensor=charge,
        source=Source.objects.of(SourceKind.PERSON, "reader"),
        grid=Instants(np.array([now.replace(tzinfo=None)], dtype="datetime64[us]")),
        values=np.array([5.0]),
        belief_time=now + HOUR,
    )
    Source.objects.filter(name="meter").update(rank=1)
    Source.objects.filter(name="reader").update(rank=2)
    late = now + 2 * HOUR

    assert read_onto(charge, TimeGrid(now, QUARTER, 4), known_at=late).tolist() == [4, 4, 8, 8]
    asked = Asked(known_at=late, kinds=MEASURED)
    assert point_values(charge, (now, late), asked=asked).tolist() == [4, 8]
    Source.objects.filter(name="reader").update(rank=0)
    assert point_values(charge, (now, late), asked=asked).tolist() == [5, 8]


def test_nothing_is_foretold_of_points(charge: Sensor, now: datetime) -> None:
    with pytest.raises(ValidationError, match="has points in time"):
        request_forecast(actor=PLATFORM, sensor=charge, now=now)
    with pytest.raises(ValidationError, match="has points in time"):
        keep_plan(actor=PLATFORM, sensor=charge, forecaster="linear")


def test_a_chart_shows_what_held(charge: Sensor, now: datetime) -> None:
    points(charge, {now: 4.0, now + 2 * MINUTE: 8.0, now + 3 * MINUTE: 9.0})

    chart = sensor_chart(charge, HOUR, now=now + HOUR)

    [curve] = chart["panels"][0]["series"]
    assert (chart["step"], curve["values"][-4:]) == (60, [4, 4, 8, 9])
