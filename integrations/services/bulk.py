"""A large body of readings into sensors: all of it or nothing."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

import numpy as np

from assets.models import Sensor
from assets.queries.moments import microseconds_of
from assets.services import Points, record_points
from assets.units import KEPT, UnknownUnit, converter
from integrations.ingest.bulk_body import Kind, Told, pieces
from tenants.errors import wrong
from tenants.permissions import Actor

_MAX_SENSORS: Final = 50_000


@dataclass(frozen=True, slots=True)
class BulkRecorded:
    """How many values were told, of how many sensors, and how many of them were news."""

    values: int
    sensors: int
    changed: int


def record_body(
    *,
    actor: Actor,
    body: BinaryIO,
    kind: Kind,
    gzipped: bool,
    source_name: str,
    now: datetime,
) -> BulkRecorded:
    """Store what ``body`` tells; it is read twice, so that what is wrong is known before.

    Args:
        body: can be sought; see ``integrations.ingest.bulk_body`` for what it holds.
        gzipped: it is packed.

    Raises:
        WrongBody: a line cannot be read.
        PermissionDenied: ``actor`` may not record readings at a sensor.
        ValidationError: a sensor is not there, or readings do not fit it; named by their line.
    """
    n_values = 0
    lines: dict[str, int] = {}
    for piece in pieces(body, kind, gzipped=gzipped):
        for told in piece:
            n_values += int(np.count_nonzero(~np.isnan(told.values)))
            lines.setdefault(told.sensor, told.line)
        if len(lines) > _MAX_SENSORS:
            raise wrong("body", f"more than {_MAX_SENSORS} sensors", code="too_long")
    sensors = _sensors(actor, lines)
    body.seek(0)
    changed = record_points(
        actor=actor,
        sensors=list({sensor.pk: sensor for sensor in sensors.values()}.values()),
        source_name=source_name,
        pieces=_fitted(pieces(body, kind, gzipped=gzipped), sensors),
        now=now,
    )
    return BulkRecorded(values=n_values, sensors=len(sensors), changed=changed)


def _sensors(actor: Actor, lines: dict[str, int]) -> dict[str, Sensor]:
    keys = {name: _key(name) for name in lines}
    wanted = {key for key in keys.values() if key is not None}
    rows = Sensor.objects.visible_to(actor).filter(pk__in=wanted).select_related("asset")
    found = {row.pk: row for row in rows}
    for name, line in lines.items():
        if keys[name] not in found:
            raise wrong(f"line {line}", f"no such sensor: {name[:40]!r}", code="not_found")
    return {name: found[key] for name, key in keys.items() if key is not None}


def _key(name: str) -> int | None:
    """Return the key of the sensor that the interface calls ``name``."""
    try:
        kind, _, key = base64.b64decode(name, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    is_key = kind == "Sensor" and key.isascii() and key.isdecimal() and len(key) < 19
    return int(key) if is_key else None


def _fitted(
    told_pieces: Iterator[list[Told]], sensors: dict[str, Sensor]
) -> Iterator[list[Points]]:
    for piece in told_pieces:
        yield [_points(told, sensors[told.sensor]) for told in piece if told.values.size]


def _points(told: Told, sensor: Sensor) -> Points:
    place = f"line {told.line}"
    try:
        convert = converter(
            told.unit or _own_unit(sensor),
            sensor.quantity,
            step=sensor.resolution,
            outward_positive=sensor.outward_positive,
        )
    except UnknownUnit as error:
        raise wrong(place, str(error), code="unit") from None
    starts = microseconds_of(told.starts)
    if sensor.is_instantaneous:
        if told.starts.size != told.values.size:
            words = f"{sensor} has points in time: times is right, one for each value"
            raise wrong(place, words, code="length")
    elif told.starts.size == 1:
        step = int(sensor.resolution.total_seconds()) * 1_000_000
        starts = starts[0] + np.arange(told.values.size, dtype=np.int64) * step
    return Points(sensor=sensor, starts=starts, values=convert(told.values), place=place)


def _own_unit(sensor: Sensor) -> str:
    return "EUR/kWh" if sensor.quantity == "PRICE" else KEPT[sensor.quantity]
