"""Recording beliefs: one road for a single value and for a year of many sensors."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import prefetch_related_objects
from numpy.typing import NDArray

from assets.access import authorise_on
from assets.events import BeliefsRecorded
from assets.models import Sensor, Source, SourceKind
from assets.queries import MEASURED
from assets.services.series_of_beliefs import SeriesOfBeliefs, as_beliefs, check_all
from assets.services.storing import (
    contradiction,
    store,
    together,
)
from assets.timegrid import Instants, TimeGrid
from tenants.errors import wrong
from tenants.events import emit
from tenants.permissions import Actor, Permission

Array = NDArray[np.float64]

#: How far a sender's clock may be ahead of ours.
CLOCK_TOLERANCE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Measured values of one sensor; attributes as in ``SeriesOfBeliefs``."""

    sensor: Sensor
    grid: TimeGrid | Instants
    values: Array
    belief_time: datetime | None


def record_series(
    *,
    actor: Actor,
    sensor: Sensor,
    source: Source,
    grid: TimeGrid | Instants,
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
    return _record(actor, [series], fields=[""]).total()


def record_readings(
    *, actor: Actor, source_name: str, readings: Sequence[Readings], now: datetime
) -> int:
    """Store what a meter or gateway measured; see ``record_readings_of_each``."""
    changed = record_readings_of_each(
        actor=actor, source_name=source_name, readings=readings, now=now
    )
    return changed.total()


@transaction.atomic
def record_readings_of_each(
    *, actor: Actor, source_name: str, readings: Sequence[Readings], now: datetime
) -> Counter[int]:
    """Store what a meter or gateway measured: all ``readings`` or none.

    Returns:
        how many beliefs are new or changed, by sensor.

    Raises:
        as ``record_many``; also for readings from the future.
    """
    latest = now + CLOCK_TOLERANCE
    refusals: dict[str, object] = {}
    for index, each in enumerate(readings):
        last_start = each.grid.end - each.grid.step
        if last_start > latest or (each.belief_time and each.belief_time > latest):
            refusal = wrong(
                f"series.{index}.start",
                f"readings run to {each.grid.end.isoformat()}, but it "
                f"is {now.isoformat()}: is the sender's clock right?",
                code="future",
            )
            refusals |= refusal.error_dict
    if refusals:
        raise ValidationError(refusals)
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
    return _record(actor, series, _fields(series), corrected_at=now)


def record_many(
    *, actor: Actor, series: Sequence[SeriesOfBeliefs], corrected_at: datetime | None = None
) -> int:
    """Store all ``series`` or none; errors name them as ``series.0``, ``series.1``, ...

    Recording the same beliefs twice changes nothing; nor does a later belief of the same source
    that is equal to its newest one.

    Args:
        corrected_at: from when on a value without a belief time is believed that differs from
            what its source said before, which stays readable as known then; without it, it
            takes the place of what was said.

    Returns:
        how many beliefs are new or changed.

    Raises:
        PermissionDenied: ``actor`` may not record beliefs at a sensor's asset.
        ValidationError: a series does not fit its sensor, or holds an infinite value; or it is
            of measurements, and the sensor is virtual.
    """
    return _record(actor, series, _fields(series), corrected_at).total()


def record_many_of_each(
    *, actor: Actor, series: Sequence[SeriesOfBeliefs], corrected_at: datetime | None = None
) -> Counter[int]:
    """Store all ``series`` as ``record_many``; return how many beliefs are news by sensor."""
    return _record(actor, series, _fields(series), corrected_at)


def _fields(series: Sequence[SeriesOfBeliefs]) -> list[str]:
    return [f"series.{index}." for index in range(len(series))]


@transaction.atomic
def _record(
    actor: Actor,
    series: Sequence[SeriesOfBeliefs],
    fields: Sequence[str],
    corrected_at: datetime | None = None,
) -> Counter[int]:
    prefetch_related_objects([each.sensor for each in series], "asset")
    for each in series:
        authorise_on(actor, Permission.BELIEF_RECORD, each.sensor.asset)
    check_all(series, fields)
    virtual = hold_sensors({each.sensor.pk for each in series})
    for each, field in zip(series, fields, strict=True):
        if each.sensor.pk in virtual and SourceKind(each.source.kind) in MEASURED:
            raise virtual_records_nothing(f"{field}sensor", each.sensor)
    parts = [as_beliefs(each) for each in series]
    beliefs = together(parts)
    row = contradiction(beliefs)
    if row is not None:
        place = int(np.searchsorted(np.cumsum([part.size for part in parts]), row, side="right"))
        words = "an event has two values that are believed from one time on; one is right"
        raise wrong(f"{fields[place]}values", words, code="inconsistent")
    changed = store(beliefs, corrected_at=corrected_at)
    if changed:
        start = min(each.grid.start for each in series)
        end = max(each.grid.end for each in series)
        # One for all: a subscriber that looks something up does so once.
        emit(BeliefsRecorded(frozenset(each.sensor.pk for each in series), start, end))
    return changed


def hold_sensors(sensor_ids: set[int]) -> set[int]:
    """Hold the sensors' rows until the commit, so that none is removed under its beliefs.

    Of one sensor only one transaction writes at a time; in one order for all, or two that write
    the same sensors would wait for each other.

    Returns:
        those that are virtual.
    """
    rows = Sensor.objects.filter(pk__in=sensor_ids).order_by("pk")
    held = dict(rows.select_for_update(of=("self",), no_key=True).values_list("pk", "is_virtual"))
    if len(held) != len(sensor_ids):
        raise wrong("sensor", "no such sensor", code="unknown")
    return {pk for pk, is_virtual in held.items() if is_virtual}


def virtual_records_nothing(field: str, sensor: Sensor) -> ValidationError:
    """Return the refusal of measurements at a virtual sensor."""
    words = f"{sensor} is put together from other sensors: record at those"
    return wrong(field, words, code="state")
