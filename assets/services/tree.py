"""Use cases of the asset tree: add, change, move."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Now, Substr

from assets.access import authorise_on
from assets.models import Asset, AssetType, Quantity, Sensor
from assets.services.virtual import NewTerm, refuse_parting, set_terms
from tenants.accounts.models import Customer
from tenants.accounts.tokens import follow_moved_subtree
from tenants.audit.services import record, values_of
from tenants.errors import wrong
from tenants.permissions import Actor, Permission

#: Steps in which the field measures and settles; 0 is of points in time.
RESOLUTIONS: Final = tuple(timedelta(minutes=minutes) for minutes in (0, 1, 5, 10, 15, 30, 60))
CHANGEABLE: Final = ("name", "asset_type", "time_zone", "latitude", "longitude")
PLACE: Final = ("parent_id", "path")
_OF_SENSOR_CHANGEABLE: Final = (
    "name",
    "outward_positive",
    "minimum",
    "maximum",
    "expected_within",
    "time_zone",
)
OF_SENSOR: Final = ("asset_id", "quantity", "resolution", *_OF_SENSOR_CHANGEABLE)


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
def add_customer(*, actor: Actor, name: str) -> Customer:
    """Add a customer with the portfolio under which all its assets will hang.

    Raises:
        PermissionDenied: ``actor`` may not manage the whole tenant.
        ValidationError: the name is empty or taken.
    """
    portfolio = add_asset(
        actor=actor, parent=None, name=name, asset_type=AssetType.PORTFOLIO, sensors=()
    )
    customer = Customer(name=name, root_path=portfolio.path)
    customer.full_clean()
    customer.save()
    made = values_of(customer, "name", "root_path")
    record(actor=actor, verb="add_customer", subject=customer, after=made)
    return customer


@transaction.atomic
def add_asset(
    *,
    actor: Actor,
    parent: Asset | None,
    name: str,
    asset_type: AssetType,
    time_zone: str = "Europe/Amsterdam",
    latitude: float | None = None,
    longitude: float | None = None,
    sensors: tuple[NewSensor, ...] = (),
) -> Asset:
    """Add an asset under ``parent`` (a root when None), with ``sensors``.

    Raises:
        PermissionDenied: ``actor`` may not manage assets there.
        ValidationError: a field is wrong, or a sibling has this name.
    """
    _authorise_under(actor, parent)
    _check_time_zone(time_zone)
    asset = Asset(
        parent=parent,
        name=name,
        asset_type=asset_type,
        time_zone=time_zone,
        latitude=latitude,
        longitude=longitude,
    )
    asset.full_clean(exclude=["path"])
    # The path holds the identifier, which the first of two statements gives.
    asset.path = f"new:{parent.pk if parent else ''}:{name}"[:255]
    asset.save()
    asset.path = f"{parent.path if parent else ''}{asset.pk}."
    asset.save(update_fields=["path"])
    made = values_of(asset, *CHANGEABLE, *PLACE)
    record(actor=actor, verb="add_asset", subject=asset, after=made)
    for sensor in sensors:
        add_sensor(actor=actor, asset=asset, sensor=sensor)
    return asset


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
        _check_time_zone(sensor.time_zone)
    row = Sensor(
        asset=asset,
        quantity=sensor.quantity,
        resolution=sensor.resolution,
        **{name: getattr(sensor, name) for name in _OF_SENSOR_CHANGEABLE},
    )
    row.full_clean()
    row.save()
    record(actor=actor, verb="add_sensor", subject=row, after=values_of(row, *OF_SENSOR))
    if sensor.terms:
        set_terms(actor=actor, sensor=row, terms=sensor.terms)
        row.refresh_from_db(fields=["is_virtual", "updated_at"])
    return row


@transaction.atomic
def change_sensor(*, actor: Actor, sensor: Sensor) -> None:
    """Save name, sign, limits, expected arrival and time zone of ``sensor``.

    All else is what its values were recorded for, and stays.

    Raises:
        PermissionDenied: ``actor`` may not manage assets there.
        ValidationError: another sensor at the asset has this name, or the limits are in
            disorder.
    """
    authorise_on(actor, Permission.ASSET_MANAGE, sensor.asset)
    if sensor.time_zone:
        _check_time_zone(sensor.time_zone)
    sensor.full_clean()
    before = Sensor.objects.select_for_update(of=("self",)).get(pk=sensor.pk)
    sensor.save(update_fields=[*_OF_SENSOR_CHANGEABLE, "updated_at"])
    record(
        actor=actor,
        verb="change_sensor",
        subject=sensor,
        before=values_of(before, *_OF_SENSOR_CHANGEABLE),
        after=values_of(sensor, *_OF_SENSOR_CHANGEABLE),
    )


@transaction.atomic
def move_asset(*, actor: Actor, asset: Asset, parent: Asset) -> None:
    """Hang ``asset``, with all beneath it, under ``parent``.

    Tokens narrowed to a moved subtree go with it, but not to another customer.

    Raises:
        PermissionDenied: ``actor`` may not manage assets at both ends.
        ValidationError: ``asset`` is a root, or ``parent`` hangs under it: a circle; or a virtual
            sensor would be with another customer than its terms.
    """
    # In one order for all callers: two moves at once must not make a circle, or a deadlock.
    wanted = Asset.objects.filter(pk__in=[asset.pk, parent.pk]).order_by("pk")
    locked = {row.pk: row for row in wanted.select_for_update(of=("self",))}
    asset, parent = locked[asset.pk], locked[parent.pk]
    authorise_on(actor, Permission.ASSET_MANAGE, asset)
    authorise_on(actor, Permission.ASSET_MANAGE, parent)
    if asset.parent_id is None:
        raise wrong("asset", "a root stays where it is", code="root")
    if parent.path.startswith(asset.path):
        raise wrong(
            "parent", f"{parent} hangs under {asset}: the tree would have a circle", code="circle"
        )
    before = values_of(asset, *PLACE)
    old_path, new_path = asset.path, f"{parent.path}{asset.pk}."
    refuse_parting(old_path, new_path)
    asset.parent = parent
    asset.full_clean(exclude=["path"])
    asset.save(update_fields=["parent"])
    Asset.objects.filter(path__startswith=old_path).update(
        path=Concat(Value(new_path), Substr(F("path"), len(old_path) + 1)), updated_at=Now()
    )
    follow_moved_subtree(old_path, new_path)
    after = {"parent_id": parent.pk, "path": new_path}
    record(actor=actor, verb="move_asset", subject=asset, before=before, after=after)


@transaction.atomic
def change_asset(*, actor: Actor, asset: Asset) -> None:
    """Save changed fields of ``asset``; its place in the tree stays (``move_asset``).

    Raises:
        PermissionDenied: ``actor`` may not manage the asset.
        ValidationError: a field is wrong, or a sibling has this name.
    """
    authorise_on(actor, Permission.ASSET_MANAGE, asset)
    _check_time_zone(asset.time_zone)
    asset.full_clean(exclude=["path", "parent"])
    before = Asset.objects.select_for_update(of=("self",)).get(pk=asset.pk)
    asset.save(update_fields=[*CHANGEABLE, "updated_at"])
    record(
        actor=actor,
        verb="change_asset",
        subject=asset,
        before=values_of(before, *CHANGEABLE),
        after=values_of(asset, *CHANGEABLE),
    )


def _authorise_under(actor: Actor, parent: Asset | None) -> None:
    if parent is not None:
        authorise_on(actor, Permission.ASSET_MANAGE, parent)
    elif not actor.may_everywhere(Permission.ASSET_MANAGE):
        raise wrong("parent", "only the tenant's managers add a root", code="root")


def _check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise wrong(
            "time_zone",
            f"{name!r} is no time zone; write it like Europe/Amsterdam",
            code="time_zone",
        ) from None
