"""Files that people bring: kept apart, imported whole or not at all, and gone afterwards."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django_tenants.utils import schema_context

from assets.models import Asset, Belief, Quantity, Sensor, Source, SupersededBelief
from assets.services import move_asset
from integrations.models import FileContent, FileImport, ImportMapping
from integrations.periodic import forget_old_files
from integrations.pipeline.importing import read_columns
from integrations.services import (
    ask_import,
    bring_file,
    discard_file,
    forget_files,
    keep_mapping,
    mapping_from,
    mappings_for,
    matching,
    preview_of,
    try_mapping,
)
from integrations.services import files as files_service
from tenants.accounts.models import Customer
from tenants.audit.models import AuditEntry
from tenants.database import connection
from tenants.models import Job, JobState, Tenant
from tenants.permissions import PLATFORM, Actor, Role
from tests.factories import HOUR, a_customer, a_sensor, a_site, an_actor

TEXT = "time;kW;kWh\n2026-03-27 00:00;1,5;100\n2026-03-27 01:00;2,5;101,5\n"
DAY = timedelta(days=1)


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    return a_customer()


@pytest.fixture
def site(customer: Customer) -> Asset:
    return a_site(customer)


@pytest.fixture
def load(site: Asset) -> Sensor:
    return a_sensor(site, Quantity.POWER, name="load")


@pytest.fixture
def planner(customer: Customer) -> Actor:
    return an_actor(customer, Role.PLANNER)


def bring(actor: Actor, asset: Asset, now: datetime, text: str | bytes = TEXT) -> FileImport:
    content = text.encode() if isinstance(text, str) else text
    return bring_file(actor=actor, asset=asset, name="meter.csv", content=content, now=now)


def mapping_to(sensor: Sensor, **changes: Any) -> Any:
    column = {"column": "kW", "sensor": sensor.pk, "unit": "kW", **changes.pop("of_column", {})}
    return mapping_from({"columns": [column], "decimal_comma": True, **changes})


def imported(file: FileImport, run_jobs: Callable[..., int]) -> FileImport:
    run_jobs("integration")
    file.refresh_from_db()
    return file


def test_a_file_is_imported_and_gone(
    site: Asset, load: Sensor, planner: Actor, now: datetime, run_jobs: Callable[..., int]
) -> None:
    energy = a_sensor(site, Quantity.POWER, name="register")
    file = bring(planner, site, now)
    mapping = mapping_from({
        "decimal_comma": True,
        "columns": [
            {"column": "kW", "sensor": load.pk, "unit": "kW", "generation": True},
            {"column": "kWh", "sensor": energy.pk, "unit": "kWh", "counts_up": True},
        ],
    })  # fmt: skip

    ask_import(actor=planner, file=file, mapping=mapping, now=now)
    imported(file, run_jobs)

    assert (file.state, file.n_rows, file.n_lines) == ("DONE", 2, 3)
    assert file.report is not None
    told = [(each["sensor"], each["values"], each["changed"]) for each in file.report["columns"]]
    assert told == [(load.pk, 2, 2), (energy.pk, 1, 1)]
    first = datetime(2026, 3, 26, 23, tzinfo=UTC)
    kept = Belief.objects.order_by("sensor_id", "event_start")
    assert list(kept.values_list("sensor_id", "event_start", "value")) == [
        (load.pk, first, -1.5), (load.pk, first + HOUR, -2.5), (energy.pk, first, 1.5)
    ]  # fmt: skip
    assert Source.objects.get().name == "meter.csv"
    assert not FileContent.objects.exists()
    verbs = AuditEntry.objects.filter(actor=planner.name).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["bring_file", "ask_import"]


def test_the_same_file_again_is_no_news_and_another_value_is_a_correction(
    site: Asset, load: Sensor, planner: Actor, now: datetime, run_jobs: Callable[..., int]
) -> None:
    told = []
    for text in (TEXT, TEXT, TEXT.replace("2,5", "3,5")):
        file = bring(planner, site, now, text)
        ask_import(actor=planner, file=file, mapping=mapping_to(load), now=now)
        report = imported(file, run_jobs).report
        assert report is not None
        told.append(report["columns"][0]["changed"])

    assert told == [2, 0, 1]
    assert list(Belief.objects.order_by("event_start").values_list("value", flat=True)) == [
        1.5,
        3.5,
    ]
    assert SupersededBelief.objects.get().value == 2.5


WRONG = TEXT + "2026-03-27 02:00;x;\n2026-99-27 03:00;1;\n2026-03-27 04:00;4,5;\n"


def test_wrong_rows_refuse_the_file_or_are_told_and_left_out(
    site: Asset, load: Sensor, planner: Actor, now: datetime, run_jobs: Callable[..., int]
) -> None:
    file = bring(planner, site, now, WRONG)

    ask_import(actor=planner, file=file, mapping=mapping_to(load), now=now)
    imported(file, run_jobs)
    refused = file.report
    assert (file.state, Belief.objects.count(), Source.objects.count()) == ("REFUSED", 0, 0)
    ask_import(actor=planner, file=file, mapping=mapping_to(load, wrong_rows="leave_out"), now=now)
    imported(file, run_jobs)

    assert refused is not None
    assert [(each["line"], each["column"], each["kind"]) for each in refused["problems"]] == [
        (4, "kW", "NO_NUMBER"), (5, "time", "NO_TIME")
    ]  # fmt: skip
    assert file.report is not None
    assert file.report["problems"] == refused["problems"]
    assert (file.state, Belief.objects.count()) == ("DONE", 3)
    with pytest.raises(ValidationError, match="imported already"):
        ask_import(actor=planner, file=file, mapping=mapping_to(load), now=now)


@pytest.mark.parametrize(
    ("text", "changes", "words"),
    [
        (TEXT, {"decimal_comma": False}, "line 2: '1,5' is no number"),
        (TEXT, {"step_minutes": 25}, "off steps of 0:25:00"),
        (TEXT.replace("2026", "2096"), {}, "columns.0.column: readings run to 2096"),
        (TEXT.replace("1,5", "").replace("2,5", ""), {}, "columns.0.column: no step has a value"),
        (TEXT, {"of_column": {"column": "MW"}}, "no column is called 'MW'"),
    ],
)
def test_what_is_wrong_with_a_file_is_kept_with_it(
    site: Asset,
    load: Sensor,
    planner: Actor,
    now: datetime,
    run_jobs: Callable[..., int],
    text: str,
    changes: dict[str, Any],
    words: str,
) -> None:
    file = bring(planner, site, now, text)

    ask_import(actor=planner, file=file, mapping=mapping_to(load, **changes), now=now)
    imported(file, run_jobs)

    assert file.state == "REFUSED"
    assert file.report is not None
    assert words in file.report["words"]
    assert not Belief.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"of_column": {"unit": "EUR/MWh"}}, "columns.0.unit"),
        ({"of_column": {"unit": "kW", "counts_up": True}}, "columns.0.unit"),
        ({"of_column": {"sensor": 10**9}}, "columns.0.sensor"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"time_format": "%H"}, "time_format"),
        ({"wrong_rows": "guess"}, "wrong_rows"),
        ({"speed": 1}, "speed"),
        ({"of_column": {"rolls_over_at": 5}}, "columns.0"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_at_once(
    site: Asset, load: Sensor, planner: Actor, now: datetime, changes: dict[str, Any], field: str
) -> None:
    file = bring(planner, site, now)

    with pytest.raises(ValidationError) as refused:
        ask_import(actor=planner, file=file, mapping=mapping_to(load, **changes), now=now)

    assert list(refused.value.message_dict) == [field]
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04nothing", "no Excel workbook"),
        (b"<html></html>", "holds no meter reading"),
        (b"\x89PNG\r\n\x1a\n\x00\x01", "save the file as UTF-8"),
        (b"1,2\n3,4\n", "no head is found"),
        (b"a,b\n", "no head is found"),
        (b"/KFM5\r\n\r\n", "does not end"),
    ],
)
def test_what_is_no_file_of_series_is_not_kept(
    site: Asset, planner: Actor, now: datetime, content: bytes, words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        bring(planner, site, now, content)

    assert not FileImport.objects.exists()


def test_too_long_and_too_many(
    site: Asset, planner: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_service, "MAX_FILE_BYTES", len(TEXT))
    monkeypatch.setattr(files_service, "_MAX_KEPT", 1)

    with pytest.raises(ValidationError, match="bytes; at most"):
        bring(planner, site, now, TEXT + " ")
    bring(planner, site, now)
    with pytest.raises(ValidationError, match="1 files of yours wait"):
        bring(planner, site, now)


def test_what_nobody_imports_is_forgotten_after_a_day(
    tenant: Tenant,
    site: Asset,
    load: Sensor,
    planner: Actor,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tenants.jobs.rounds.close_old_connections", lambda: None)
    idle, asked = bring(planner, site, now), bring(planner, site, now)
    ask_import(actor=planner, file=asked, mapping=mapping_to(load), now=now)

    assert forget_files(now=now + DAY) == 0
    forget_old_files()  # by the clock on the wall, which is later
    connection.set_tenant(tenant)

    assert FileContent.objects.get().of_id == asked.pk
    with pytest.raises(ValidationError, match="it is gone"):
        ask_import(actor=planner, file=idle, mapping=mapping_to(load), now=now)
    with pytest.raises(ValidationError, match="it is gone"):
        preview_of(actor=planner, file=idle)


def test_a_file_is_discarded_but_not_while_it_is_imported(
    site: Asset, load: Sensor, planner: Actor, now: datetime
) -> None:
    file, asked = bring(planner, site, now), bring(planner, site, now)
    ask_import(actor=planner, file=asked, mapping=mapping_to(load), now=now)

    discard_file(actor=planner, file=file)

    assert list(FileImport.objects.all()) == [asked]
    with pytest.raises(ValidationError, match="waiting"):
        discard_file(actor=planner, file=asked)


def test_the_first_rows_are_shown_before_anything_is_stored(
    site: Asset, load: Sensor, planner: Actor, now: datetime
) -> None:
    file = bring(planner, site, now, WRONG)

    seen = preview_of(actor=planner, file=file)
    good = try_mapping(
        actor=planner, file=file, mapping=mapping_to(load, wrong_rows="leave_out"), now=now
    )
    bad = try_mapping(actor=planner, file=file, mapping=mapping_to(load), now=now)

    assert (seen.delimiter, seen.guess.decimal_comma, seen.numbers[0]) == (";", True, "kW")
    assert good.columns[0].values[:2].tolist() == [1.5, 2.5]
    assert bad.refusal is not None
    assert not Belief.objects.exists()
    assert not Job.objects.exists()


def test_who_may_not_record_neither_brings_nor_sees_what_is_in_a_file(
    tenant: Tenant, site: Asset, load: Sensor, customer: Customer, planner: Actor, now: datetime
) -> None:
    file = bring(planner, site, now)
    viewer = an_actor(customer, Role.VIEWER, "user:2")
    neighbour = an_actor(a_customer("Neighbour"), Role.MANAGER, "user:3")

    for actor in (viewer, neighbour):
        with pytest.raises(PermissionDenied):
            bring(actor, site, now)
        with pytest.raises(PermissionDenied):
            preview_of(actor=actor, file=file)
        with pytest.raises(PermissionDenied):
            ask_import(actor=actor, file=file, mapping=mapping_to(load), now=now)
        with pytest.raises(PermissionDenied):
            discard_file(actor=actor, file=file)
    assert list(FileImport.objects.visible_to(viewer)) == [file]
    assert not FileImport.objects.visible_to(neighbour).exists()


def test_a_file_goes_into_no_sensor_that_is_not_beneath_its_asset(
    tenant: Tenant, site: Asset, planner: Actor, now: datetime
) -> None:
    theirs = a_sensor(a_site(a_customer("Neighbour")), Quantity.POWER)
    file = bring(planner, site, now)

    for actor in (planner, PLATFORM):
        with pytest.raises(ValidationError) as refused:
            ask_import(actor=actor, file=file, mapping=mapping_to(theirs), now=now)
        assert refused.value.message_dict == {"columns.0.sensor": ["no such sensor"]}


def test_a_sensor_that_was_moved_away_meanwhile_gets_nothing(
    tenant: Tenant,
    customer: Customer,
    site: Asset,
    load: Sensor,
    planner: Actor,
    now: datetime,
    run_jobs: Callable[..., int],
) -> None:
    elsewhere = a_site(customer, "Elsewhere")
    device = Asset.objects.get(pk=site.pk)
    file = bring(planner, elsewhere, now)
    move_asset(actor=PLATFORM, asset=device, parent=elsewhere)
    ask_import(actor=planner, file=file, mapping=mapping_to(load), now=now)
    device.refresh_from_db()
    move_asset(actor=PLATFORM, asset=device, parent=Asset.objects.get(path=customer.root_path))

    imported(file, run_jobs)

    assert file.state == "REFUSED"
    assert not Belief.objects.exists()


def test_another_tenants_files_and_mappings_are_in_another_schema(
    tenant: Tenant, other_tenant: Tenant, site: Asset, load: Sensor, now: datetime
) -> None:
    file = bring(PLATFORM, site, now)
    keep_mapping(actor=PLATFORM, asset=None, name="m", columns=["time"], mapping=mapping_to(load))

    with schema_context(other_tenant.schema_name):
        assert not FileImport.objects.filter(pk=file.pk).exists()
        assert not FileContent.objects.exists()
        assert not ImportMapping.objects.exists()


def test_a_mapping_is_offered_to_who_may_see_it_for_files_of_its_form(
    tenant: Tenant, customer: Customer, site: Asset, load: Sensor, planner: Actor
) -> None:
    columns = ["time", "kW", "kWh"]
    neighbour = an_actor(a_customer("Neighbour"), Role.MANAGER, "user:3")
    portfolio = Asset.objects.get(path=customer.root_path)
    mapping = mapping_to(load)
    keep_mapping(actor=PLATFORM, asset=None, name="of all", columns=columns, mapping=mapping)
    keep_mapping(actor=planner, asset=portfolio, name="ours", columns=["x"], mapping=mapping)
    ours = keep_mapping(
        actor=planner, asset=portfolio, name="ours", columns=columns, mapping=mapping
    )

    offered = mappings_for(actor=planner, asset=site)

    assert offered == [ours]
    assert matching(offered, [" Time", "KW", "kwh"]) == ours
    assert matching(offered, ["time", "kWh"]) is None
    assert len(mappings_for(actor=PLATFORM, asset=site)) == 2
    assert not ImportMapping.objects.visible_to(neighbour).exists()
    with pytest.raises(PermissionDenied):
        keep_mapping(actor=planner, asset=None, name="n", columns=columns, mapping=mapping)
    with pytest.raises(PermissionDenied):
        keep_mapping(actor=neighbour, asset=site, name="n", columns=columns, mapping=mapping)
    with pytest.raises(ValidationError, match="no such sensor"):
        keep_mapping(
            actor=planner, asset=a_site(customer, "Empty"), name="n", columns=columns,
            mapping=mapping,
        )  # fmt: skip


def test_an_import_that_is_given_up_may_be_asked_for_again(
    site: Asset,
    load: Sensor,
    planner: Actor,
    now: datetime,
    run_jobs: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    file = bring(planner, site, now)
    settings.JOB_MAX_ATTEMPTS = 1
    with monkeypatch.context() as broken:
        broken.setattr("integrations.pipeline.files.store_columns", lambda **_: 1 / 0)
        ask_import(actor=planner, file=file, mapping=mapping_to(load), now=now)
        imported(file, run_jobs)
    assert file.state == "FAILED"
    assert Job.objects.get().state == JobState.QUARANTINED

    ask_import(actor=planner, file=file, mapping=mapping_to(load), now=now + HOUR)
    imported(file, run_jobs)

    assert (file.state, Belief.objects.count()) == ("DONE", 2)


def test_a_worker_that_was_taken_for_dead_undoes_nothing(
    site: Asset,
    load: Sensor,
    planner: Actor,
    now: datetime,
    run_jobs: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = bring(planner, site, now)
    ask_import(actor=planner, file=file, mapping=mapping_to(load), now=now)

    def overtaken(*args: Any, **options: Any) -> Any:
        columns: Any = read_columns(*args, **options)
        Job.objects.update(attempt=2, state=JobState.DONE)  # by another, which has stored it
        FileImport.objects.update(state="DONE", n_rows=7)
        return columns

    monkeypatch.setattr("integrations.pipeline.files.read_columns", overtaken)
    imported(file, run_jobs)

    assert (file.state, file.n_rows) == ("DONE", 7)
    assert not Belief.objects.exists()
