"""Recording beliefs: one road for a single value and for a year of many sensors.

Values go by binary COPY into a temporary table and from there by upserts that skip what is
unchanged, so a sender may repeat itself at no cost. (Measured against other ways in the
reference figures of ``docs/adr/0004-beliefs-in-one-plain-table.md``.)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from assets.access import authorise_on
from assets.models import Sensor, Source, SourceKind
from assets.timegrid import TimeGrid
from tenants.errors import wrong
from tenants.events import emit
from tenants.permissions import Actor, Permission

Array = NDArray[np.float64]

# Kept for the session: a temporary table per call would bloat the catalogue.
_CREATE: Final = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_belief (
    sensor_id bigint, event_start timestamptz, belief_time timestamptz, source_id bigint,
    cumulative_probability float8, value float8
) ON COMMIT DELETE ROWS;
DELETE FROM pg_temp.incoming_belief
"""
_COPY: Final = "COPY pg_temp.incoming_belief FROM STDIN (FORMAT BINARY)"
_TYPES: Final = ["int8", "timestamptz", "timestamptz", "int8", "float8", "float8"]
# What a source said before and says again is no news, however often a peer is asked.
_DROP_SAID: Final = """
DELETE FROM pg_temp.incoming_belief i USING assets_latestbelief l
WHERE l.sensor_id = i.sensor_id AND l.event_start = i.event_start AND l.source_id = i.source_id
  AND l.cumulative_probability = i.cumulative_probability
  AND l.belief_time < i.belief_time AND l.value = i.value
"""
_KEEP: Final = """
INSERT INTO assets_belief
    (sensor_id, event_start, belief_time, source_id, cumulative_probability, value)
SELECT sensor_id, event_start, belief_time, source_id, cumulative_probability, value
FROM pg_temp.incoming_belief
ON CONFLICT (sensor_id, event_start, belief_time, source_id, cumulative_probability)
DO UPDATE SET value = excluded.value WHERE assets_belief.value <> excluded.value
"""
_KEEP_LATEST: Final = """
INSERT INTO assets_latestbelief
    (sensor_id, event_start, source_id, cumulative_probability, belief_time, value)
SELECT DISTINCT ON (sensor_id, event_start, source_id, cumulative_probability)
    sensor_id, event_start, source_id, cumulative_probability, belief_time, value
FROM pg_temp.incoming_belief
ORDER BY sensor_id, event_start, source_id, cumulative_probability, belief_time DESC
ON CONFLICT (sensor_id, event_start, source_id, cumulative_probability)
DO UPDATE SET belief_time = excluded.belief_time, value = excluded.value
WHERE (assets_latestbelief.belief_time, assets_latestbelief.value)
    IS DISTINCT FROM (excluded.belief_time, excluded.value)
  AND assets_latestbelief.belief_time <= excluded.belief_time
"""


#: A thousand times the world's power [kW]: what is above is a unit gone wrong.
_MAX_MAGNITUDE: Final = 1e13
#: How far a sender's clock may be ahead of ours.
_CLOCK_TOLERANCE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class BeliefsRecorded:
    """Event: new beliefs about a sensor over [start, end) were stored."""

    sensor_id: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesOfBeliefs:
    """What one source believes of one sensor: one value per step of ``grid``.

    Attributes:
        grid: its step is the sensor's resolution.
        values: shape (n_steps,), unit of the sensor's quantity; NaN steps are skipped.
        belief_time: when all values became known; None for the end of each event, as
            a meter knows them.
        cumulative_probability: see ``Belief``; in (0, 1).
    """

    sensor: Sensor
    source: Source
    grid: TimeGrid
    values: Array
    belief_time: datetime | None
    cumulative_probability: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Measured values of one sensor; attributes as in ``SeriesOfBeliefs``."""

    sensor: Sensor
    grid: TimeGrid
    values: Array
    belief_time: datetime | None


def record_series(
    *,
    actor: Actor,
    sensor: Sensor,
    source: Source,
    grid: TimeGrid,
    values: Array,
    belief_time: datetime | None,
    cumulative_probability: float = 0.5,
) -> int:
    """Store one belief per step of ``grid``; see ``record_many``."""
    series = SeriesOfBeliefs(
        sensor=sensor,
        source=source,
        grid=grid,
        values=values,
        belief_time=belief_time,
        cumulative_probability=cumulative_probability,
    )
    return _record(actor, [series], fields=[""])


@transaction.atomic
def record_readings(
    *, actor: Actor, source_name: str, readings: Sequence[Readings], now: datetime
) -> int:
    """Store what a meter or gateway measured: all ``readings`` or none.

    Returns and raises as ``record_many``; also refuses readings from the future.
    """
    latest = now + _CLOCK_TOLERANCE
    for index, each in enumerate(readings):
        last_start = each.grid.end - each.grid.step
        if last_start > latest or (each.belief_time and each.belief_time > latest):
            raise wrong(
                f"series.{index}.start",
                f"readings run to {each.grid.end.isoformat()}, but it "
                f"is {now.isoformat()}: is the sender's clock right?",
                code="future",
            )
    source = Source.objects.of(SourceKind.METER, source_name)
    series = [
        SeriesOfBeliefs(
            sensor=each.sensor,
            source=source,
            grid=each.grid,
            values=each.values,
            belief_time=each.belief_time,
        )
        for each in readings
    ]
    return record_many(actor=actor, series=series)


@transaction.atomic
def record_many(*, actor: Actor, series: Sequence[SeriesOfBeliefs]) -> int:
    """Store all ``series`` or none; errors name them as ``series.0``, ``series.1``, ...

    Recording the same beliefs twice changes nothing; nor does a later belief of the same source
    that is equal to its newest one.

    Returns:
        how many beliefs are new or changed.

    Raises:
        PermissionDenied: ``actor`` may not record beliefs at a sensor's asset.
        ValidationError: a series does not fit its sensor, or holds an infinite value.
    """
    return _record(actor, series, fields=[f"series.{index}." for index in range(len(series))])


@transaction.atomic
def _record(actor: Actor, series: Sequence[SeriesOfBeliefs], fields: Sequence[str]) -> int:
    for each, field in zip(series, fields, strict=True):
        authorise_on(actor, Permission.BELIEF_RECORD, each.sensor.asset)
        _check(each, field)
    sensor_ids = {each.sensor.pk for each in series}
    # Held until the commit, so that none is removed under the beliefs written for it.
    found = Sensor.objects.filter(pk__in=sensor_ids).select_for_update(of=("self",), no_key=True)
    if len(found) != len(sensor_ids):
        raise wrong("sensor", "no such sensor", code="unknown")
    changed = _copy_and_merge(series)
    if changed:
        for each in series:
            emit(BeliefsRecorded(each.sensor.pk, each.grid.start, each.grid.end))
    return changed


def _check(series: SeriesOfBeliefs, field: str) -> None:
    sensor, grid, values = series.sensor, series.grid, series.values
    if grid.step != sensor.resolution:
        raise wrong(
            f"{field}step",
            f"{sensor} has events of {sensor.resolution}, not {grid.step}",
            code="step",
        )
    if grid.start.timestamp() % sensor.resolution.total_seconds():
        raise wrong(
            f"{field}start",
            f"events of {sensor} start on multiples of {sensor.resolution} "
            f"in UTC, not at {grid.start.isoformat()}",
            code="start",
        )
    if values.shape != (grid.n_steps,):
        raise wrong(
            f"{field}values", f"{grid.n_steps} steps but {values.size} values", code="length"
        )
    infinite = np.flatnonzero(np.isinf(values))
    if infinite.size:
        raise wrong(
            f"{field}values",
            f"value {infinite[0]} is infinite; leave out what is unknown",
            code="infinite",
        )
    largest = float(np.nanmax(np.abs(values), initial=0.0))
    if largest > _MAX_MAGNITUDE:
        raise wrong(
            f"{field}values",
            f"{largest:.3g} is no plausible {sensor.quantity}: is the unit right?",
            code="range",
            minimum=-_MAX_MAGNITUDE,
            maximum=_MAX_MAGNITUDE,
        )
    if series.belief_time is not None and series.belief_time.tzinfo is None:
        raise wrong(f"{field}belief_time", "needs a time zone: add an offset", code="naive")


def _copy_and_merge(series: Iterable[SeriesOfBeliefs]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        with cursor.copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for each in series:
                for row in _rows(each):
                    copy.write_row(row)
        cursor.execute(_DROP_SAID)
        cursor.execute(_KEEP)
        changed: int = cursor.rowcount
        if changed:
            cursor.execute(_KEEP_LATEST)
        return changed


def _rows(
    series: SeriesOfBeliefs,
) -> Iterable[tuple[int, datetime, datetime, int, float, float]]:
    sensor_id, source_id = series.sensor.pk, series.source.pk
    start, step = series.grid.start, series.grid.step
    values = series.values.tolist()
    for index in np.flatnonzero(~np.isnan(series.values)).tolist():
        event_start: datetime = start + index * step
        believed: datetime = series.belief_time or event_start + step
        yield (
            sensor_id,
            event_start,
            believed,
            source_id,
            series.cumulative_probability,
            values[index],
        )
