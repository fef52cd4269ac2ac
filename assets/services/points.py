"""Recording what was read at many sensors, piece by piece, all of it or nothing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from assets.access import authorise_on
from assets.events import BeliefsRecorded
from assets.models import Sensor, Source, SourceKind
from assets.queries.moments import microseconds, moment_of
from assets.services.recording import (
    CLOCK_TOLERANCE,
    hold_sensors,
    virtual_records_nothing,
)
from assets.services.series_of_beliefs import MAX_MAGNITUDE
from assets.services.storing import (
    BELIEF,
    Beliefs,
    contradiction,
    store,
    together,
)
from tenants.errors import wrong
from tenants.events import emit
from tenants.permissions import Actor, Permission

_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Readings of one sensor.

    Attributes:
        starts: shape (n,), beginnings of the events in microseconds since 2000 in UTC; any
            moments of an instantaneous sensor.
        values: shape (n,), unit of the sensor's quantity; NaN is left out.
        place: what refusals are named by, "line 7" for one.
    """

    sensor: Sensor
    starts: NDArray[np.int64]
    values: NDArray[np.float64]
    place: str


@transaction.atomic
def record_points(
    *,
    actor: Actor,
    sensors: Collection[Sensor],
    source_name: str,
    pieces: Iterable[Sequence[Points]],
    now: datetime,
) -> int:
    """Store all ``pieces``, of readings of ``sensors``, or none; one piece is held at a time.

    Returns and corrects as ``record_readings``.

    Raises:
        PermissionDenied: ``actor`` may not record beliefs at a sensor's asset.
        ValidationError: readings do not fit their sensor, are from the future, or gainsay each
            other; named by their place.
    """
    for sensor in sensors:
        authorise_on(actor, Permission.BELIEF_RECORD, sensor.asset)
    virtual = hold_sensors({sensor.pk for sensor in sensors})
    source = Source.objects.of(SourceKind.METER, source_name)
    spans: dict[int, tuple[int, int]] = {}
    changed = 0
    for piece in pieces:
        for points in piece:
            if points.sensor.pk in virtual:
                raise virtual_records_nothing(points.place, points.sensor)
        parts = [_beliefs(points, source, now) for points in piece]
        beliefs = together(parts)
        row = contradiction(beliefs)
        if row is not None:
            sizes = np.cumsum([part.size for part in parts])
            place = piece[int(np.searchsorted(sizes, row, side="right"))].place
            raise wrong(place, "an event has two values; one is right", code="inconsistent")
        changed += store(beliefs, corrected_at=now).total()
        for points in piece:
            first, last = int(points.starts.min()), int(points.starts.max())
            before = spans.get(points.sensor.pk, (first, last))
            spans[points.sensor.pk] = min(first, before[0]), max(last, before[1])
    if changed:
        recorded = [sensor for sensor in sensors if sensor.pk in spans]
        start = min(moment_of(spans[sensor.pk][0]) for sensor in recorded)
        end = max(
            moment_of(spans[sensor.pk][1]) + (sensor.resolution or _MICROSECOND)
            for sensor in recorded
        )
        emit(BeliefsRecorded(frozenset(sensor.pk for sensor in recorded), start, end))
    return changed


def _beliefs(points: Points, source: Source, now: datetime) -> Beliefs:
    sensor, resolution = points.sensor, points.sensor.resolution // _MICROSECOND
    if points.starts.size != points.values.size or not points.starts.size:
        raise wrong(points.place, "as many times as values, and at least one", code="length")
    off = points.starts % resolution if resolution else np.zeros_like(points.starts)
    if off.any():
        at = moment_of(int(points.starts[np.flatnonzero(off)[0]]))
        words = f"events of {sensor} start on multiples of {sensor.resolution}, not at {at}"
        raise wrong(points.place, words, code="start")
    newest = int(points.starts.max())
    if newest > microseconds(now + CLOCK_TOLERANCE):
        words = f"a reading is of {moment_of(newest)}, but it is {now}: is the clock right?"
        raise wrong(points.place, words, code="future")
    known = ~np.isnan(points.values)
    beyond = np.abs(points.values[known]) > MAX_MAGNITUDE  # infinity too
    if beyond.any():
        value = points.values[known][np.flatnonzero(beyond)[0]]
        words = f"{value:.3g} is no plausible {sensor.quantity}: is the unit right?"
        raise wrong(points.place, words, code="range")
    beliefs = np.empty(int(known.sum()), BELIEF)
    beliefs["sensor"], beliefs["source"], beliefs["probability"] = sensor.pk, source.pk, 0.5
    beliefs["event_start"] = points.starts[known]
    beliefs["belief_time"] = beliefs["event_start"] + resolution
    beliefs["value"], beliefs["implied"] = points.values[known], True
    return beliefs
