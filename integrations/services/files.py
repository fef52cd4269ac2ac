"""Files that people bring: kept for a day, looked at, mapped, and imported by a worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from pydantic import ValidationError as DocumentInvalid

from assets.access import authorise_on
from assets.models import Asset, Sensor
from integrations.ingest.mapping import FileMapping
from integrations.ingest.preview import LOOKED_AT, Preview, beginning, preview
from integrations.ingest.table import FileKind, kind_of
from integrations.ingest.wrong_file import WrongFile
from integrations.models import FileContent, FileImport, ImportState
from integrations.pipeline.importing import ColumnRead, check_units, read_columns
from tenants.audit.services import record, values_of
from tenants.errors import as_validation_error, wrong
from tenants.jobs import enqueue
from tenants.permissions import Actor, Permission

#: Largest file that is brought through a page; below what a request may be [bytes].
MAX_FILE_BYTES: Final = 30_000_000
#: A feed is one document, held whole while it is looked at [bytes].
_MAX_FEED_BYTES: Final = 10_000_000
#: How long the content of a file is kept that nobody imports.
KEPT_FOR: Final = timedelta(days=1)
#: Files at once, so that nobody fills the tenant's database with what is never imported.
_MAX_KEPT: Final = 20
_MAX_KEPT_OF_TENANT: Final = 200
_MAX_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Tried:
    """What the first rows of a file become by a mapping.

    Attributes:
        columns: each mapped column; empty where the file is refused.
        refusal: why, if it is.
    """

    columns: tuple[ColumnRead, ...] = ()
    refusal: WrongFile | None = None


@transaction.atomic
def bring_file(
    *, actor: Actor, asset: Asset, name: str, content: bytes, now: datetime
) -> FileImport:
    """Keep a file for sensors beneath ``asset``, to be mapped; nothing of it is imported yet.

    Raises:
        PermissionDenied: ``actor`` may not record readings at the asset.
        ValidationError: the file is empty, too long, or of no kind that is read; or too many
            wait already.
    """
    authorise_on(actor, Permission.BELIEF_RECORD, asset)
    _check(actor, content)
    file = FileImport.objects.create(
        asset=asset,
        file_name=name.replace("\0", "")[-_MAX_NAME:] or "file",
        size_bytes=len(content),
        sha256=sha256(content).hexdigest(),
        n_lines=content.count(b"\n") if kind_of(content) is FileKind.CSV else None,
        brought_by=actor.name,
        brought_at=now,
    )
    FileContent.objects.create(of=file, body=content)
    kept_of_it = values_of(file, "asset_id", "file_name", "size_bytes", "sha256")
    record(actor=actor, verb="bring_file", subject=file, after=kept_of_it)
    return file


def _check(actor: Actor, content: bytes) -> None:
    if not content:
        raise wrong("file", "the file is empty", code="too_short")
    if len(content) > MAX_FILE_BYTES:
        words = f"{len(content)} bytes; at most {MAX_FILE_BYTES}: import it in parts"
        raise wrong("file", words, code="too_long", maximum=MAX_FILE_BYTES)
    if kind_of(content) is FileKind.GREEN_BUTTON and len(content) > _MAX_FEED_BYTES:
        words = f"{len(content)} bytes; a feed has at most {_MAX_FEED_BYTES}: import it in parts"
        raise wrong("file", words, code="too_long", maximum=_MAX_FEED_BYTES)
    kept = (
        FileContent.objects.count(),
        FileContent.objects.filter(of__brought_by=actor.name).count(),
    )
    if kept[0] >= _MAX_KEPT_OF_TENANT or kept[1] >= _MAX_KEPT:
        words = f"{kept[1]} files of yours wait to be imported: import or discard some"
        raise wrong("file", words, code="state")
    try:
        preview(content)
    except WrongFile as error:
        raise wrong("file", str(error), code="invalid") from None


def preview_of(*, actor: Actor, file: FileImport) -> Preview:
    """Return the beginning of ``file`` as it is understood.

    Raises:
        PermissionDenied: ``actor`` may not record readings at its asset.
        ValidationError: the content is gone.
    """
    return preview(_content(actor, file))


def try_mapping(*, actor: Actor, file: FileImport, mapping: FileMapping, now: datetime) -> Tried:
    """Return what the first rows of ``file`` become by ``mapping``; nothing is stored.

    Raises:
        PermissionDenied: ``actor`` may not record readings at its asset.
        ValidationError: a sensor is not there, or a unit or steps do not fit.
    """
    sensors = sensors_of(actor, file.asset, mapping)
    begun = beginning(_content(actor, file))
    try:
        columns = read_columns(begun, mapping, sensors, now=now, most=LOOKED_AT)
    except WrongFile as error:
        return Tried(refusal=error)
    return Tried(tuple(columns))


@transaction.atomic
def ask_import(*, actor: Actor, file: FileImport, mapping: FileMapping, now: datetime) -> None:
    """Ask for ``file`` to be imported by a worker as ``mapping`` says.

    Raises:
        PermissionDenied: ``actor`` may not record readings at its asset.
        ValidationError: a sensor is not there, a unit does not fit, or the file is being
            imported, was imported, or is gone.
    """
    authorise_on(actor, Permission.BELIEF_RECORD, file.asset)
    held = FileImport.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if not held.may_be_asked:
        raise wrong("file", f"it is {held.get_state_display()} already", code="state")
    if not FileContent.objects.filter(of=held).exists():
        raise wrong("file", "it is gone: files are kept for a day; bring it again", code="state")
    check_units(mapping, sensors_of(actor, file.asset, mapping))
    held.document = mapping.model_dump(mode="json")
    held.report, held.n_rows, held.asked_at = None, 0, now
    held.move_on(ImportState.QUEUED)
    held.save()
    record(actor=actor, verb="ask_import", subject=held, after={"document": held.document})
    enqueue(
        "integrations.import_file",
        payload={"file_id": str(held.pk)},
        dedupe_key=f"{held.pk} {now.isoformat()}",
        now=now,
    )


@transaction.atomic
def discard_file(*, actor: Actor, file: FileImport) -> None:
    """Delete the content of ``file`` and what is told of it, unless it is being imported.

    Raises:
        PermissionDenied: ``actor`` may not record readings at its asset.
        ValidationError: it is being imported, or it was: then what is told of it stays.
    """
    authorise_on(actor, Permission.BELIEF_RECORD, file.asset)
    held = FileImport.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if not held.may_be_asked:
        raise wrong("file", f"it is {held.get_state_display()}", code="state")
    record(actor=actor, verb="discard_file", subject=held, before=values_of(held, "file_name"))
    held.delete()


def forget_files(*, now: datetime) -> int:
    """Delete the contents of files that nobody imported within a day; return how many."""
    idle = FileContent.objects.filter(of__brought_at__lt=now - KEPT_FOR)
    return idle.exclude(of__in=FileImport.objects.unfinished()).delete()[0]


def mapping_from(document: Mapping[str, Any]) -> FileMapping:
    """Return ``document`` as a mapping.

    Raises:
        ValidationError: it is none; named by the path within it.
    """
    try:
        return FileMapping.model_validate(dict(document))
    except DocumentInvalid as error:
        told: ValidationError = as_validation_error(error, field="mapping")
        paths = {path.removeprefix("mapping."): each for path, each in told.error_dict.items()}
        if any(path.startswith("columns.") for path in paths):
            paths.pop("columns", None)  # that none are left once the wrong ones are taken away
        raise ValidationError(paths) from None


def sensors_of(actor: Actor, asset: Asset | None, mapping: FileMapping) -> dict[int, Sensor]:
    """Return the sensors of ``mapping`` beneath ``asset`` with their assets, by identifier.

    Raises:
        PermissionDenied: ``actor`` may not record readings at one.
        ValidationError: one is not there, or not the actor's to see, or elsewhere.
    """
    wanted = [each.sensor for each in mapping.columns]
    rows = Sensor.objects.visible_to(actor).filter(pk__in=wanted).select_related("asset")
    if asset is not None:
        rows = rows.beneath(asset)
    found = {sensor.pk: sensor for sensor in rows}
    for index, key in enumerate(wanted):
        if key not in found:
            raise wrong(f"columns.{index}.sensor", "no such sensor", code="not_found")
        authorise_on(actor, Permission.BELIEF_RECORD, found[key].asset)
    return found


def _content(actor: Actor, file: FileImport) -> bytes:
    authorise_on(actor, Permission.BELIEF_RECORD, file.asset)
    content = FileContent.objects.filter(of=file).first()
    if content is None:
        raise wrong("file", "it is gone: files are kept for a day; bring it again", code="state")
    return bytes(content.body)
