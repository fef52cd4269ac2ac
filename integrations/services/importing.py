"""A file's columns into sensors, at once: all of it or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from assets.models import Sensor
from integrations.ingest.mapping import FileMapping
from integrations.ingest.rows import OnRows
from integrations.ingest.series_file import SeriesRead
from integrations.pipeline.importing import ImportedSeries, read_columns, store_columns, summary
from tenants.permissions import Actor


@dataclass(frozen=True, slots=True)
class ImportedColumn:
    """What a column held, and what was stored of it."""

    sensor: Sensor
    read: SeriesRead
    stored: ImportedSeries


@transaction.atomic
def import_columns(
    *,
    actor: Actor,
    content: bytes,
    mapping: FileMapping,
    sensors: Mapping[int, Sensor],
    source_name: str,
    dry_run: bool = False,
    on_rows: OnRows | None = None,
    now: datetime,
) -> list[ImportedColumn]:
    """Store the columns of ``content`` that ``mapping`` wants as beliefs of their sensors.

    Args:
        sensors: those of the mapping, by identifier, with their assets.
        dry_run: check everything, store nothing.
        on_rows: is told how many rows were read, now and then.

    Raises:
        WrongFile: the file cannot be read so.
        PermissionDenied: ``actor`` may not record beliefs at a sensor's asset.
        ValidationError: a unit or steps do not fit, or readings are from the future.
    """
    columns = read_columns(content, mapping, sensors, now=now, on_rows=on_rows)
    changed = [0] * len(columns)
    if not dry_run:
        changed = store_columns(
            actor=actor, columns=columns, source_name=source_name, mapping=mapping, now=now
        )
    return [
        ImportedColumn(each.sensor, each.read, summary(each, count))
        for each, count in zip(columns, changed, strict=True)
    ]
