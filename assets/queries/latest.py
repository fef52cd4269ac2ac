"""The latest value of many sensors at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from assets.models import Sensor, SourceKind
from assets.queries.beliefs import sources_of
from assets.queries.known import QUALITY_OF_KINDS, Asked, Quality, implausible_each, read_known
from assets.queries.series import MEASURED
from assets.timegrid import TimeGrid

Array = NDArray[np.float64]

#: What is older says nothing of now, and would have to be searched for.
LOOK_BACK: Final = timedelta(days=31)
#: Of virtual sensors, each of whose terms is read event by event.
_LOOK_BACK_OF_VIRTUAL: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)

# One step into the index for each sensor, from now backwards.
_LATEST: Final = """
COPY (SELECT wanted.place, newest.event_start, newest.value, newest.source_id
FROM unnest(%(sensors)s::bigint[]) WITH ORDINALITY AS wanted (sensor_id, place)
CROSS JOIN LATERAL (
    SELECT b.event_start, b.value, b.source_id FROM assets_belief b
    WHERE b.sensor_id = wanted.sensor_id AND b.event_start > %(since)s AND b.event_start <= %(now)s
        AND b.cumulative_probability = 0.5 AND b.source_id = ANY(%(sources)s)
    ORDER BY b.event_start DESC, b.belief_time DESC LIMIT 1
) newest) TO STDOUT (FORMAT BINARY)
"""
# Rows of binary COPY: a head for all, how many fields, and length and value of each.
_HEADER_BYTES: Final = 19
_TRAILER_BYTES: Final = 2
_EPOCH: Final = np.datetime64("2000-01-01", "s")
_ROW: Final = np.dtype(
    [
        ("fields", ">i2"),
        *(
            part
            for name, kind in (
                ("place", ">i8"),
                ("event_start", ">i8"),
                ("value", ">f8"),
                ("source", ">i8"),
            )
            for part in ((f"{name} bytes", ">i4"), (name, kind))
        ),
    ]
)


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest values of sensors, in their order.

    Attributes:
        starts: shape (n,), of the latest event of which something is known; NaT where nothing
            is known of the last ``LOOK_BACK``, of virtual sensors of the last day.
        values: shape (n,), unit of each sensor's quantity; NaN where unknown.
        quality: shape (n,), values of ``Quality``.
        late_seconds: shape (n,), how much later than expected the next value is; 0 in time, NaN
            where nothing is expected of the sensor.
    """

    starts: NDArray[np.datetime64]
    values: Array
    quality: NDArray[np.uint8]
    late_seconds: Array


def read_latest(
    sensors: Sequence[Sensor], *, now: datetime, kinds: Sequence[SourceKind] = MEASURED
) -> Latest:
    """Return the latest value of each of ``sensors`` of an event that has begun by ``now``."""
    n = len(sensors)
    latest = Latest(
        np.full(n, np.datetime64("NaT", "s"), dtype="datetime64[s]"),
        np.full(n, np.nan),
        np.full(n, Quality.MISSING, dtype=np.uint8),
        np.full(n, np.nan),
    )
    _look_up(sensors, latest, now=now, kinds=kinds)
    _put_together(sensors, latest, now=now, kinds=kinds)
    latest.late_seconds[:] = _late(sensors, latest.starts, now)
    return latest


def _look_up(
    sensors: Sequence[Sensor], latest: Latest, *, now: datetime, kinds: Sequence[SourceKind]
) -> None:
    """Enter what is measured into ``latest``."""
    sources = sources_of(kinds)
    wanted: dict[str, Any] = {
        "sensors": [sensor.pk for sensor in sensors],
        "sources": list(sources),
        "since": now - LOOK_BACK,
        "now": now,
    }
    with connection.cursor() as cursor, cursor.cursor.copy(_LATEST, wanted) as copy:
        stream = b"".join(bytes(block) for block in copy)
    found = np.frombuffer(stream[_HEADER_BYTES:-_TRAILER_BYTES], _ROW)
    places = found["place"].astype(np.int64) - 1
    seconds = found["event_start"].astype(np.int64) // 1_000_000
    latest.starts[places] = _EPOCH + seconds.astype("timedelta64[s]")
    latest.values[places] = found["value"]
    identifiers, kinds_at = np.unique(found["source"], return_inverse=True)
    told = [QUALITY_OF_KINDS[SourceKind(sources[int(pk)].kind)] for pk in identifiers]
    latest.quality[places] = np.array(told, dtype=np.uint8)[kinds_at]
    latest.quality[implausible_each(sensors, latest.values)] = Quality.IMPLAUSIBLE


def _put_together(
    sensors: Sequence[Sensor], latest: Latest, *, now: datetime, kinds: Sequence[SourceKind]
) -> None:
    """Enter what virtual sensors come to into ``latest``."""
    places = [i for i, sensor in enumerate(sensors) if sensor.is_virtual]
    if not places:
        return
    end = now.replace(minute=0, second=0, microsecond=0) + _HOUR
    start = end - _LOOK_BACK_OF_VIRTUAL
    virtual = [sensors[i] for i in places]
    grids = {each.pk: TimeGrid.between(start, end, each.resolution) for each in virtual}
    asked = Asked(known_at=now, kinds=kinds)
    known = read_known(virtual, grids, asked=asked, probabilities=[0.5])
    moment = np.datetime64(now.replace(tzinfo=None), "s")
    for i, sensor in zip(places, virtual, strict=True):
        starts, told = grids[sensor.pk].starts(), known[sensor.pk, 0.5]
        events = np.flatnonzero(~np.isnan(told.values) & (starts <= moment))
        if events.size:
            latest.starts[i] = starts[events[-1]]
            latest.values[i] = told.values[events[-1]]
            latest.quality[i] = told.quality[events[-1]]


def _late(sensors: Sequence[Sensor], starts: NDArray[np.datetime64], now: datetime) -> Array:
    """Return how long the event after that of ``starts`` is overdue [s]."""
    patience = np.array(
        [
            None if each.expected_within is None else 2 * each.resolution + each.expected_within
            for each in sensors
        ],
        dtype="timedelta64[s]",
    )
    moment = np.datetime64(now.replace(tzinfo=None), "s")
    # Of what has been silent for as long as we look back the value is that late at least.
    since = np.where(np.isnat(starts), moment - np.timedelta64(LOOK_BACK, "s"), starts)
    late = (moment - since - patience).astype(np.float64)
    return np.where(np.isnat(patience), np.nan, np.maximum(late, 0.0))
