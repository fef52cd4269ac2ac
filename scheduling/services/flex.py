"""Keeping what is flexible at an asset, and checking it wherever it comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from pydantic import ValidationError as DocumentInvalid

from assets.access import authorise_on
from assets.models import Asset, Quantity, Sensor
from scheduling.flex.context import SiteContext
from scheduling.flex.references import Reference, references
from scheduling.flex.run import device_document
from scheduling.models import AssetFlex
from tenants.audit.services import record, values_of
from tenants.errors import as_validation_error, wrong
from tenants.permissions import Actor, Permission

_QUANTITY_OF_UNIT: Final = {
    "_per_kwh": (Quantity.PRICE,),
    "_kwh": (Quantity.STOCK, Quantity.ENERGY),
    "_kw": (Quantity.POWER,),
    "_c": (Quantity.TEMPERATURE,),
}

_AUDITED: Final = (
    "asset_id",
    "valid_from",
    "valid_to",
    "document",
    "power_sensor_id",
    "stock_sensor_id",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFlex:
    """What a device can do, for one request or to be kept.

    Attributes:
        asset: the device.
        document: a device document (``scheduling.flex.devices``) without its name.
        power_sensor: where its planned power is recorded; that kept with the device if None.
        stock_sensor: where a store's stock is measured and recorded.
    """

    asset: Asset
    document: dict[str, Any]
    power_sensor: Sensor | None = None
    stock_sensor: Sensor | None = None


@transaction.atomic
def keep_device(
    *,
    actor: Actor,
    device: DeviceFlex,
    valid_from: datetime,
    valid_to: datetime | None = None,
) -> AssetFlex:
    """Keep what a device can do, from ``valid_from`` to ``valid_to`` or until something newer.

    Raises:
        PermissionDenied: ``actor`` may not manage the device.
        ValidationError: the document, a sensor or the validity is wrong.
    """
    authorise_on(actor, Permission.ASSET_MANAGE, device.asset)
    row = checked_device(device, actor, at=valid_from, field="device")
    return _kept(actor, "keep_device", row, valid_to)


@transaction.atomic
def keep_context(
    *,
    actor: Actor,
    asset: Asset,
    context: SiteContext,
    valid_from: datetime,
    valid_to: datetime | None = None,
) -> AssetFlex:
    """Keep the tariffs that ``asset`` and all beneath it face, and its point of the grid.

    Raises:
        PermissionDenied: ``actor`` may not manage the asset.
        ValidationError: a sensor or the validity is wrong.
    """
    authorise_on(actor, Permission.ASSET_MANAGE, asset)
    check_context(context, actor, field="context")
    for index, member in enumerate(context.members):
        found = Asset.objects.visible_to(actor).filter(pk=member).first()
        if found is None:
            raise wrong(f"members.{index}", "no such Asset", code="not_found")
        if found.path.startswith(asset.path) or asset.path.startswith(found.path):
            words = f"{found} is beneath or above {asset}: a member hangs elsewhere"
            raise wrong(f"members.{index}", words, code="circle")
        authorise_on(actor, Permission.ASSET_MANAGE, found)
    # What is not said stays unsaid: it is inherited.
    document = context.model_dump(mode="json", exclude_unset=True)
    row = AssetFlex(asset=asset, valid_from=valid_from, document=document)
    return _kept(actor, "keep_context", row, valid_to)


def _kept(actor: Actor, verb: str, row: AssetFlex, valid_to: datetime | None) -> AssetFlex:
    if valid_to is not None and valid_to <= row.valid_from:
        raise wrong("validity.valid_to", "should be after valid_from", code="window")
    same = AssetFlex.objects.filter(asset=row.asset, valid_from=row.valid_from)
    was = same.select_for_update().first()
    kept, _ = AssetFlex.objects.update_or_create(
        asset=row.asset,
        valid_from=row.valid_from,
        defaults={
            "document": row.document,
            "valid_to": valid_to,
            "power_sensor": row.power_sensor,
            "stock_sensor": row.stock_sensor,
        },
    )
    record(
        actor=actor,
        verb=verb,
        subject=kept,
        before=values_of(was, *_AUDITED) if was else None,
        after=values_of(kept, *_AUDITED),
    )
    return kept


def checked_device(
    device: DeviceFlex,
    actor: Actor,
    *,
    at: datetime,
    field: str,
    kept: AssetFlex | None = None,
) -> AssetFlex:
    """Return ``device`` as a row that is not stored; sensors not given are those of ``kept``.

    Raises:
        ValidationError: the document or a sensor is wrong, named from ``field`` on.
    """
    try:
        document = device_document(device.document, name=device.asset.name[:80])
    except DocumentInvalid as error:
        raise as_validation_error(error, field=field) from error
    check_references(references(document), actor, field=field)
    power, stock = device.power_sensor, device.stock_sensor
    if kept is not None:
        power, stock = power or kept.power_sensor, stock or kept.stock_sensor
    if power is None:
        raise wrong(f"{field}.power_sensor", "is needed: none is kept here", code="required")
    _check_output(power, device.asset, (Quantity.POWER,), f"{field}.power_sensor")
    if stock is not None:
        _check_output(stock, device.asset, (Quantity.STOCK,), f"{field}.stock_sensor")
    return AssetFlex(
        asset=device.asset,
        valid_from=at,
        document=document.model_dump(mode="json", exclude={"name"}),
        power_sensor=power,
        stock_sensor=stock,
    )


def check_context(context: SiteContext, actor: Actor, *, field: str) -> None:
    """Check the sensors that a context refers to.

    Raises:
        ValidationError: the actor may not see one, or it does not fit its field.
    """
    check_references(references(context), actor, field=field)


def _check_output(
    sensor: Sensor, asset: Asset, quantities: tuple[Quantity, ...], field: str
) -> None:
    if sensor.asset_id != asset.pk or sensor.quantity not in quantities:
        wanted = " or ".join(quantities)
        raise wrong(field, f"{sensor} is no {wanted} sensor of {asset}", code="sensor")


def check_references(found: Iterable[Reference], actor: Actor, *, field: str) -> None:
    """Refuse sensors that the actor may not read, or whose quantity does not fit the field."""
    for each in found:
        path = ".".join(part for part in (field, each.path) if part)
        sensor = Sensor.objects.visible_to(actor).filter(pk=each.sensor).first()
        if sensor is None:
            raise wrong(path, "no such sensor", code="not_found")
        fitting = next(
            (quantities for unit, quantities in _QUANTITY_OF_UNIT.items() if path.endswith(unit)),
            None,
        )
        if fitting is None:
            raise wrong(path, "no sensor measures this: give numbers", code="sensor")
        if sensor.quantity not in fitting:
            raise wrong(
                path,
                f"{sensor} is a {sensor.quantity} sensor, not {' or '.join(fitting)}",
                code="sensor",
            )
