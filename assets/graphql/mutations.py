"""GraphQL mutations of assets: translate, one call, translate back."""

from datetime import datetime

import numpy as np
import strawberry
from strawberry import relay

from assets import services
from assets.models import Sensor
from assets.timegrid import TimeGrid
from assets.units import UnknownUnit, converter
from tenants.errors import wrong
from tenants.graphql.context import Info
from tenants.graphql.lookup import find_each_visible
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.graphql.scalars import Numbers
from tenants.permissions import Permission


@strawberry.input(description="Consecutive readings of one sensor, as a column.")
class SeriesReadingsInput:
    sensor: relay.GlobalID = strawberry.field(description="Whose readings these are.")
    start: datetime = strawberry.field(
        description="Beginning of the first reading, with an offset."
    )
    values: Numbers = strawberry.field(
        description="One value per step of the sensor's resolution, null where there is none "
        "[unit of the field]. Power is positive into the asset, or out of it where the sensor says "
        "`outwardPositive`."
    )
    unit: str = strawberry.field(
        description='Unit of the values, for example "kW", "kWh", "EUR/MWh". Converted once.'
    )
    belief_time: datetime | None = strawberry.field(
        default=None,
        description="When the values became known; without it, each at the end of its event.",
    )


@strawberry.input(description="Readings of one or more sensors from one source.")
class RecordReadingsInput(MutationInput):
    series: list[SeriesReadingsInput] = strawberry.field(description="One entry per sensor.")
    source: str = strawberry.field(default="api", description="Name of the meter or gateway.")


@strawberry.type(description="What became of recorded readings.")
class RecordedReadings:
    given: int = strawberry.field(description="How many values were given, nulls apart [count].")
    changed: int = strawberry.field(
        description="How many were news; a repetition changes nothing [count]."
    )


@strawberry.type(description="Recorded readings, or why none were.")
class RecordReadingsPayload(Payload[RecordedReadings]):
    pass


@strawberry.type
class AssetsMutation:
    @mutation(
        RecordReadingsPayload,
        needs=Permission.BELIEF_RECORD,
        description="Record readings of one or more sensors: all or none. Sending the same again "
        "changes nothing.",
    )
    def record_readings(self, info: Info, input: RecordReadingsInput) -> RecordedReadings:
        if not input.series:
            raise wrong("series", "no series is given; at least one is right", code="length")
        sensors = find_each_visible(Sensor, [each.sensor for each in input.series], info)
        readings = [
            _to_readings(each, sensor, field=f"series.{index}")
            for index, (each, sensor) in enumerate(zip(input.series, sensors, strict=True))
        ]
        changed = services.record_readings(
            actor=info.context.actor,
            source_name=input.source,
            readings=readings,
            now=info.context.received_at,
        )
        given = sum(int(np.count_nonzero(~np.isnan(each.values))) for each in readings)
        return RecordedReadings(given=given, changed=changed)


def _to_readings(
    given: SeriesReadingsInput, sensor: Sensor | None, *, field: str
) -> services.Readings:
    if sensor is None:
        raise wrong(f"{field}.sensor", "no such Sensor", code="not_found")
    try:
        convert = converter(
            given.unit,
            sensor.quantity,
            step=sensor.resolution,
            outward_positive=sensor.outward_positive,
        )
    except UnknownUnit as error:
        raise wrong(f"{field}.unit", str(error), code="unit") from error
    if np.isnan(np.asarray(given.values)).all():
        raise wrong(
            f"{field}.values", "no value is given; at least one is right", code="length", minimum=1
        )
    try:
        grid = TimeGrid(given.start, sensor.resolution, len(given.values))
    except ValueError as error:
        raise wrong(f"{field}.start", str(error), code="start") from error
    return services.Readings(
        sensor=sensor,
        grid=grid,
        values=convert(np.asarray(given.values)),
        belief_time=given.belief_time,
    )
