"""Use cases of the asset tree: add, change, move; removing stands apart."""

from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Now, Substr

from assets.access import authorise_on
from assets.models import Asset, AssetType
from assets.services.sensors import NewSensor, add_sensor, check_time_zone
from assets.services.virtual import refuse_parting
from tenants.accounts.models import Customer
from tenants.accounts.tokens import follow_moved_subtree
from tenants.audit.services import record, values_of
from tenants.errors import wrong
from tenants.permissions import Actor, Permission

CHANGEABLE: Final = ("name", "asset_type", "time_zone", "latitude", "longitude")
PLACE: Final = ("parent_id", "path")


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
    check_time_zone(time_zone)
    if parent is not None:
        parent = held_still(parent=parent)["parent"]
        _authorise_under(actor, parent)
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
def move_asset(*, actor: Actor, asset: Asset, parent: Asset) -> None:
    """Hang ``asset``, with all beneath it, under ``parent``.

    Tokens narrowed to a moved subtree go with it, but not to another customer.

    Raises:
        PermissionDenied: ``actor`` may not manage assets at both ends.
        ValidationError: ``asset`` is a root, or ``parent`` hangs under it: a circle; or a virtual
            sensor would be with another customer than its terms.
    """
    # Else two moves at once could make a circle.
    held = held_still(asset=asset, parent=parent)
    asset, parent = held["asset"], held["parent"]
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
def change_asset(*, actor: Actor, asset: Asset, fields: Sequence[str] = CHANGEABLE) -> None:
    """Save ``fields`` of ``asset``, of ``CHANGEABLE``; its place stays (``move_asset``).

    Raises:
        PermissionDenied: ``actor`` may not manage the asset.
        ValidationError: a field is wrong, or a sibling has this name.
    """
    authorise_on(actor, Permission.ASSET_MANAGE, asset)
    check_time_zone(asset.time_zone)
    asset.full_clean(exclude=["path", "parent"])
    before = Asset.objects.select_for_update(of=("self",)).get(pk=asset.pk)
    asset.save(update_fields=[*fields, "updated_at"])
    record(
        actor=actor,
        verb="change_asset",
        subject=asset,
        before=values_of(before, *fields),
        after=values_of(asset, *fields),
    )


def held_still(**assets: Asset) -> dict[str, Asset]:
    """Return the assets, by the same names, as they are in trees held until the transaction ends.

    A tree is held by its root, which never moves: who adds, moves or removes in it waits, so that
    no path is made of one that changes meanwhile.

    Raises:
        ValidationError: an asset was removed, or went to another tree, a moment ago.
    """
    # Asked anew: a caller may have read the asset long ago.
    named = Asset.objects.filter(pk__in=[asset.pk for asset in assets.values()])
    roots = {path.partition(".")[0] for path in named.values_list("path", flat=True)}
    # In one order for all callers, or there would be a deadlock.
    held = Asset.objects.filter(pk__in=roots).order_by("pk").select_for_update(of=("self",))
    known = {str(root.pk) for root in held}
    found = named.all().in_bulk()
    for name, asset in assets.items():
        if asset.pk not in found:
            raise wrong(name, "no such Asset", code="not_found")
        if found[asset.pk].path.partition(".")[0] not in known:
            raise wrong(name, f"{asset} went to another tree: ask again", code="state")
    return {name: found[asset.pk] for name, asset in assets.items()}


def _authorise_under(actor: Actor, parent: Asset | None) -> None:
    if parent is not None:
        authorise_on(actor, Permission.ASSET_MANAGE, parent)
    elif not actor.may_everywhere(Permission.ASSET_MANAGE):
        raise wrong("parent", "only the tenant's managers add a root", code="root")
