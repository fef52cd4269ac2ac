"""Series as columns, for charts, partners and files: values and how sure they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import prefetch_related_objects
from numpy.typing import NDArray

from assets.models import Quantity, Sensor, Source, SourceKind
from assets.queries.known import Asked, Known, Quality, read_known, usual_aggregation
from assets.queries.series import EXPECTED
from assets.resample import Buckets, Calendar, Fill, Resolution, aggregate, buckets_over, filled
from assets.timegrid import TimeGrid

Array = NDArray[np.float64]


class OffGrid(ValueError):
    """The span begins within an event."""


class WrongResolution(ValueError):
    """The resolution does not fit the events."""


class WrongAggregation(ValueError):
    """The aggregation has no meaning for the quantity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of a series is read, and how it is told; the same for every kind of series.

    Attributes:
        start, end: span [start, end), of whole events.
        known_at: beliefs formed later are not looked at.
        horizon: of each event only beliefs formed so long before its start, or earlier.
        resolution: of the answer; that of the events when None.
        max_points: at most so many values; see ``assets.resample.buckets_over``.
        aggregation: "energy" of power, or one of ``assets.resample.AGGREGATIONS``; what is
            usual for the quantity when None.
        kinds: whose beliefs count.
        probabilities: which quantiles.
        fill: what stands for events of which nothing is known.
        zone: whose days and months; that of the sensor, else of its asset, when None.
    """

    start: datetime
    end: datetime
    known_at: datetime
    resolution: Resolution | None = None
    max_points: int | None = None
    aggregation: str | None = None
    kinds: tuple[SourceKind, ...] = EXPECTED
    probabilities: tuple[float, ...] = (0.5,)
    fill: Fill = Fill.NONE
    zone: ZoneInfo | None = None
    horizon: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One quantile of one sensor's series.

    Attributes:
        events: the events that were read.
        buckets: the steps in which they are told.
        values: shape (n,), one per bucket; NaN where unknown.
        quality: shape (n,), values of ``Quality``; MISSING where the value is NaN.
        sources: who believes, with how many events each.
    """

    events: TimeGrid
    buckets: Buckets
    values: Array
    quality: NDArray[np.uint8]
    sources: tuple[tuple[Source, int], ...]


def read_columns(sensors: Sequence[Sensor], wanted: Wanted) -> list[list[Column]]:
    """Return the series of ``sensors``, each with one column per probability, in one statement.

    Raises:
        OffGrid, WrongResolution, WrongAggregation: see there; each names the sensor.
        ValueError: the span is empty, or not one of whole events.
    """
    grids = {sensor.pk: _events(sensor, wanted) for sensor in sensors}
    if not grids:
        return []
    if wanted.zone is None and isinstance(wanted.resolution, Calendar):
        prefetch_related_objects(sensors, "asset")
    buckets = {sensor.pk: _buckets(sensor, grids[sensor.pk], wanted) for sensor in sensors}
    for sensor in sensors:
        _check_aggregation(sensor, wanted.aggregation)
    asked = Asked(known_at=wanted.known_at, kinds=wanted.kinds, horizon=wanted.horizon)
    known = read_known(sensors, grids, asked=asked, probabilities=wanted.probabilities)
    return [
        [
            _column(
                known[sensor.pk, probability],
                (grids[sensor.pk], buckets[sensor.pk]),
                (wanted.fill, wanted.aggregation or usual_aggregation(sensor)),
            )
            for probability in wanted.probabilities
        ]
        for sensor in sensors
    ]


def _events(sensor: Sensor, wanted: Wanted) -> TimeGrid:
    grid = TimeGrid.between(wanted.start, wanted.end, sensor.resolution)
    if grid.start.timestamp() % sensor.resolution.total_seconds():
        raise OffGrid(f"events of {sensor.name} start on multiples of {sensor.resolution} in UTC")
    return grid


def _buckets(sensor: Sensor, events: TimeGrid, wanted: Wanted) -> Buckets:
    zone = wanted.zone
    if zone is None:  # its own, or the asset's, is only looked up where it matters
        by_calendar = isinstance(wanted.resolution, Calendar)
        zone = ZoneInfo((sensor.time_zone or sensor.asset.time_zone) if by_calendar else "UTC")
    try:
        return buckets_over(events, wanted.resolution, zone=zone, max_points=wanted.max_points)
    except ValueError as error:
        raise WrongResolution(f"{sensor.name}: {error}") from error


def _check_aggregation(sensor: Sensor, aggregation: str | None) -> None:
    if aggregation == "energy" and sensor.quantity != Quantity.POWER:
        raise WrongAggregation(f"{sensor.name} is of {sensor.quantity}: ENERGY is told of POWER")
    if aggregation == "sum" and sensor.quantity != Quantity.ENERGY:
        other = "ENERGY" if sensor.quantity == Quantity.POWER else "MEAN"
        raise WrongAggregation(
            f"{sensor.name} is of {sensor.quantity}, whose sum over time is nothing: use {other}"
        )


def _column(known: Known, steps: tuple[TimeGrid, Buckets], told: tuple[Fill, str]) -> Column:
    (events, buckets), (fill, how) = steps, told
    values, quality = filled(known.values, fill), known.quality.copy()
    quality[np.isnan(known.values) & ~np.isnan(values)] = Quality.FILLED
    if how == "energy":
        values, how = values * events.step_hours, "sum"
    least_sure = aggregate(
        quality.astype(np.float64), buckets, how if how in ("first", "last") else "max"
    )
    return Column(
        events=events,
        buckets=buckets,
        values=aggregate(values, buckets, how),
        quality=least_sure.astype(np.uint8),
        sources=known.sources,
    )
