"""The latest value of many sensors at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assets.models import Sensor, SourceKind
from assets.queries.beliefs import sources_of
from assets.queries.copied import copied, elements
from assets.queries.known import QUALITY_OF_KINDS, Asked, Quality, read_known
from assets.queries.moments import times_of
from assets.queries.series import MEASURED
from assets.timegrid import TimeGrid

Array = NDArray[np.float64]

#: What is older says nothing of now, and would have to be searched for.
LOOK_BACK: Final = timedelta(days=31)
#: Of virtual sensors, each of whose terms is read event by event.
_LOOK_BACK_OF_VIRTUAL: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)

# One step into the index for each sensor, from now backwards; of several sources of the same event
# a row each, as to sort them here takes as long as to find them. ``+ 0`` keeps the index to sensors
# and times: to look for sources in it too takes half as long again, when the first event found is
# nearly always of one that is wanted. What is asked of the sensor itself
# comes along: ten thousand rows of the ORM would take longer than the values.
_LATEST: Final = """
COPY (
    SELECT array_agg(place), array_agg(is_virtual), array_agg(event_start), array_agg(value),
        array_agg(source), array_agg(implausible), array_agg(patience), array_agg(formed)
    FROM (
        SELECT wanted.place, COALESCE(s.is_virtual, false)::int::int8 AS is_virtual,
            COALESCE(newest.event_start, '-infinity') AS event_start,
            COALESCE(newest.value, 'NaN') AS value,
            COALESCE(newest.source_id, 0)::int8 AS source,
            COALESCE(newest.value < s.minimum OR newest.value > s.maximum, false)::int::int8
                AS implausible,
            COALESCE(extract(epoch FROM 2 * s.resolution + s.expected_within), 'NaN')::float8
                AS patience,
            COALESCE(newest.belief_time, '-infinity') AS formed
        FROM unnest(%(sensors)s::bigint[]) WITH ORDINALITY AS wanted (sensor_id, place)
        LEFT JOIN assets_sensor s ON s.id = wanted.sensor_id
        LEFT JOIN LATERAL (
            SELECT b.event_start, b.value, b.source_id, b.belief_time FROM assets_belief b
            WHERE b.sensor_id = wanted.sensor_id
                AND b.event_start > %(since)s AND b.event_start <= %(now)s
                AND b.cumulative_probability + 0 = 0.5 AND b.source_id + 0 = ANY(%(sources)s)
            ORDER BY b.event_start DESC FETCH FIRST 1 ROW WITH TIES
        ) newest ON true
    ) latest
) TO STDOUT (FORMAT BINARY)
"""
_KINDS: Final = (">i8", ">i8", ">i8", ">f8", ">i8", ">i8", ">f8", ">i8")
_NEVER: Final = np.iinfo(np.int64).min


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
        # As text: of a list each number would be adapted by itself.
        "sensors": f"{{{','.join(map(str, sensor_ids))}}}",
        "sources": list(sources),
        "since": now - LOOK_BACK,
        "now": now,
    }
    # One row.
    [fields] = copied(_LATEST, wanted)
    places, *columns = (elements(*each) for each in zip(fields, _KINDS, strict=True))
    ranks = {pk: source.rank for pk, source in sources.items()}
    # Of one event the lowest rank comes last and counts; of equal ones what was formed last. Each
    # place has a row: a sensor that was removed a moment ago one of which nothing is known.
    rank = np.array([ranks.get(pk, 0) for pk in columns[3].tolist()])
    order = np.lexsort((columns[-1], -rank, places))
    order = order[np.searchsorted(places[order], np.arange(len(sensor_ids)) + 1, side="right") - 1]
    is_virtual, since, values, believers, implausible, patient, _ = (
        each[order].astype(each.dtype.newbyteorder("=")) for each in columns
    )
    told = times_of(np.where(since == _NEVER, 0, since))
    starts = np.where(since == _NEVER, np.datetime64("NaT", "us"), told)
    identifiers, kinds_at = np.unique(believers, return_inverse=True)
    qualities = [
        QUALITY_OF_KINDS[SourceKind(sources[int(pk)].kind)] if pk else Quality.MISSING
        for pk in identifiers
    ]
    quality = np.array(qualities, dtype=np.uint8)[kinds_at]
    quality[implausible == 1] = Quality.IMPLAUSIBLE
    latest = Latest(starts, values, quality, patient.copy())
    virtual = np.flatnonzero(is_virtual)
    if virtual.size:
        _put_together({sensor_ids[i]: i for i in virtual.tolist()}, latest, now=now, kinds=kinds)
    latest.late_seconds[:] = _late(patient, latest.starts, now)
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
    silent = (moment - since).astype("timedelta64[us]").astype(np.float64) / 1e6
    late: Array = np.maximum(silent - patience, 0.0)
    return late
