"""GraphQL types of assets and sensors."""

from datetime import datetime, timedelta

import strawberry
import strawberry_django
from strawberry import auto

from assets import models
from assets.graphql.series import Aggregation, Series, read_columns
from assets.models.sensor import Quantity
from assets.models.source import SourceKind
from tenants.graphql.context import Info
from tenants.graphql.types import VisibleNode

strawberry.enum(models.AssetType, description="What an asset is.")
strawberry.enum(
    Quantity,
    description="What a sensor is about. Units: POWER kW (positive into the asset), ENERGY kWh, "
    "STOCK kWh, PRICE currency/kWh, TEMPERATURE °C, IRRADIANCE W/m², CO2 kg/kWh.",
)


@strawberry_django.type(
    models.Asset,
    name="Asset",
    description="A node of the asset tree: portfolio, site, grid connection, device.",
)
class AssetNode(VisibleNode):
    name: auto
    asset_type: models.AssetType
    time_zone: str = strawberry_django.field(description="IANA name; days and tariffs follow it.")
    latitude: float | None = strawberry_django.field(description="Degrees north.")
    longitude: float | None = strawberry_django.field(description="Degrees east.")
    children: list["AssetNode"] = strawberry_django.field(
        description="Assets that hang directly under this one."
    )
    sensors: list["SensorNode"] = strawberry_django.field(description="Sensors at this asset.")


@strawberry_django.type(
    models.Sensor, name="Sensor", description="A series of events of one quantity at one asset."
)
class SensorNode(VisibleNode):
    name: auto
    quantity: Quantity
    asset: AssetNode

    @strawberry_django.field(only=["resolution"], description="Length of an event in minutes.")
    def resolution_minutes(self, root: strawberry.Parent[models.Sensor]) -> float:
        return root.resolution / timedelta(minutes=1)

    @strawberry_django.field(
        only=["resolution", "quantity"],
        description="What is believed over [start, end), as columns. Measured values win over "
        "forecasts; schedules are read by asking for them in `sources`.",
    )
    def series(
        self,
        root: strawberry.Parent[models.Sensor],
        info: Info,
        *,
        start: datetime,
        end: datetime,
        resolution_minutes: int | None = None,
        aggregation: Aggregation = Aggregation.MEAN,
        sources: list[SourceKind] | None = None,
        as_of: datetime | None = None,
        probability: float = 0.5,
    ) -> Series:
        return read_columns(
            root,
            start,
            end,
            known_at=as_of or info.context.received_at,
            resolution_minutes=resolution_minutes,
            aggregation=aggregation,
            sources=sources,
            probability=probability,
        )


@strawberry_django.filter_type(models.Asset, lookups=True, name="AssetFilter")
class AssetFilter:
    name: auto
    asset_type: auto
    parent_id: auto


@strawberry.type
class AssetsQuery:
    asset: AssetNode | None = strawberry_django.node(
        description="One asset, if it is yours to see."
    )
    sensor: SensorNode | None = strawberry_django.node(
        description="One sensor, if it is yours to see."
    )
    assets: strawberry_django.relay.DjangoCursorConnection[AssetNode] = (
        strawberry_django.connection(filters=AssetFilter, description="Assets that you may see.")
    )
    sensors: strawberry_django.relay.DjangoCursorConnection[SensorNode] = (
        strawberry_django.connection(description="Sensors that you may see.")
    )
