"""What a page about a file shows and does: for the admin and for the portal alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from django.core.exceptions import ValidationError

from assets.access import authorise_on
from assets.models import Quantity, Sensor
from integrations.ingest import wording
from integrations.ingest.mapping import FileMapping
from integrations.ingest.mapping_form import (
    ColumnField,
    MappingFields,
    document_of,
    fields_of_guess,
    fields_of_mapping,
    fields_of_post,
    time_formats,
    units,
)
from integrations.ingest.preview import Preview
from integrations.models import FileImport, ImportMapping
from integrations.pipeline.files import refused
from integrations.pipeline.importing import ColumnRead, problems_of
from integrations.services.files import ask_import, mapping_from, preview_of, try_mapping
from integrations.services.mappings import keep_mapping, mappings_for, matching
from tenants.permissions import Actor, Permission

#: Sensors that a page lets choose from; beneath an asset with more, choose a lower one.
_MAX_SENSORS: Final = 500
_FIRST: Final = 6


@dataclass(slots=True)
class FilePage:
    """What a template shows of a file.

    Attributes:
        seen: its beginning; None where there is nothing to map.
        tried: what the first values become, by column.
        report: what came of it, problems in the reader's language.
        errors: by field; what belongs to none is under "".
    """

    file: FileImport
    state: str
    words: dict[str, str]
    is_unfinished: bool
    seen: dict[str, Any] | None = None
    fields: MappingFields | None = None
    choices: dict[str, Any] = field(default_factory=dict)
    kept: list[ImportMapping] = field(default_factory=list)
    used: ImportMapping | None = None
    tried: list[dict[str, Any]] = field(default_factory=list)
    report: dict[str, Any] | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)

    def rows(self) -> list[tuple[ColumnField, list[str]]]:
        """Return the fields of each column, with what is wrong with them."""
        columns = self.fields.columns if self.fields else []
        wrong_by_number: dict[int, list[str]] = {}
        for name, messages in self.errors.items():
            number = name.rpartition("-")[2]
            if number.isdecimal():
                wrong_by_number.setdefault(int(number), []).extend(messages)
        return [(each, wrong_by_number.get(each.number, [])) for each in columns]

    def general(self) -> list[str]:
        """Return what is wrong and belongs to no field."""
        return self.errors.get("", [])


@dataclass(frozen=True, slots=True)
class Asked:
    """Who looks at a page of which file, and in which language."""

    actor: Actor
    file: FileImport
    language: str
    currency: str
    now: datetime


def show_file(asked: Asked, *, chosen: str = "") -> FilePage:
    """Return the page of a file; ``chosen``: identifier of the kept mapping to fill it in by."""
    page, seen = _page(asked)
    if seen is None:
        return page
    by_key = {str(each.pk): each for each in page.kept}
    page.used = by_key.get(chosen) if chosen else matching(page.kept, seen.columns)
    # What was asked before, and refused, comes first: it is to be mended.
    document = None if chosen else asked.file.document
    document = document or (page.used.document if page.used else None)
    page.fields = fields_of_guess(seen) if document is None else _fields(document, seen)
    _choose(page, seen, asked)
    return page


def act_on_file(asked: Asked, post: Mapping[str, str]) -> FilePage | None:
    """Do what a page asks: show the first values, or import; None when it is on its way.

    Raises:
        PermissionDenied: the actor may not record readings at the file's asset.
    """
    authorise_on(asked.actor, Permission.BELIEF_RECORD, asked.file.asset)
    page, seen = _page(asked)
    if seen is None:
        return page
    page.fields = fields_of_post(post)
    _choose(page, seen, asked)
    document, numbers = document_of(page.fields)
    if not document["columns"]:
        page.errors[""] = [page.words["choose_one"]]
        return page
    try:
        mapping = mapping_from(document)
        if post.get("action") != "import":
            _try(page, asked, mapping)
            return page
        name = page.fields.given.get("keep_as", "")
        if name:
            keep_mapping(
                actor=asked.actor,
                asset=asked.file.asset,
                name=name,
                columns=seen.columns,
                mapping=mapping,
            )
        ask_import(actor=asked.actor, file=asked.file, mapping=mapping, now=asked.now)
    except ValidationError as refusal:
        page.errors = _by_field(refusal, numbers)
        return page
    return None


def _page(asked: Asked) -> tuple[FilePage, Preview | None]:
    file, language = asked.file, asked.language
    page = FilePage(
        file,
        wording.state_words(file.state, language),
        wording.page_words(language),
        file.is_unfinished,
        report=_report(file.report, file.asset.time_zone, language),
    )
    may_record = asked.actor.may_on(Permission.BELIEF_RECORD, file.asset.path)
    if not (file.may_be_asked and may_record):  # who only looks sees what became of it
        return page, None
    try:
        seen = preview_of(actor=asked.actor, file=file)
    except ValidationError:
        page.errors[""] = [page.words["gone"]]
        return page, None
    page.seen = {
        "kind": wording.kind_words(seen.kind, language),
        "encoding": seen.encoding.upper().removesuffix("-SIG"),
        "has_mark": seen.encoding in ("utf-8-sig", "utf-16"),
        "delimiter": wording.delimiter_words(seen.delimiter, language),
        "head_line": seen.head_line,
        "columns": seen.columns,
        "rows": seen.rows,
        "doubts": [wording.doubt_words(doubt, about, language) for doubt, about in seen.doubts],
    }
    page.kept = mappings_for(actor=asked.actor, asset=file.asset)
    return page, seen


def _choose(page: FilePage, seen: Preview, asked: Asked) -> None:
    given = page.fields.given if page.fields else {}
    page.choices = {
        "columns": [name for name in seen.columns if name],
        "numbers": seen.numbers,
        "formats": time_formats(given.get("time_format", "")),
        "units": [
            (value, f"{symbol} {page.words[which]}" if which else symbol)
            for value, symbol, which in units(asked.currency)
        ],
        "sensors": _sensors(asked.actor, asked.file),
        "time_zone": asked.file.asset.time_zone,
    }


def _sensors(actor: Actor, file: FileImport) -> list[tuple[str, str]]:
    rows = Sensor.objects.visible_to(actor).beneath(file.asset).select_related("asset")
    return [
        (str(each.pk), f"{each.asset.name}: {each.name} [{_unit(each)}]")
        for each in rows.order_by("asset__path", "name")[:_MAX_SENSORS]
        if actor.may_on(Permission.BELIEF_RECORD, each.asset.path)
    ]


def _unit(sensor: Sensor) -> str:
    return Quantity(sensor.quantity).unit


def _fields(document: dict[str, Any], seen: Preview) -> MappingFields:
    try:
        return fields_of_mapping(FileMapping.model_validate(document))
    except ValueError:  # kept by an older release, in words that this one does not know
        return fields_of_guess(seen)


def _try(page: FilePage, asked: Asked, mapping: FileMapping) -> None:
    tried = try_mapping(actor=asked.actor, file=asked.file, mapping=mapping, now=asked.now)
    if tried.refusal is not None:
        told = refused(tried.refusal)
        page.report = _report(told, asked.file.asset.time_zone, asked.language)
        return
    page.report = None
    page.tried = [_first_values(each, mapping) for each in tried.columns]
    problems = tried.columns[0].read.problems
    if problems:
        told = {"columns": [], "words": "", "problems": problems_of(problems)}
        page.report = _report(told, asked.file.asset.time_zone, asked.language)


def _first_values(column: ColumnRead, mapping: FileMapping) -> dict[str, Any]:
    zone = mapping.zone(column.sensor.asset.time_zone)
    known = np.flatnonzero(~np.isnan(column.values))[:_FIRST]
    return {
        "column": column.column.column,
        "sensor": str(column.sensor),
        "unit": _unit(column.sensor),
        "zone": zone.key,
        "values": [
            (f"{_start(column, int(at)).astimezone(zone):%Y-%m-%d %H:%M}", value)
            for at, value in zip(known, column.values[known].tolist(), strict=True)
        ],
    }


def _start(column: ColumnRead, step: int) -> datetime:
    return column.read_at(step)


def _report(report: dict[str, Any] | None, time_zone: str, language: str) -> dict[str, Any] | None:
    if report is None:
        return None
    zone = ZoneInfo(time_zone)

    def local(text: str) -> str:
        return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"

    columns = [
        each | {"start": local(each["start"]), "end": local(each["end"])}
        for each in report["columns"]
    ]
    problems = [
        each | {"words": wording.problem_words(each, language)} for each in report["problems"]
    ]
    # Of a file whose rows are wrong the rows say it all.
    words = "" if problems else report["words"]
    return {"columns": columns, "problems": problems, "words": words}


def _by_field(refusal: ValidationError, numbers: Sequence[int]) -> dict[str, list[str]]:
    """Return what is wrong by the names of the page's fields: "unit-3" for "columns.0.unit"."""
    errors: dict[str, list[str]] = {}
    for path, messages in refusal.message_dict.items():
        parts = path.split(".")
        name = path
        if parts[0] == "columns" and len(parts) > 1 and parts[1].isdecimal():
            last = parts[-1] if len(parts) > 2 else "column"
            name = f"{'unit' if last == 'counts_up' else last}-{numbers[int(parts[1])]}"
        elif path in ("columns", "file", "name", "asset", "__all__", "mapping"):
            name = "keep_as" if path == "name" else ""
        errors.setdefault(name, []).extend(messages)
    return errors
