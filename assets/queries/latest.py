"""The latest value of many sensors at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from assets.models import Sensor, SourceKind
from assets.queries.beliefs import sources_of
from assets.queries.known import QUALITY_OF_KINDS, Asked, Quality, read_known
from assets.queries.series import MEASURED
from assets.timegrid import TimeGrid

Array = NDArray[np.float64]

#: What is older says nothing of now, and would have to be searched for.
LOOK_BACK: Final = timedelta(days=31)
#: Of virtual sensors, each of whose terms is read event by event.
_LOOK_BACK_OF_VIRTUAL: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)

# One step into the index for each sensor, from now backwards. What is asked of the sensor itself
# comes along: ten thousand rows of the ORM would take longer than the values.
_LATEST: Final = """
COPY (
    SELECT wanted.place, s.is_virtual::int::int8,
        COALESCE(newest.event_start, '-infinity'), COALESCE(newest.value, 'NaN'),
        COALESCE(newest.source_id, 0)::int8,
        COALESCE(newest.value < s.minimum OR newest.value > s.maximum, false)::int::int8,
        COALESCE(extract(epoch FROM 2 * s.resolution + s.expected_within), 'NaN')::float8
    FROM unnest(%(sensors)s::bigint[]) WITH ORDINALITY AS wanted (sensor_id, place)
    JOIN assets_sensor s ON s.id = wanted.sensor_id
    LEFT JOIN LATERAL (
        SELECT b.event_start, b.value, b.source_id FROM assets_belief b
        WHERE b.sensor_id = wanted.sensor_id
            AND b.event_start > %(since)s AND b.event_start <= %(now)s
            AND b.cumulative_probability = 0.5 AND b.source_id = ANY(%(sources)s)
        ORDER BY b.event_start DESC, b.belief_time DESC LIMIT 1
    ) newest ON true
) TO STDOUT (FORMAT BINARY)
"""
# Binary COPY: a head, then per row how many fields, and length and bytes of each.
_HEADER_BYTES: Final = 19
_TRAILER_BYTES: Final = 2
_EPOCH: Final = np.datetime64("2000-01-01", "s")
_NEVER: Final = np.iinfo(np.int64).min
_ROW: Final = np.dtype(
    [
        ("fields", ">i2"),
        *(
            part
            for name, kind in (
                ("place", ">i8"),
                ("is_virtual", ">i8"),
                ("event_start", ">i8"),
                ("value", ">f8"),
                ("source", ">i8"),
                ("implausible", ">i8"),
                ("patience", ">f8"),
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
    sensor_ids: Sequence[int], *, now: datetime, kinds: Sequence[SourceKind] = MEASURED
) -> Latest:
    """Return the latest value of each sensor of an event that has begun by ``now``."""
    sources = sources_of(kinds)
    wanted: dict[str, Any] = {
        "sensors": list(sensor_ids),
        "sources": list(sources),
        "since": now - LOOK_BACK,
        "now": now,
    }
    with connection.cursor() as cursor, cursor.cursor.copy(_LATEST, wanted) as copy:
        stream = b"".join(bytes(block) for block in copy)
    found = np.sort(np.frombuffer(stream[_HEADER_BYTES:-_TRAILER_BYTES], _ROW), order="place")
    since = found["event_start"].astype(np.int64)
    seconds = np.where(since == _NEVER, 0, since // 1_000_000).astype("timedelta64[s]")
    starts = np.where(since == _NEVER, np.datetime64("NaT", "s"), _EPOCH + seconds)
    identifiers, kinds_at = np.unique(found["source"], return_inverse=True)
    qualities = [
        QUALITY_OF_KINDS[SourceKind(sources[int(pk)].kind)] if pk else Quality.MISSING
        for pk in identifiers
    ]
    quality = np.array(qualities, dtype=np.uint8)[kinds_at]
    quality[found["implausible"] == 1] = Quality.IMPLAUSIBLE
    patience = found["patience"].astype(np.float64)
    latest = Latest(starts, found["value"].astype(np.float64), quality, patience)
    virtual = np.flatnonzero(found["is_virtual"])
    if virtual.size:
        _put_together({sensor_ids[i]: i for i in virtual.tolist()}, latest, now=now, kinds=kinds)
    latest.late_seconds[:] = _late(patience, latest.starts, now)
    return latest


def _put_together(
    places: Mapping[int, int], latest: Latest, *, now: datetime, kinds: Sequence[SourceKind]
) -> None:
    """Enter what virtual sensors come to into ``latest``; ``places`` are by identifier."""
    end = now.replace(minute=0, second=0, microsecond=0) + _HOUR
    start = end - _LOOK_BACK_OF_VIRTUAL
    virtual = list(Sensor.objects.filter(pk__in=places))
    grids = {each.pk: TimeGrid.between(start, end, each.resolution) for each in virtual}
    asked = Asked(known_at=now, kinds=kinds)
    known = read_known(virtual, grids, asked=asked, probabilities=[0.5])
    moment = np.datetime64(now.replace(tzinfo=None), "s")
    for pk, grid in grids.items():
        starts, told, place = grid.starts(), known[pk, 0.5], places[pk]
        events = np.flatnonzero(~np.isnan(told.values) & (starts <= moment))
        if events.size:
            latest.starts[place] = starts[events[-1]]
            latest.values[place] = told.values[events[-1]]
            latest.quality[place] = told.quality[events[-1]]


def _late(patience: Array, starts: NDArray[np.datetime64], now: datetime) -> Array:
    """Return how long the event after that of ``starts`` is overdue [s].

    ``patience`` is from the start of an event until that after it is to be there [s].
    """
    moment = np.datetime64(now.replace(tzinfo=None), "s")
    # Of what has been silent for as long as we look back the value is that late at least.
    since = np.where(np.isnat(starts), moment - np.timedelta64(LOOK_BACK, "s"), starts)
    late: Array = np.maximum((moment - since).astype(np.float64) - patience, 0.0)
    return late
