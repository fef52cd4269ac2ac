"""GraphQL mutations that keep what devices and sites can do."""

from datetime import datetime

import strawberry
from strawberry import relay

from assets.models import Asset
from scheduling import services
from scheduling.graphql.flex_types import AssetFlexNode
from scheduling.graphql.inputs import (
    DeviceFlexInput,
    SiteContextInput,
    to_context,
    to_device,
)
from scheduling.models import AssetFlex
from tenants.graphql.context import Info
from tenants.graphql.lookup import visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.permissions import Permission


@strawberry.input(description="The time for which something is kept.")
class ValidityInput:
    valid_from: datetime | None = strawberry.field(
        default=None, description="From then on, with an offset; from now on when not given."
    )
    valid_to: datetime | None = strawberry.field(
        default=None, description="Until then; until something newer when not given."
    )


@strawberry.input(description="What a device can do, to be kept with it.")
class SetDeviceFlexInput(MutationInput):
    device: DeviceFlexInput = strawberry.field(description="The device, and what it can do.")
    validity: ValidityInput | None = strawberry.field(
        default=None, description="For which time; from now on when not given."
    )


@strawberry.input(description="What a site, a feeder or an area faces, to be kept with it.")
class SetSiteContextInput(MutationInput):
    asset: relay.GlobalID = strawberry.field(description="The site, feeder or area.")
    context: SiteContextInput = strawberry.field(
        description="Tariffs, which all beneath it share, and its point of the grid."
    )
    members: list[relay.GlobalID] = strawberry.field(
        default_factory=list,
        description="Assets elsewhere in the tree that lie behind this point too, such as sites of "
        "several customers behind one station. Who asks for its schedule needs the right on each.",
    )
    validity: ValidityInput | None = strawberry.field(
        default=None, description="For which time; from now on when not given."
    )


@strawberry.type(description="What is kept of a device, or why it is not.")
class SetDeviceFlexPayload(Payload[AssetFlexNode]):
    pass


@strawberry.type(description="What is kept of a site, or why it is not.")
class SetSiteContextPayload(Payload[AssetFlexNode]):
    pass


@strawberry.type
class FlexMutation:
    @mutation(
        SetDeviceFlexPayload,
        needs=Permission.ASSET_MANAGE,
        description="Keep what a device can do. A new row each time: runs made with an older one "
        "stay as they were.",
    )
    def set_device_flex(self, info: Info, input: SetDeviceFlexInput) -> AssetFlex:
        valid_from, valid_to = _validity(input.validity, info)
        return services.keep_device(
            actor=info.context.actor,
            device=to_device(input.device, info, field="device"),
            valid_from=valid_from,
            valid_to=valid_to,
        )

    @mutation(
        SetSiteContextPayload,
        needs=Permission.ASSET_MANAGE,
        description="Keep what a site, a feeder or an area faces: prices, limits, peak tariffs, "
        "commitments, load that no plan moves. Each with limits of its own is a node of the plan.",
    )
    def set_site_context(self, info: Info, input: SetSiteContextInput) -> AssetFlex:
        valid_from, valid_to = _validity(input.validity, info)
        context = to_context(input.context, info, field="context")
        members = [
            visible_row(Asset, member, info, field=f"members.{index}").pk
            for index, member in enumerate(input.members)
        ]
        if members:
            context = context.model_copy(update={"members": tuple(members)})
        return services.keep_context(
            actor=info.context.actor,
            asset=visible_row(Asset, input.asset, info, field="asset"),
            context=context,
            valid_from=valid_from,
            valid_to=valid_to,
        )


def _validity(given: ValidityInput | None, info: Info) -> tuple[datetime, datetime | None]:
    valid_from = given.valid_from if given else None
    return valid_from or info.context.received_at, given.valid_to if given else None
