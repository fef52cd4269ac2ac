"""Files that people bring: imported whole or not at all, once, and gone afterwards."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from assets.models import Asset, Belief, Quantity, Sensor, Source, SupersededBelief
from integrations.models import FileContent, FileImport
from integrations.pipeline.importing import read_columns
from integrations.services import (
    ask_import,
    mapping_from,
)
from tenants.audit.models import AuditEntry
from tenants.models import Job, JobState
from tenants.permissions import Actor
from tests.factories import HOUR, a_sensor
from tests.integration.file_imports.bringing import TEXT, WRONG, bring, imported, mapping_to


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
