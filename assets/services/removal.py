"""Assets and sensors that are removed, with all that is believed of them."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, ProtectedError, RestrictedError

from assets.access import authorise_on
from assets.models import Asset, Belief, Sensor, SupersededBelief
from assets.services.sensors import OF_SENSOR
from assets.services.tree import CHANGEABLE, PLACE, held_still
from assets.services.virtual import refuse_removal
from tenants.audit.services import record, values_of
from tenants.errors import wrong
from tenants.permissions import Actor, Permission


@transaction.atomic
def remove_asset(*, actor: Actor, asset: Asset) -> None:
    """Remove ``asset`` with its sensors and all that is believed of them.

    Raises:
        PermissionDenied: ``actor`` may not manage the asset.
        ValidationError: assets hang under it, a sensor elsewhere is put together from its own, or
            something else is made of it; they are removed or changed first.
    """
    asset = held_still(asset=asset)["asset"]
    authorise_on(actor, Permission.ASSET_MANAGE, asset)
    if asset.children.exists():
        raise wrong("asset", f"assets hang under {asset}", code="has_children")
    was = values_of(asset, *CHANGEABLE, *PLACE)
    record(actor=actor, verb="remove_asset", subject=asset, before=was)
    sensors = Sensor.objects.filter(asset=asset).select_for_update(of=("self",))
    _remove(asset, [sensor.pk for sensor in sensors], field="asset")


@transaction.atomic
def remove_sensor(*, actor: Actor, sensor: Sensor) -> int:
    """Remove ``sensor``, all that is and was believed of it, its annotations and its forecasts.

    For good: nothing of it can be read any more, not even as known then. The audit log keeps that
    it was there. Of a virtual sensor the terms stay.

    Returns:
        how many beliefs went with it.

    Raises:
        PermissionDenied: ``actor`` may not manage the sensor's asset.
        ValidationError: a virtual sensor is put together from it, a device or a connection uses
            it; those are changed first.
    """
    authorise_on(actor, Permission.ASSET_MANAGE, sensor.asset)
    was = values_of(sensor, *OF_SENSOR)
    record(actor=actor, verb="remove_sensor", subject=sensor, before=was)
    # For update, so that who records at it meanwhile waits, and then finds no sensor.
    held = Sensor.objects.filter(pk=sensor.pk).select_for_update(of=("self",)).first()
    return 0 if held is None else _remove(held, [held.pk], field="sensor")


def _remove(row: Asset | Sensor, sensor_ids: Sequence[int], *, field: str) -> int:
    """Remove ``row``, whose sensors are held, and return how many beliefs went with it.

    Together: what a device's flexibility says goes with the device, though it uses its sensors.
    """
    refuse_removal(sensor_ids, field=field)
    try:
        row.delete()
    except ProtectedError as error:
        raise _in_use(error.protected_objects, field) from error
    except RestrictedError as error:
        raise _in_use(error.restricted_objects, field) from error
    forgotten = 0
    for beliefs in (SupersededBelief, Belief):
        forgotten += beliefs.objects.filter(sensor_id__in=sensor_ids).delete()[0]
    return forgotten


def _in_use(rows: Iterable[Model], field: str) -> ValidationError:
    used = next(iter(rows))
    kind = type(used)._meta.verbose_name
    return wrong(field, f"it is used by {kind} {used}: change that first", code="in_use")
