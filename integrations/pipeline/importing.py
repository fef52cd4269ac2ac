"""The columns of a file into sensors: read, told in their units and steps, stored all or none.

The one road of files, for the command, for the preview and for the worker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from assets.models import Quantity, Sensor, Source, SourceKind
from assets.services import CLOCK_TOLERANCE, SeriesOfBeliefs, record_many_of_each
from assets.timegrid import Instants, TimeGrid
from assets.units import UnknownUnit, converter
from integrations.connectors.base import SeriesReading
from integrations.ingest.knowledge import told_day_ahead
from integrations.ingest.mapping import FileMapping, MappedColumn
from integrations.ingest.readings import DoesNotFit, to_grid
from integrations.ingest.rows import OnRows
from integrations.ingest.series_file import SeriesRead, read_series_files
from tenants.errors import wrong
from tenants.permissions import Actor

_MAX_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """A column, told in its sensor's unit and steps.

    Attributes:
        values: shape (n_steps,) on ``grid``, NaN where the file has none.
    """

    column: MappedColumn
    sensor: Sensor
    read: SeriesRead
    grid: TimeGrid | Instants
    values: NDArray[np.float64]

    def read_at(self, place: int) -> datetime:
        """Return when the value at ``place`` is of."""
        if isinstance(self.grid, TimeGrid):
            return self.grid.start + place * self.grid.step
        moment: datetime = self.grid.starts()[place].item()
        return moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ImportedSeries:
    """What was stored, in the sensor's unit and steps.

    Attributes:
        changed: how many values were news; 0 for a file that was imported before.
        n_missing: steps between first and last without a value.
    """

    start: datetime
    end: datetime
    n_values: int
    n_missing: int
    changed: int
    least: float
    most: float
    mean: float


def read_columns(
    content: bytes,
    mapping: FileMapping,
    sensors: Mapping[int, Sensor],
    *,
    now: datetime,
    most: int | None = None,
    on_rows: OnRows | None = None,
) -> list[ColumnRead]:
    """Return each column that ``mapping`` wants; what is wrong with one refuses all.

    Args:
        sensors: those of the mapping, by identifier, with their assets.
        most, on_rows: see ``integrations.ingest.rows.read_rows``.

    Raises:
        WrongFile: the file cannot be read so.
        ValidationError: a unit or steps do not fit, or readings are from the future; named as
            ``columns.0.unit``.
    """
    steps = {key: sensor.resolution for key, sensor in sensors.items()}
    zones = {key: mapping.zone(sensor.asset.time_zone) for key, sensor in sensors.items()}
    check_units(mapping, sensors)
    reads = read_series_files(content, mapping.wanted(steps, zones), most=most, on_rows=on_rows)
    return [
        _told(index, column, sensors[column.sensor], read, mapping, now=now)
        for index, (column, read) in enumerate(zip(mapping.columns, reads, strict=True))
    ]


def check_units(mapping: FileMapping, sensors: Mapping[int, Sensor]) -> None:
    """Refuse a unit that does not fit its sensor, before the file is read.

    Raises:
        ValidationError: see ``read_columns``.
    """
    for index, column in enumerate(mapping.columns):
        sensor = sensors[column.sensor]
        try:
            converter(column.unit, sensor.quantity, step=sensor.resolution)
        except UnknownUnit as error:
            raise wrong(f"columns.{index}.unit", str(error), code="unit") from None
        if column.counts_up and not column.unit.endswith("h"):
            words = f"a register counts energy: kWh or another, not {column.unit}"
            raise wrong(f"columns.{index}.unit", words, code="unit")


def _told(
    index: int,
    column: MappedColumn,
    sensor: Sensor,
    read: SeriesRead,
    mapping: FileMapping,
    *,
    now: datetime,
) -> ColumnRead:
    grid, values = _fitted(index, column, sensor, read)
    told = ColumnRead(column, sensor, read, grid, values)
    known = np.flatnonzero(~np.isnan(values))
    if not known.size:
        raise wrong(f"columns.{index}.column", "no step has a value")
    if isinstance(grid, Instants) and mapping.day_ahead is not None:
        words = f"{sensor} has points in time: none is told a day ahead"
        raise wrong(f"columns.{index}.sensor", words, code="step")
    last = told.read_at(int(known[-1]))
    is_measured = mapping.day_ahead is None and sensor.quantity != Quantity.PRICE
    if is_measured and last > now + CLOCK_TOLERANCE:
        words = f"readings run to {last.isoformat()}, but it is {now.isoformat()}"
        raise wrong(f"columns.{index}.column", f"{words}: is day or month right?", code="future")
    return told


def _fitted(
    index: int, column: MappedColumn, sensor: Sensor, read: SeriesRead
) -> tuple[TimeGrid | Instants, NDArray[np.float64]]:
    """Return what was read on the sensor's steps, or at its moments, and in its unit."""
    outward = column.generation or sensor.outward_positive
    if isinstance(read.grid, Instants):
        convert = converter(
            column.unit, sensor.quantity, step=sensor.resolution, outward_positive=outward
        )
        return read.grid, convert(read.values)
    reading = SeriesReading("file", read.grid.start, read.grid.step, read.values, column.unit)
    try:
        return to_grid(
            reading,
            quantity=sensor.quantity,
            resolution=sensor.resolution,
            outward_positive=outward,
        )
    except DoesNotFit as error:
        words = f"{error}: the sensor's are {sensor.resolution}"
        raise wrong(f"columns.{index}.sensor", words, code="step") from None


def store_columns(
    *,
    actor: Actor,
    columns: Sequence[ColumnRead],
    source_name: str,
    mapping: FileMapping,
    now: datetime,
) -> list[int]:
    """Store all ``columns`` or none, in the caller's transaction.

    A value that differs from what the source said before is a correction, believed from ``now``.

    Returns:
        how many values of each column were news.

    Raises:
        PermissionDenied: ``actor`` may not record beliefs at a sensor's asset.
    """
    series = []
    for each in columns:
        kind = SourceKind.MARKET if each.sensor.quantity == Quantity.PRICE else SourceKind.METER
        source = Source.objects.of(kind, source_name[:_MAX_NAME])
        zone = mapping.zone(each.sensor.asset.time_zone)
        series += [
            SeriesOfBeliefs(
                sensor=each.sensor,
                source=source,
                grid=grid,
                values=each.values[day],
                belief_time=known_since,
            )
            for grid, day, known_since in _days(each.grid, mapping.day_ahead, zone)
        ]
    changed = record_many_of_each(actor=actor, series=series, corrected_at=now)
    return [changed[each.sensor.pk] for each in columns]


def _days(
    grid: TimeGrid | Instants, day_ahead: time | None, zone: ZoneInfo
) -> list[tuple[TimeGrid | Instants, slice, datetime | None]]:
    if day_ahead is None or isinstance(grid, Instants):
        return [(grid, slice(0, grid.n_steps), None)]
    return [
        (TimeGrid(grid.start + day.start * grid.step, grid.step, day.stop - day.start), day, since)
        for day, since in told_day_ahead(grid, day_ahead, zone)
    ]


def summary(column: ColumnRead, changed: int) -> ImportedSeries:
    """Return what is told of a column that was read and, where ``changed``, stored."""
    known = column.values[~np.isnan(column.values)]
    return ImportedSeries(
        start=column.grid.start,
        end=column.grid.end,
        n_values=known.size,
        n_missing=column.values.size - known.size,
        changed=changed,
        least=float(known.min()),
        most=float(known.max()),
        mean=float(known.mean()),
    )


def report_of(columns: Sequence[ColumnRead], changed: Sequence[int]) -> dict[str, Any]:
    """Return what was stored for each column, and the lines that were left out, as JSON."""
    told = []
    for column, count in zip(columns, changed, strict=True):
        stored = summary(column, count)
        told.append(
            {
                "sensor": column.sensor.pk,
                "name": str(column.sensor),
                "column": column.column.column,
                "start": stored.start.isoformat(),
                "end": stored.end.isoformat(),
                "values": stored.n_values,
                "missing": stored.n_missing,
                "changed": count,
                "duplicates": column.read.n_duplicates,
                "resets": column.read.n_resets,
                "least": stored.least,
                "most": stored.most,
                "mean": stored.mean,
            }
        )
    return {"columns": told, "problems": problems_of(columns[0].read.problems), "words": ""}


def problems_of(problems: Sequence[Any]) -> list[dict[str, Any]]:
    """Return wrong rows as JSON."""
    return [
        {
            "line": each.line,
            "column": each.column,
            "kind": each.kind,
            "value": each.value,
            "words": each.words,
        }
        for each in problems
    ]
