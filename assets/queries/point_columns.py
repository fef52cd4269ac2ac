"""Series of instantaneous sensors as columns: point by point, or what held over each step."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import numpy as np
from django.db.models import prefetch_related_objects
from numpy.typing import NDArray

from assets.models import Sensor
from assets.queries.known import Asked, Quality, believers, quality_of, usual_aggregation
from assets.queries.moments import microseconds, times_of
from assets.queries.points import PointsRead, held_on, longest_hold, read_points_of
from assets.queries.wanted import Column, Wanted, WrongAggregation, WrongResolution, zone_of
from assets.resample import Buckets, Calendar, buckets_over, filled
from assets.timegrid import TimeGrid

#: Steps begin on whole seconds of the span; points on any microsecond.
_SECOND: Final = timedelta(seconds=1)


def read_point_columns(sensors: Sequence[Sensor], wanted: Wanted) -> list[list[Column]]:
    """Return the series of instantaneous ``sensors``, with one column per probability.

    Without a resolution each point is told at its moment, or, where there are more than
    ``wanted.max_points``, what held over steps as long as they must be.

    Raises:
        WrongResolution, WrongAggregation: each names the sensor.
        ValueError: the span is empty, or no whole number of seconds.
    """
    if wanted.zone is None and isinstance(wanted.resolution, Calendar):
        prefetch_related_objects(sensors, "asset")
    for sensor in sensors:
        if wanted.aggregation in ("energy", "sum"):
            raise WrongAggregation(
                f"{sensor.name} has points in time, of which {wanted.aggregation.upper()} is "
                "nothing: use MEAN, MIN, MAX, FIRST or LAST"
            )
    seconds = TimeGrid.between(wanted.start, wanted.end, _SECOND)
    asked = Asked(known_at=wanted.known_at, kinds=wanted.kinds, horizon=wanted.horizon)
    before = max(longest_hold(sensor) for sensor in sensors)
    span = (seconds.start - before, seconds.end)
    read = read_points_of(sensors, span, asked=asked, probabilities=wanted.probabilities)
    return [_columns(sensor, read, seconds, wanted) for sensor in sensors]


def _columns(sensor: Sensor, read: PointsRead, seconds: TimeGrid, wanted: Wanted) -> list[Column]:
    first = microseconds(seconds.start)
    times = [read.points[sensor.pk, each].times for each in wanted.probabilities]
    moments = np.unique(np.concatenate(times))
    moments = moments[moments >= first]
    most = wanted.max_points
    if wanted.resolution is None and (most is None or moments.size <= most):
        return [_as_they_are(sensor, read, each, seconds, moments) for each in wanted.probabilities]
    try:
        buckets = buckets_over(
            seconds, wanted.resolution, zone=zone_of(sensor, wanted), max_points=most
        )
    except ValueError as error:
        raise WrongResolution(f"{sensor.name}: {error}") from error
    return [_held(sensor, read, each, (seconds, buckets), wanted) for each in wanted.probabilities]


def _as_they_are(
    sensor: Sensor,
    read: PointsRead,
    probability: float,
    seconds: TimeGrid,
    moments: NDArray[np.int64],
) -> Column:
    points = read.points[sensor.pk, probability]
    within = points.times >= microseconds(seconds.start)
    places = np.searchsorted(moments, points.times[within])
    values, sources = np.full(moments.size, np.nan), np.zeros(moments.size, dtype=np.int64)
    values[places], sources[places] = points.values[within], points.sources[within]
    return Column(
        events=seconds,
        buckets=Buckets(np.arange(moments.size), moments.size, timedelta(0)),
        values=values,
        quality=quality_of(sensor, values, sources, read.sources),
        sources=believers(sources, read.sources),
        moments=times_of(moments),
    )


def _held(
    sensor: Sensor,
    read: PointsRead,
    probability: float,
    steps: tuple[TimeGrid, Buckets],
    wanted: Wanted,
) -> Column:
    seconds, buckets = steps
    first = microseconds(seconds.start)
    edges = first + np.append(buckets.firsts, seconds.n_steps) * 1_000_000
    values, quality = held_on(
        read,
        sensor,
        probability,
        edges,
        aggregation=wanted.aggregation or usual_aggregation(sensor),
        known_at=wanted.known_at,
    )
    told = filled(values, wanted.fill)
    quality[np.isnan(values) & ~np.isnan(told)] = Quality.FILLED
    points = read.points[sensor.pk, probability]
    return Column(
        events=seconds,
        buckets=buckets,
        values=told,
        quality=quality,
        sources=believers(points.sources, read.sources),
    )
