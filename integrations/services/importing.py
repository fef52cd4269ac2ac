"""A file's series into a sensor: all of it or nothing."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

import numpy as np

from assets.models import Quantity, Sensor, Source, SourceKind
from assets.services import SeriesOfBeliefs, record_many
from assets.timegrid import TimeGrid
from assets.units import UnknownUnit
from integrations.connectors.base import SeriesReading
from integrations.ingest.knowledge import told_day_ahead
from integrations.ingest.readings import DoesNotFit, to_grid
from integrations.ingest.series_file import SeriesRead
from tenants.errors import wrong
from tenants.permissions import Actor


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


def import_series(
    *,
    actor: Actor,
    sensor: Sensor,
    read: SeriesRead,
    unit: str,
    source_name: str,
    day_ahead: time | None = None,
    zone: ZoneInfo,
    generation: bool = False,
    dry_run: bool = False,
) -> ImportedSeries:
    """Store ``read`` as beliefs of ``sensor``.

    Args:
        unit: of the file's values; converted once.
        day_ahead: the values of a local day were told at this time of the day before, as a
            market's prices are; None for a meter, which knows each at its event's end.
        generation: the file counts what is generated as positive, as inverters do, also where
            the sensor does not say so; the sign is turned, for power is positive into the asset.
        dry_run: check everything, store nothing.

    Raises:
        PermissionDenied: ``actor`` may not record beliefs at the sensor's asset.
        ValidationError: the unit does not fit, or the steps do not.
    """
    reading = SeriesReading("file", read.grid.start, read.grid.step, read.values, unit)
    try:
        grid, values = to_grid(
            reading,
            quantity=sensor.quantity,
            resolution=sensor.resolution,
            outward_positive=generation or sensor.outward_positive,
        )
    except UnknownUnit as error:
        raise wrong("unit", str(error), code="unit") from None
    except DoesNotFit as error:
        raise wrong("file", f"{error}: the sensor's are {sensor.resolution}", code="step") from None
    kind = SourceKind.MARKET if sensor.quantity == Quantity.PRICE else SourceKind.METER
    days: list[tuple[slice, datetime | None]] = [(slice(0, grid.n_steps), None)]
    if day_ahead is not None:
        days = list(told_day_ahead(grid, day_ahead, zone))
    changed = 0
    if not dry_run:
        source = Source.objects.of(kind, source_name)
        series = [
            SeriesOfBeliefs(
                sensor=sensor,
                source=source,
                grid=TimeGrid(grid.start + day.start * grid.step, grid.step, day.stop - day.start),
                values=values[day],
                belief_time=known_since,
            )
            for day, known_since in days
        ]
        changed = record_many(actor=actor, series=series)
    known = values[~np.isnan(values)]
    if not known.size:
        raise wrong("file", "no step has a value")
    return ImportedSeries(
        start=grid.start,
        end=grid.end,
        n_values=known.size,
        n_missing=values.size - known.size,
        changed=changed,
        least=float(known.min()),
        most=float(known.max()),
        mean=float(known.mean()),
    )
