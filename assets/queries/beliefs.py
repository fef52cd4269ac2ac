"""Beliefs of sensors over a span, as arrays: the one statement that reads them.

A row per sensor, quantile and source comes as arrays by binary COPY, which numpy takes as they
are: a year of quarters of an hour costs Python 2 ms instead of the 40 ms of a row per event. When
each belief was formed is only fetched where several sources believe something of one event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assets.models import Source, SourceKind
from assets.queries.copied import copied, elements
from assets.queries.moments import microseconds
from assets.timegrid import TimeGrid

Array = NDArray[np.float64]
Identifiers = NDArray[np.int64]

_WHICH: Final = """
    b.sensor_id = ANY(%(sensors)s) AND b.event_start >= %(start)s AND b.event_start < %(end)s
    AND b.cumulative_probability = ANY(%(probabilities)s) AND b.source_id = ANY(%(sources)s)
"""
_NEWEST: Final = f"""
    SELECT b.sensor_id, b.cumulative_probability, b.event_start, b.value, b.source_id, b.belief_time
    FROM assets_belief b WHERE {_WHICH}
"""
# Whoever believes anything of an event has a newest belief of it: that names each event of which
# the newest of the older ones is to be found, one step into the index for each.
AS_KNOWN: Final = f"""
    SELECT b.sensor_id, b.cumulative_probability, b.event_start, k.value, b.source_id, k.belief_time
    FROM assets_belief b
    CROSS JOIN LATERAL (
        SELECT LEAST(%(known_at)s, b.event_start - %(horizon)s::interval) AS moment
    ) until
    CROSS JOIN LATERAL (
        SELECT b.value, b.belief_time WHERE b.belief_time <= until.moment
        UNION ALL (
            SELECT s.value, s.belief_time FROM assets_supersededbelief s
            WHERE b.belief_time > until.moment AND s.belief_time <= until.moment
                AND s.sensor_id = b.sensor_id AND s.event_start = b.event_start
                AND s.source_id = b.source_id
                AND s.cumulative_probability = b.cumulative_probability
            ORDER BY s.belief_time DESC LIMIT 1
        )
    ) k
    WHERE {_WHICH}
"""
_AS_ARRAYS: Final = """
COPY (
    SELECT sensor_id::int8, cumulative_probability, source_id::int8, max(belief_time),
        array_agg(event_start), array_agg(value){times}
    FROM ({beliefs}) b GROUP BY sensor_id, cumulative_probability, source_id
) TO STDOUT (FORMAT BINARY)
"""
_TIMES: Final = ", array_agg(belief_time)"


@dataclass(frozen=True, slots=True)
class Believed:
    """What is believed, step by step of a grid.

    Attributes:
        values: shape (n_steps,), unit of the sensor's quantity; NaN where nothing is known.
        sources: shape (n_steps,), identifiers of who believes; 0 where nothing is known.
    """

    values: Array
    sources: Identifiers


@dataclass(frozen=True, slots=True)
class Points:
    """What is believed of an instantaneous sensor, point by point.

    Attributes:
        times: shape (n,), rising, in microseconds since 2000 in UTC.
        values: shape (n,), unit of the sensor's quantity.
        sources: shape (n,), identifiers of who believes.
    """

    times: Identifiers
    values: Array
    sources: Identifiers


@dataclass(frozen=True, slots=True)
class _Rows:
    """Beliefs of one source as they come: times in microseconds since 2000 in UTC.

    ``belief_time`` is empty unless it was asked for, ``newest`` the greatest of it.
    """

    source: int
    newest: int
    event_start: Identifiers
    values: Array
    belief_time: Identifiers


def sources_of(kinds: Sequence[SourceKind]) -> dict[int, Source]:
    """Return the sources of these kinds by identifier."""
    return {source.pk: source for source in Source.objects.of_kinds(*kinds)}


def read_beliefs(
    grids: dict[int, TimeGrid],
    *,
    known_at: datetime,
    sources: Mapping[int, Source],
    probabilities: Sequence[float],
    horizon: timedelta | None = None,
) -> dict[tuple[int, float], Believed]:
    """Return what is believed of several sensors, all from one start to one end.

    Args:
        grids: by the sensor's identifier; its steps are the sensor's events.
        known_at: beliefs formed later are not looked at.
        sources: who counts, by identifier, as of ``sources_of``; of several that of the lowest
            rank, and of equal ones the one that formed its belief last.
        probabilities: which quantiles.
        horizon: of each event only beliefs formed so long before its start, or earlier.

    Returns:
        by sensor and probability.
    """
    span = next(iter(grids.values()))
    wanted = {
        "sensors": list(grids),
        "start": span.start,
        "end": span.end,
        "probabilities": list(probabilities),
        "sources": list(sources),
        "known_at": known_at,
        "horizon": horizon,
    }
    latest = microseconds(known_at)
    found = _read(_NEWEST, wanted) if horizon is None else {}
    # Only where something newer than ``known_at`` stands has what was believed before to be read.
    if horizon is not None or any(each.newest > latest for rows in found.values() for each in rows):
        found = _read(AS_KNOWN, wanted, _TIMES)
    elif any(_overlap(rows, grids[sensor]) for (sensor, _), rows in found.items()):
        found = _read(_NEWEST, wanted, _TIMES)
    return {
        (sensor, probability): _on_grid(found.get((sensor, probability), []), grid, sources)
        for sensor, grid in grids.items()
        for probability in probabilities
    }


def read_points(
    sensor_ids: Sequence[int],
    span: tuple[datetime, datetime],
    *,
    known_at: datetime,
    sources: Mapping[int, Source],
    probabilities: Sequence[float],
    horizon: timedelta | None = None,
) -> dict[tuple[int, float], Points]:
    """Return the points of instantaneous sensors in ``span`` = [start, end).

    Arguments are those of ``read_beliefs``. All points of all sources are told; of one moment
    that of the lowest rank, and of equal ones that of the belief that was formed last.

    Returns:
        by sensor and probability.
    """
    wanted = {
        "sensors": list(sensor_ids),
        "start": span[0],
        "end": span[1],
        "probabilities": list(probabilities),
        "sources": list(sources),
        "known_at": known_at,
        "horizon": horizon,
    }
    latest = microseconds(known_at)
    found = _read(_NEWEST, wanted, _TIMES) if horizon is None else {}
    if horizon is not None or any(each.newest > latest for rows in found.values() for each in rows):
        found = _read(AS_KNOWN, wanted, _TIMES)
    return {
        (sensor, probability): _in_order(found.get((sensor, probability), []), sources)
        for sensor in sensor_ids
        for probability in probabilities
    }


def _in_order(several: Sequence[_Rows], known: Mapping[int, Source]) -> Points:
    if not several:
        return Points(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))
    times = np.concatenate([rows.event_start for rows in several])
    counts = [rows.event_start.size for rows in several]
    sources = np.repeat([rows.source for rows in several], counts)
    ranks = np.repeat([known[rows.source].rank for rows in several], counts)
    formed = np.concatenate([rows.belief_time for rows in several])
    # Of one moment the lowest rank comes last and counts; of equal ones what was formed last.
    order = np.lexsort((sources, formed, -ranks, times))
    order = order[np.append(np.diff(times[order]) > 0, True)]
    values = np.concatenate([rows.values for rows in several])
    return Points(times[order], values[order], sources[order])


def _read(
    beliefs: str, wanted: dict[str, Any], times: str = ""
) -> dict[tuple[int, float], list[_Rows]]:
    found: dict[tuple[int, float], list[_Rows]] = {}
    for fields in copied(_AS_ARRAYS.format(beliefs=beliefs, times=times), wanted):
        sensor, probability = int.from_bytes(fields[0]), np.frombuffer(fields[1], ">f8")[0]
        formed = elements(fields[6], ">i8") if len(fields) > 6 else np.empty(0)
        rows = _Rows(
            source=int.from_bytes(fields[2]),
            newest=int.from_bytes(fields[3], signed=True),
            event_start=elements(fields[4], ">i8").astype(np.int64),
            values=elements(fields[5], ">f8").astype(np.float64),
            belief_time=formed.astype(np.int64),
        )
        found.setdefault((sensor, float(probability)), []).append(rows)
    return found


def _steps(rows: _Rows, grid: TimeGrid) -> Identifiers:
    step = int(grid.step.total_seconds()) * 1_000_000
    return (rows.event_start - microseconds(grid.start)) // step


def _overlap(several: Sequence[_Rows], grid: TimeGrid) -> bool:
    """Return whether more than one source believes something of an event."""
    if len(several) < 2:
        return False
    steps = np.concatenate([_steps(rows, grid) for rows in several])
    return bool(np.bincount(steps).max() > 1)


def _on_grid(several: Sequence[_Rows], grid: TimeGrid, known: Mapping[int, Source]) -> Believed:
    values = np.full(grid.n_steps, np.nan)
    sources = np.zeros(grid.n_steps, dtype=np.int64)
    since = np.full(grid.n_steps, np.iinfo(np.int64).min)
    rank: int | None = None
    # The lowest rank comes last and counts; of beliefs formed at once that of the source made last.
    for rows in sorted(several, key=lambda each: (-known[each.source].rank, each.source)):
        if known[rows.source].rank != rank:
            since[:], rank = np.iinfo(np.int64).min, known[rows.source].rank
        steps, told = _steps(rows, grid), rows.values
        if rows.belief_time.size:
            counts = rows.belief_time >= since[steps]
            steps, told = steps[counts], told[counts]
            since[steps] = rows.belief_time[counts]
        values[steps], sources[steps] = told, rows.source
    return Believed(values, sources)
