"""Use cases of sensors: add, change; removing stands apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from assets.access import authorise_on
from assets.models import Asset, Quantity, Sensor
from assets.services.virtual import NewTerm, set_terms
from tenants.audit.services import record, values_of
from tenants.errors import wrong
from tenants.permissions import Actor, Permission

#: Steps in which the field measures and settles; 0 is of points in time.
RESOLUTIONS: Final = tuple(timedelta(minutes=minutes) for minutes in (0, 1, 5, 10, 15, 30, 60))
OF_SENSOR_CHANGEABLE: Final = (
    "name",
    "outward_positive",
    "minimum",
    "maximum",
    "expected_within",
    "time_zone",
)
OF_SENSOR: Final = ("asset_id", "quantity", "resolution", *OF_SENSOR_CHANGEABLE)


@dataclass(frozen=True, slots=True)
class NewSensor:
    """A sensor to be made; with ``terms`` a virtual one."""

    name: str
    quantity: Quantity
    resolution: timedelta = timedelta(minutes=15)
    outward_positive: bool = False
    minimum: float | None = None
    maximum: float | None = None
    expected_within: timedelta | None = None
    time_zone: str = ""
    terms: tuple[NewTerm, ...] = ()


@transaction.atomic
def add_sensor(*, actor: Actor, asset: Asset, sensor: NewSensor) -> Sensor:
    """Add ``sensor`` at ``asset``.

    Raises:
        PermissionDenied: ``actor`` may not manage assets there.
        ValidationError: the resolution is none of ``RESOLUTIONS``, the name is taken, or a term
            does not fit; see ``set_terms``.
    """
    authorise_on(actor, Permission.ASSET_MANAGE, asset)
    if sensor.resolution not in RESOLUTIONS:
        minutes = ", ".join(str(int(each.total_seconds() // 60)) for each in RESOLUTIONS)
        raise wrong(
            "resolution", f"{sensor.resolution} is none of {minutes} minutes", code="resolution"
        )
    if sensor.time_zone:
        check_time_zone(sensor.time_zone)
    row = Sensor(
        asset=asset,
        quantity=sensor.quantity,
        resolution=sensor.resolution,
        **{name: getattr(sensor, name) for name in OF_SENSOR_CHANGEABLE},
    )
    row.full_clean()
    row.save()
    record(actor=actor, verb="add_sensor", subject=row, after=values_of(row, *OF_SENSOR))
    if sensor.terms:
        set_terms(actor=actor, sensor=row, terms=sensor.terms)
        row.refresh_from_db(fields=["is_virtual", "updated_at"])
    return row


@transaction.atomic
def change_sensor(
    *, actor: Actor, sensor: Sensor, fields: Sequence[str] = OF_SENSOR_CHANGEABLE
) -> None:
    """Save ``fields`` of ``sensor``: of name, sign, limits, expected arrival and time zone.

    All else is what its values were recorded for, and stays.

    Raises:
        PermissionDenied: ``actor`` may not manage assets there.
        ValidationError: another sensor at the asset has this name, or the limits are in
            disorder.
    """
    authorise_on(actor, Permission.ASSET_MANAGE, sensor.asset)
    if sensor.time_zone:
        check_time_zone(sensor.time_zone)
    sensor.full_clean()
    before = Sensor.objects.select_for_update(of=("self",)).get(pk=sensor.pk)
    sensor.save(update_fields=[*fields, "updated_at"])
    record(
        actor=actor,
        verb="change_sensor",
        subject=sensor,
        before=values_of(before, *fields),
        after=values_of(sensor, *fields),
    )


def check_time_zone(name: str) -> None:
    """Raise ``ValidationError`` unless ``name`` is of a time zone."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise wrong(
            "time_zone",
            f"{name!r} is no time zone; write it like Europe/Amsterdam",
            code="time_zone",
        ) from None
