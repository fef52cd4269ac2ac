"""GraphQL types of assets and sensors."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import strawberry
import strawberry_django
from django.db.models import Prefetch, Q
from strawberry import relay
from strawberry_django.relay import DjangoCursorConnection

from assets import models
from assets.graphql.enums import AssetType, Quantity
from assets.graphql.series import Series, read
from assets.graphql.series_arguments import ReadsSeries, points_cost
from assets.queries import Wanted
from tenants.graphql.connections import connection
from tenants.graphql.context import Info
from tenants.graphql.cost import COST
from tenants.graphql.filters import (
    ChoiceLookup,
    TextLookup,
    TimeLookup,
    condition,
    filter_type,
    refers_to,
)
from tenants.graphql.lookup import find_each_visible, find_visible
from tenants.graphql.ordering import Direction, Keys, key
from tenants.graphql.types import VisibleNode, node_field


@strawberry_django.type(
    models.Asset,
    name="Asset",
    description="A node of the asset tree: portfolio, site, grid connection, device.",
)
class AssetNode(VisibleNode):
    name: str = strawberry_django.field(description="Unique among its siblings.")
    asset_type: AssetType = strawberry_django.field(description="What it is.")
    updated_at: datetime = strawberry_django.field(
        description="When it last changed; order and filter by it to keep a copy in step."
    )
    parent: Annotated["AssetNode", strawberry.lazy("assets.graphql.types")] | None = (
        strawberry_django.field(description="What it hangs under, if that is yours to see.")
    )
    time_zone: str = strawberry_django.field(description="IANA name; days and tariffs follow it.")
    latitude: float | None = strawberry_django.field(description="Degrees north [°, -90 to 90].")
    longitude: float | None = strawberry_django.field(description="Degrees east [°, -180 to 180].")
    children: DjangoCursorConnection[
        Annotated["AssetNode", strawberry.lazy("assets.graphql.types")]
    ] = connection(description="Assets that hang directly under this one.")
    sensors: DjangoCursorConnection[
        Annotated["SensorNode", strawberry.lazy("assets.graphql.types")]
    ] = connection(description="Sensors at this asset.")


def _visible_terms(info: Info) -> Prefetch[Any]:
    visible = models.Term.objects.visible_to(info.context.actor).order_by("pk")
    return Prefetch("terms", queryset=visible)


@strawberry.type(description="A sensor's part in a virtual one: its value times the factor.")
class SensorTerm:
    sensor: relay.GlobalID = strawberry.field(description="The sensor that is added.")
    factor: float = strawberry.field(
        description="1: added, -1: subtracted, any other: scaled [ratio, either sign]."
    )


@strawberry_django.type(
    models.Sensor, name="Sensor", description="A series of events of one quantity at one asset."
)
class SensorNode(VisibleNode):
    name: str = strawberry_django.field(description="Unique at its asset.")
    quantity: Quantity = strawberry_django.field(description="What is measured, and its unit.")
    asset: AssetNode = strawberry_django.field(description="Where it measures.")
    updated_at: datetime = strawberry_django.field(
        description="When the sensor itself, not its series, last changed."
    )

    outward_positive: bool = strawberry_django.field(
        description="Whether readings are sent with what comes out of the asset as positive, as "
        "inverters do; they are turned on the way in, and told with power positive into the asset."
    )
    minimum: float | None = strawberry_django.field(
        description="Values below it are kept and told as implausible [unit of the series]."
    )
    maximum: float | None = strawberry_django.field(
        description="Values above it are kept and told as implausible [unit of the series]."
    )

    is_virtual: bool = strawberry_django.field(
        description="Whether its values are put together from other sensors' when they are read."
    )

    @strawberry_django.field(
        only=["time_zone"],
        description="IANA name: whose days and months its series follows; null for its asset's.",
    )
    def time_zone(self, root: strawberry.Parent[models.Sensor]) -> str | None:
        return root.time_zone or None

    @strawberry_django.field(
        only=["is_virtual"],
        prefetch_related=[_visible_terms],
        description="Of what a virtual sensor is the sum; terms that are not yours to see are left "
        "out, though they count. Empty for all other sensors.",
    )
    def terms(self, root: strawberry.Parent[models.Sensor]) -> list[SensorTerm]:
        return [
            SensorTerm(sensor=relay.GlobalID("Sensor", str(each.sensor_id)), factor=each.factor)
            for each in root.terms.all()
        ]

    @strawberry_django.field(
        only=["expected_within"],
        description="How long after the end of an event its value is to be there [min, >= 0]; of "
        "an instantaneous sensor, how long after a reading the next: so long one holds.",
    )
    def expected_within_minutes(self, root: strawberry.Parent[models.Sensor]) -> float | None:
        expected = root.expected_within
        return None if expected is None else expected / timedelta(minutes=1)

    @strawberry_django.field(
        only=["resolution"],
        description="Length of an event [min]; 0 for an "
        "instantaneous sensor, whose readings are points in time.",
    )
    def resolution_minutes(self, root: strawberry.Parent[models.Sensor]) -> float:
        return root.resolution / timedelta(minutes=1)

    @strawberry_django.field(
        only=[
            "name",
            "resolution",
            "quantity",
            "asset",
            "minimum",
            "maximum",
            "is_virtual",
            "time_zone",
            "expected_within",
        ],
        description="What is believed over [start, end), as columns. Of several beliefs about an "
        "event the newest counts, so that measured values win over forecasts; schedules are read "
        "by asking for them in `sources`.",
        extensions=[ReadsSeries()],
        metadata={COST: points_cost},
    )
    def series(
        self, root: strawberry.Parent[models.Sensor], info: Info, *, wanted: Wanted
    ) -> Series:
        return read([root], wanted, info)[0]


@filter_type(models.Asset, name="AssetFilter", description="Which assets; all conditions hold.")
class AssetFilter:
    name: TextLookup | None = condition("By name.")
    asset_type: ChoiceLookup[AssetType] | None = condition("By what they are.")
    updated_at: TimeLookup | None = condition("By when they last changed.")

    @strawberry_django.filter_field(description="Directly under this asset.")
    def parent(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        return refers_to(value, models.Asset, f"{prefix}parent_id", info)

    @strawberry_django.filter_field(description="This asset and all that hangs under it.")
    def beneath(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        return _beneath(value, prefix, info)


@filter_type(models.Sensor, name="SensorFilter", description="Which sensors; all conditions hold.")
class SensorFilter:
    name: TextLookup | None = condition("By name.")
    quantity: ChoiceLookup[Quantity] | None = condition("By what they measure.")
    updated_at: TimeLookup | None = condition("By when they last changed, not their series.")

    @strawberry_django.filter_field(description="At this asset.")
    def asset(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        return refers_to(value, models.Asset, f"{prefix}asset_id", info)

    @strawberry_django.filter_field(description="At this asset or at what hangs under it.")
    def beneath(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        return _beneath(value, f"{prefix}asset__", info)


def _beneath(id: relay.GlobalID, prefix: str, info: Info) -> Q:
    root = find_visible(models.Asset, id, info)
    return Q(**{f"{prefix}path__startswith": root.path}) if root else Q(pk__in=[])


@strawberry_django.order_type(
    models.Asset, name="AssetOrder", description="By which key; several in a list, first to last."
)
class AssetOrder(Keys):
    name: Direction | None = key()
    updated_at: Direction | None = key()


@strawberry_django.order_type(
    models.Sensor,
    name="SensorOrder",
    description="By which key; several in a list, first to last.",
)
class SensorOrder(Keys):
    name: Direction | None = key()
    updated_at: Direction | None = key()


_WHICH = "Identifiers of sensors, at most 200."


@strawberry.type
class AssetsQuery:
    asset: AssetNode | None = node_field(description="One asset, if it is yours to see.")
    sensor: SensorNode | None = node_field(description="One sensor, if it is yours to see.")
    assets: DjangoCursorConnection[AssetNode] = connection(
        filters=AssetFilter, ordering=AssetOrder, description="Assets that you may see."
    )
    sensors: DjangoCursorConnection[SensorNode] = connection(
        filters=SensorFilter, ordering=SensorOrder, description="Sensors that you may see."
    )

    @strawberry.field(
        description="The series of several sensors at once, in the order of `sensors`; null for "
        "one that is not yours to see.",
        extensions=[ReadsSeries()],
        metadata={COST: points_cost},
    )
    def series(
        self,
        info: Info,
        *,
        sensors: Annotated[list[relay.GlobalID], strawberry.argument(description=_WHICH)],
        wanted: Wanted,
    ) -> list[Series | None]:
        return _read_all(sensors, wanted, info)


def _read_all(identifiers: list[relay.GlobalID], wanted: Wanted, info: Info) -> list[Series | None]:
    sensors = find_each_visible(models.Sensor, identifiers, info)
    rows = list({row.pk: row for row in sensors if row is not None}.values())
    series = zip(rows, read(rows, wanted, info), strict=True)
    found = {row.pk: each for row, each in series}
    return [None if row is None else found[row.pk] for row in sensors]
