"""Assets that are added, changed, moved and removed, in the public interface."""

from typing import Final

import strawberry
from strawberry import UNSET, relay

from assets import services
from assets.graphql.enums import AssetType
from assets.graphql.types import AssetNode
from assets.models import Asset
from tenants.graphql.context import Info
from tenants.graphql.given import given_of
from tenants.graphql.lookup import visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.permissions import Permission

_NAME: Final = "Unique among its siblings, up to 100 characters."
_ZONE: Final = "IANA name, like Europe/Amsterdam; days and tariffs follow it."
_NORTH: Final = "Degrees north [°, -90 to 90]."
_EAST: Final = "Degrees east [°, -180 to 180]."


@strawberry.input(description="What hangs where.")
class AddAssetInput(MutationInput):
    parent: relay.GlobalID = strawberry.field(
        description="Under what: your portfolio, or something beneath it."
    )
    name: str = strawberry.field(description=_NAME)
    asset_type: AssetType = strawberry.field(description="What it is.")
    time_zone: str | None = strawberry.field(
        default=None, description=f"{_ZONE} Without it that of the parent."
    )
    latitude: float | None = strawberry.field(default=None, description=_NORTH)
    longitude: float | None = strawberry.field(default=None, description=_EAST)


@strawberry.input(description="What to change; what is left out stays.")
class ChangeAssetInput(MutationInput):
    asset: relay.GlobalID = strawberry.field(description="Which.")
    name: str | None = strawberry.field(default=UNSET, description=_NAME)
    asset_type: AssetType | None = strawberry.field(default=UNSET, description="What it is.")
    time_zone: str | None = strawberry.field(default=UNSET, description=_ZONE)
    latitude: float | None = strawberry.field(
        default=UNSET, description=f"{_NORTH} Null takes it back."
    )
    longitude: float | None = strawberry.field(
        default=UNSET, description=f"{_EAST} Null takes it back."
    )


@strawberry.input(description="What goes where.")
class MoveAssetInput(MutationInput):
    asset: relay.GlobalID = strawberry.field(
        description="Which; all that hangs under it goes along."
    )
    parent: relay.GlobalID = strawberry.field(description="Under what from now on.")


@strawberry.input(description="Which asset is removed.")
class RemoveAssetInput(MutationInput):
    asset: relay.GlobalID = strawberry.field(
        description="Which: nothing hangs under it, and of its sensors nothing is made."
    )


@strawberry.type(description="What was removed.")
class RemovedAsset:
    asset: str = strawberry.field(description="Its identifier, which names nothing any more.")


@strawberry.type(description="The asset, or why there is none.")
class AddAssetPayload(Payload[AssetNode]):
    pass


@strawberry.type(description="The asset as it is now, or why it is as before.")
class ChangeAssetPayload(Payload[AssetNode]):
    pass


@strawberry.type(description="The asset at its place, or why it is where it was.")
class MoveAssetPayload(Payload[AssetNode]):
    pass


@strawberry.type(description="What was removed, or why it was not.")
class RemoveAssetPayload(Payload[RemovedAsset]):
    pass


@strawberry.type
class TreeMutation:
    @mutation(
        AddAssetPayload,
        needs=Permission.ASSET_MANAGE,
        description="Add a site, a grid connection, a feeder or a device to the tree. What it can "
        "do is said by `setDeviceFlex`, what binds a site by `setSiteContext`.",
    )
    def add_asset(self, info: Info, input: AddAssetInput) -> Asset:
        parent = visible_row(Asset, input.parent, info, field="parent")
        return services.add_asset(
            actor=info.context.actor,
            parent=parent,
            name=input.name,
            asset_type=input.asset_type,
            time_zone=parent.time_zone if input.time_zone is None else input.time_zone,
            latitude=input.latitude,
            longitude=input.longitude,
        )

    @mutation(
        ChangeAssetPayload,
        needs=Permission.ASSET_MANAGE,
        description="Change an asset's name, kind, time zone or place on earth.",
    )
    def change_asset(self, info: Info, input: ChangeAssetInput) -> Asset:
        asset = visible_row(Asset, input.asset, info, field="asset")
        changed = given_of(input, "name", "asset_type", "time_zone")
        changed |= given_of(input, "latitude", "longitude", null_is_given=True)
        for name, value in changed.items():
            setattr(asset, name, value)
        services.change_asset(actor=info.context.actor, asset=asset, fields=[*changed])
        return asset

    @mutation(
        MoveAssetPayload,
        needs=Permission.ASSET_MANAGE,
        description="Hang an asset, with all beneath it, under another; its series go along. "
        "Takes the right at both places.",
    )
    def move_asset(self, info: Info, input: MoveAssetInput) -> Asset:
        asset = visible_row(Asset, input.asset, info, field="asset")
        parent = visible_row(Asset, input.parent, info, field="parent")
        services.move_asset(actor=info.context.actor, asset=asset, parent=parent)
        return asset

    @mutation(
        RemoveAssetPayload,
        needs=Permission.ASSET_MANAGE,
        description="Remove an asset for good, with its sensors and all that is and was believed "
        "of them. The audit log keeps that it was there.",
    )
    def remove_asset(self, info: Info, input: RemoveAssetInput) -> RemovedAsset:
        asset = visible_row(Asset, input.asset, info, field="asset")
        services.remove_asset(actor=info.context.actor, asset=asset)
        return RemovedAsset(asset=str(input.asset))
