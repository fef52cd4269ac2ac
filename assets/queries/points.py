"""Points in time of instantaneous sensors, told on steps: each holds until the next.

A point holds for as long as the next is expected, ``expected_within`` of its sensor, or an hour
where nothing is said, and never beyond what was known. What nothing holds is unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from assets.models import Sensor, Source
from assets.queries.beliefs import Points, read_points, sources_of
from assets.queries.known import Asked, Quality, quality_of
from assets.queries.moments import microseconds
from assets.resample import hold

Array = NDArray[np.float64]
Microseconds = NDArray[np.int64]

_MICROSECOND: Final = timedelta(microseconds=1)
#: How long a point holds where its sensor does not say when the next is expected.
_HOLDS: Final = timedelta(hours=1)
_COUNT: Final = """
SELECT count(*) FROM (
    SELECT FROM assets_belief
    WHERE sensor_id = ANY(%(sensors)s) AND event_start >= %(start)s AND event_start < %(end)s
    LIMIT %(most)s
) points
"""


@dataclass(frozen=True, slots=True)
class PointsRead:
    """One read of the points of several sensors, by sensor and probability."""

    points: Mapping[tuple[int, float], Points]
    sources: Mapping[int, Source]


def longest_hold(sensor: Sensor) -> timedelta:
    """Return how long a point of ``sensor`` holds without a next one."""
    return sensor.expected_within or _HOLDS


def read_points_of(
    sensors: Sequence[Sensor],
    span: tuple[datetime, datetime],
    *,
    asked: Asked,
    probabilities: Sequence[float],
) -> PointsRead:
    """Return the points of ``sensors`` in ``span`` = [start, end), in one read."""
    sources = sources_of(asked.kinds)
    points = read_points(
        [sensor.pk for sensor in sensors],
        span,
        known_at=asked.known_at,
        sources=sources,
        probabilities=probabilities,
        horizon=asked.horizon,
    )
    return PointsRead(points, sources)


def held_on(
    read: PointsRead,
    sensor: Sensor,
    probability: float,
    edges: Microseconds,
    *,
    aggregation: str,
    known_at: datetime,
) -> tuple[Array, NDArray[np.uint8]]:
    """Return what held over each step between ``edges``, and how sure it is.

    Args:
        read: from ``longest_hold`` before the first edge on.
        edges: shape (n_steps + 1,), in microseconds since 2000 in UTC.
        aggregation: see ``assets.resample.Held``.
        known_at: beyond it nothing holds.

    Returns:
        values and ``Quality``, each of shape (n_steps,).
    """
    points = read.points[sensor.pk, probability]
    longest = longest_hold(sensor) // _MICROSECOND
    held = hold(points.times, edges, longest=longest, until=microseconds(known_at))
    sure = quality_of(sensor, points.values, points.sources, read.sources)
    how = aggregation if aggregation in ("first", "last") else "max"
    quality = held.told(sure.astype(np.float64), how)
    quality[np.isnan(quality)] = Quality.MISSING
    return held.told(points.values, aggregation), quality.astype(np.uint8)


def held_at(sensor: Sensor, at: datetime, *, asked: Asked) -> float | None:
    """Return the value that holds at ``at``: of the last point by then, unless it is too old."""
    span = (at - longest_hold(sensor), at + _MICROSECOND)
    values = point_values(sensor, span, asked=asked)
    return float(values[-1]) if values.size else None


def point_values(sensor: Sensor, span: tuple[datetime, datetime], *, asked: Asked) -> Array:
    """Return the values of the points of ``sensor`` in ``span`` = [start, end), in their order."""
    read = read_points_of([sensor], span, asked=asked, probabilities=[0.5])
    return read.points[sensor.pk, 0.5].values


def count_points(sensors: Sequence[Sensor], start: datetime, end: datetime, *, most: int) -> int:
    """Return how many points ``sensors`` have in [start, end); ``most`` if there are more."""
    wanted: dict[str, Any] = {
        "sensors": [sensor.pk for sensor in sensors],
        "start": start,
        "end": end,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, wanted)
        return int(cursor.fetchone()[0])
