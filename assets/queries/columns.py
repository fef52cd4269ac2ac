"""Series as columns, for charts, partners and files: values and how sure they are."""

from collections.abc import Sequence

import numpy as np
from django.db.models import prefetch_related_objects
from numpy.typing import NDArray

from assets.models import Quantity, Sensor
from assets.queries.known import Asked, Known, Quality, read_known, usual_aggregation
from assets.queries.point_columns import read_point_columns
from assets.queries.wanted import (
    Column,
    OffGrid,
    Wanted,
    WrongAggregation,
    WrongResolution,
    zone_of,
)
from assets.resample import Buckets, Calendar, Fill, aggregate, buckets_over, filled
from assets.timegrid import TimeGrid

Array = NDArray[np.float64]


def read_columns(sensors: Sequence[Sensor], wanted: Wanted) -> list[list[Column]]:
    """Return the series of ``sensors``, each with one column per probability, in one statement.

    Raises:
        OffGrid, WrongResolution, WrongAggregation: see there; each names the sensor.
        ValueError: the span is empty, or not one of whole events.
    """
    if not sensors:
        return []
    if any(sensor.is_instantaneous for sensor in sensors):
        return _read_both(sensors, wanted)
    grids = {sensor.pk: _events(sensor, wanted) for sensor in sensors}
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


def _read_both(sensors: Sequence[Sensor], wanted: Wanted) -> list[list[Column]]:
    """Return the series of ``sensors``, of which some have points in time."""
    of_points = [sensor for sensor in sensors if sensor.is_instantaneous]
    of_events = [sensor for sensor in sensors if not sensor.is_instantaneous]
    told = [*read_point_columns(of_points, wanted), *read_columns(of_events, wanted)]
    keys = [sensor.pk for sensor in (*of_points, *of_events)]
    found = dict(zip(keys, told, strict=True))
    return [found[sensor.pk] for sensor in sensors]


def _events(sensor: Sensor, wanted: Wanted) -> TimeGrid:
    grid = TimeGrid.between(wanted.start, wanted.end, sensor.resolution)
    if grid.start.timestamp() % sensor.resolution.total_seconds():
        raise OffGrid(f"events of {sensor.name} start on multiples of {sensor.resolution} in UTC")
    return grid


def _buckets(sensor: Sensor, events: TimeGrid, wanted: Wanted) -> Buckets:
    zone = zone_of(sensor, wanted)
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
