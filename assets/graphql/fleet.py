"""Many sensors beneath an asset at once: their latest values, and their sum."""

from typing import Annotated, Any, Final

import numpy as np
import strawberry
from django.contrib.postgres.aggregates import ArrayAgg
from strawberry import relay

from assets import models, queries
from assets.graphql.enums import AssetType, Quantity, SourceKind
from assets.graphql.series import LETTERS, Series, refusals, span_of, unit_of
from assets.graphql.series_arguments import ReadsSeries, points_cost
from assets.models import Asset, Sensor
from assets.queries import MEASURED, Latest, Wanted
from tenants.errors import wrong
from tenants.graphql.context import Info
from tenants.graphql.cost import COST
from tenants.graphql.lookup import find_visible
from tenants.graphql.scalars import Identifiers, Moments, Numbers
from tenants.graphql.types import global_id

_MAX_LATEST: Final = 20_000
_MAX_OF_SUM: Final = 1_000

Beneath = Annotated[
    relay.GlobalID,
    strawberry.argument(description="The asset of which, with all that hangs under it."),
]
_KIND = Annotated[
    Quantity | None, strawberry.argument(description="Of one quantity; of all without it.")
]
_SUMMED = Annotated[
    Quantity, strawberry.argument(description="Which sensors: those of this quantity.")
]
_TYPES = Annotated[
    list[AssetType] | None,
    strawberry.argument(
        description="Sensors at assets of these types alone: a meter of the grid connection holds "
        "what the devices' sensors tell once more. Of all without it."
    ),
]
_NAME = Annotated[
    str | None,
    strawberry.argument(
        description="Sensors of this name alone, virtual ones too; without it all but virtual ones."
    ),
]
_BELIEVERS = Annotated[
    list[SourceKind] | None,
    strawberry.argument(description="Whose values; those of meters, markets, people without it."),
]


@strawberry.type(
    description="The latest values of sensors, as columns: entry i of each is of sensor i."
)
class LatestValues:
    sensor_ids: strawberry.Private[list[int]]
    latest: strawberry.Private[Latest]

    @strawberry.field(description="The sensors, by identifier.")
    def sensors(self) -> Identifiers:
        return Identifiers([global_id("Sensor", pk) for pk in self.sensor_ids])

    @strawberry.field(
        description="Beginning of the latest event of which something is known; null where nothing "
        "is known of the last 31 days."
    )
    def starts(self) -> Moments:
        return Moments(self.latest.starts)  # type: ignore[arg-type]  # an array until it leaves

    @strawberry.field(
        description="The values, null where unknown [unit of the series]. Power and its energy are "
        "positive into the asset."
    )
    def values(self) -> Numbers:
        return Numbers(self.latest.values)  # type: ignore[arg-type]

    @strawberry.field(description="One letter per sensor, as in `Series.quality`.")
    def quality(self) -> str:
        return LETTERS[self.latest.quality].tobytes().decode("ascii")

    @strawberry.field(
        description="How much later than expected the next value is [s, >= 0]; null for sensors of "
        "which nothing is expected."
    )
    def late_seconds(self) -> Numbers:
        return Numbers(self.latest.late_seconds)  # type: ignore[arg-type]


@strawberry.type(description="The sum of several sensors' series.")
class SeriesSum:
    series: Series = strawberry.field(
        description="The sum over those of which something is known; see `missing`."
    )
    sensors: int = strawberry.field(description="How many are summed [count].")
    missing: Numbers = strawberry.field(
        description="Of how many sensors nothing is known, a number per step of the series [count]."
    )


@strawberry.type
class FleetQuery:
    @strawberry.field(
        description="The latest value of each sensor beneath an asset, in order of identifiers; "
        "null for an asset that is not yours to see.",
        metadata={COST: 10.0},
    )
    def latest_values(
        self,
        info: Info,
        beneath: Beneath,
        quantity: _KIND = None,
        sources: _BELIEVERS = None,
    ) -> LatestValues | None:
        sensors = _sensors(beneath, info, quantity=quantity)
        if sensors is None:
            return None
        wanted = sensors.order_by("pk").values("pk")[: _MAX_LATEST + 1]
        # One row, of an array: ten thousand of a number each take longer.
        found = wanted.aggregate(found=ArrayAgg("pk", order_by="pk", default=[]))["found"]
        if len(found) > _MAX_LATEST:
            words = f"more than {_MAX_LATEST} sensors: ask beneath its parts"
            raise wrong("beneath", words, code="too_long", maximum=_MAX_LATEST)
        kinds = MEASURED if sources is None else tuple(sources)
        latest = queries.read_latest(found, now=info.context.received_at, kinds=kinds)
        return LatestValues(sensor_ids=found, latest=latest)

    @strawberry.field(
        description="The sum of the series of all sensors of a quantity beneath an asset, step by "
        "step, with what is missing; null for an asset that is not yours to see, or without one.",
        extensions=[ReadsSeries()],
        metadata={COST: lambda arguments: 10.0 * points_cost(arguments)},
    )
    def series_sum(
        self,
        info: Info,
        *,
        beneath: Beneath,
        quantity: _SUMMED,
        asset_types: _TYPES = None,
        name: _NAME = None,
        wanted: Wanted,
    ) -> SeriesSum | None:
        sensors = _sensors(beneath, info, quantity=quantity)
        if sensors is None:
            return None
        if asset_types is not None:
            sensors = sensors.filter(asset__asset_type__in=asset_types)
        # What virtual sensors tell is told by others already; by name they may be asked for.
        sensors = sensors.filter(is_virtual=False) if name is None else sensors.filter(name=name)
        rows = list(sensors.select_related("asset").order_by("pk")[: _MAX_OF_SUM + 1])
        if len(rows) > _MAX_OF_SUM:
            words = f"more than {_MAX_OF_SUM} sensors: sum its parts"
            raise wrong("beneath", words, code="too_long", maximum=_MAX_OF_SUM)
        if not rows:
            return None
        with refusals(rows, wanted, summed=True):
            total = queries.read_total(rows, wanted)
        unit = unit_of(rows[0], wanted.aggregation, info.context.currency)
        series = Series(column=total.column, fan=(), kept_unit=unit, span=span_of(rows, wanted))
        missing: Any = total.missing.astype(np.float64)
        return SeriesSum(series=series, sensors=len(rows), missing=missing)


def _sensors(
    beneath: relay.GlobalID, info: Info, *, quantity: Quantity | None
) -> "models.SensorQuerySet | None":
    """Return the sensors beneath an asset that the actor may see; None for no such asset."""
    root = find_visible(Asset, beneath, info)
    if root is None:
        return None
    sensors: models.SensorQuerySet = Sensor.objects.visible_to(info.context.actor).beneath(root)
    return sensors if quantity is None else sensors.filter(quantity=quantity)
