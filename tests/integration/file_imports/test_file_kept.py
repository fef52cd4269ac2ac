"""Files that people bring are looked at, and kept for a while."""

from datetime import datetime

import pytest
from django.core.exceptions import ValidationError

from assets.models import Asset, Belief, Sensor
from integrations.models import FileContent, FileImport
from integrations.periodic import forget_old_files
from integrations.services import (
    ask_import,
    discard_file,
    forget_files,
    preview_of,
    try_mapping,
)
from integrations.services import files as files_service
from tenants.database import connection
from tenants.models import Job, Tenant
from tenants.permissions import Actor
from tests.integration.file_imports.bringing import DAY, TEXT, WRONG, bring, mapping_to


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
