"""GraphQL type of what is kept at assets: flexibility of devices, contexts of sites."""

from datetime import datetime
from typing import Any

import strawberry
import strawberry_django
from django.db.models import Q
from strawberry import relay
from strawberry.scalars import JSON
from strawberry_django.relay import DjangoCursorConnection

from assets.graphql.types import AssetNode, SensorNode
from assets.models import Asset
from scheduling import models
from tenants.graphql.connections import connection
from tenants.graphql.context import Info
from tenants.graphql.filters import TimeLookup, condition, filter_type, refers_to
from tenants.graphql.ordering import Direction, Keys, key
from tenants.graphql.types import VisibleNode, node_field


@strawberry_django.type(
    models.AssetFlex,
    name="AssetFlex",
    description="What a device can do, or what a site, a feeder or an area faces, for a time.",
)
class AssetFlexNode(VisibleNode):
    asset: AssetNode = strawberry_django.field(description="Where it is kept.")
    valid_from: datetime = strawberry_django.field(description="From then on.")
    valid_to: datetime | None = strawberry_django.field(
        description="Until then; until something newer if null."
    )
    updated_at: datetime = strawberry_django.field(description="When it last changed.")
    power_sensor: SensorNode | None = strawberry_django.field(
        description="Where a device's planned power is recorded; null at a site."
    )
    stock_sensor: SensorNode | None = strawberry_django.field(
        description="Where a store's stock is measured and recorded."
    )

    @strawberry_django.field(
        only=["document"], description="Kind of device, as in DeviceKindInput; null at a site."
    )
    def kind(self, root: strawberry.Parent[models.AssetFlex]) -> str | None:
        kind: str | None = root.document.get("kind")
        return kind

    @strawberry_django.field(
        only=["document"],
        description="The document, with the fields of its input type by their names in "
        "docs/flexibility.md; units are in the names. Sensors are given by their ids.",
    )
    def document(self, root: strawberry.Parent[models.AssetFlex]) -> JSON:
        return JSON(_public(root.document))


def _public(part: Any) -> Any:
    """Return a document with sensors as the interface names them."""
    if isinstance(part, dict):
        if "sensor" in part:
            return {**part, "sensor": relay.to_base64("Sensor", part["sensor"])}
        return {name: _public(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_public(each) for each in part]
    return part


@filter_type(
    models.AssetFlex, name="AssetFlexFilter", description="Which of them; all conditions hold."
)
class AssetFlexFilter:
    valid_from: TimeLookup | None = condition("By when they begin to hold.")
    updated_at: TimeLookup | None = condition("By when they last changed.")

    @strawberry_django.filter_field(description="Kept at this asset.")
    def asset(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        return refers_to(value, Asset, f"{prefix}asset_id", info)

    @strawberry_django.filter_field(description="Kept at this asset or at what hangs under it.")
    def beneath(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        root = Asset.objects.filter(refers_to(value, Asset, "pk", info)).first()
        return Q(**{f"{prefix}asset__path__startswith": root.path}) if root else Q(pk__in=[])

    @strawberry_django.filter_field(description="What holds at this time.")
    def valid_at(self, value: datetime, prefix: str) -> Q:
        rows = models.AssetFlex.objects.valid_at(value)
        return Q(**{f"{prefix}pk__in": rows.values("pk")})


@strawberry_django.order_type(
    models.AssetFlex,
    name="AssetFlexOrder",
    description="By which key; several in a list, first to last.",
)
class AssetFlexOrder(Keys):
    valid_from: Direction | None = key()
    updated_at: Direction | None = key()


@strawberry.type
class AssetFlexQuery:
    asset_flex: AssetFlexNode | None = node_field(
        description="What is kept at one asset for a time, if it is yours to see."
    )
    asset_flexes: DjangoCursorConnection[AssetFlexNode] = connection(
        filters=AssetFlexFilter,
        ordering=AssetFlexOrder,
        description="What is kept at assets that you may see: flexibility and contexts.",
    )
