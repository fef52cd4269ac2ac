"""GraphQL mutations of assets: translate, one call, translate back."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import strawberry
from django.core.exceptions import ValidationError
from strawberry import relay

from assets import services
from assets.models import Sensor
from assets.timegrid import Instants, TimeGrid
from assets.units import UnknownUnit, converter
from tenants.errors import wrong
from tenants.graphql.context import Info
from tenants.graphql.lookup import find_each_visible
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.graphql.scalars import Moments, Numbers
from tenants.permissions import Permission


@strawberry.input(description="Consecutive readings of one sensor, as a column.")
class SeriesReadingsInput:
    sensor: relay.GlobalID = strawberry.field(description="Whose readings these are.")
    values: Numbers = strawberry.field(
        description="One value per step of the sensor's resolution, or per entry of `times`; null "
        "where there is none "
        "[unit of the field]. Power is positive into the asset, or out of it where the sensor says "
        "`outwardPositive`."
    )
    start: datetime | None = strawberry.field(
        default=None,
        description="Beginning of the first reading, with an offset; `times` instead for an "
        "instantaneous sensor.",
    )
    times: Moments | None = strawberry.field(
        default=None,
        description="Of an instantaneous sensor: the moment of each value, to the microsecond, in "
        "any order.",
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


@strawberry.type(description="What became of the readings of one sensor.")
class RecordedSeries:
    sensor: strawberry.ID = strawberry.field(description="Identifier of the sensor.")
    given: int = strawberry.field(description="How many values were given, nulls apart [count].")
    changed: int = strawberry.field(
        description="How many were news: of events not told before, or corrections [count]."
    )
    unchanged: int = strawberry.field(
        description="How many said what their source had said already [count]."
    )


@strawberry.type(description="What became of recorded readings.")
class RecordedReadings:
    given: int = strawberry.field(description="How many values were given, nulls apart [count].")
    changed: int = strawberry.field(
        description="How many were news; a repetition changes nothing [count]."
    )
    # Keys keep answers for a month: those of before there was this field have none.
    series: list[RecordedSeries] = strawberry.field(
        default_factory=list,
        description="The same for each sensor, in the order in which they were first given.",
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
        "changes nothing. When series are wrong there is an error for each, and none is stored.",
    )
    def record_readings(self, info: Info, input: RecordReadingsInput) -> RecordedReadings:
        if not input.series:
            raise wrong("series", "no series is given; at least one is right", code="length")
        sensors = find_each_visible(Sensor, [each.sensor for each in input.series], info)
        readings = _all_readings(input.series, sensors)
        changed = services.record_readings_of_each(
            actor=info.context.actor,
            source_name=input.source,
            readings=readings,
            now=info.context.received_at,
        )
        return _recorded(readings, changed)


def _recorded(readings: Sequence[services.Readings], changed: Counter[int]) -> RecordedReadings:
    given: Counter[int] = Counter()
    for each in readings:
        given[each.sensor.pk] += int(np.count_nonzero(~np.isnan(each.values)))
    return RecordedReadings(
        given=given.total(),
        changed=changed.total(),
        series=[
            RecordedSeries(
                sensor=strawberry.ID(relay.to_base64("Sensor", sensor)),
                given=count,
                changed=changed[sensor],
                unchanged=count - changed[sensor],
            )
            for sensor, count in given.items()
        ],
    )


def _all_readings(
    given: Sequence[SeriesReadingsInput], sensors: Sequence[Sensor | None]
) -> list[services.Readings]:
    """Return what is given for each sensor; refuse with what is wrong with every one of them."""
    readings: list[services.Readings] = []
    refusals: dict[str, object] = {}
    for index, (each, sensor) in enumerate(zip(given, sensors, strict=True)):
        try:
            readings.append(_to_readings(each, sensor, field=f"series.{index}"))
        except ValidationError as refusal:
            refusals |= refusal.error_dict
    if refusals:
        raise ValidationError(refusals)
    return readings


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
    return services.Readings(
        sensor=sensor,
        grid=_axis(given, sensor, field=field),
        values=convert(np.asarray(given.values)),
        belief_time=given.belief_time,
    )


def _axis(given: SeriesReadingsInput, sensor: Sensor, *, field: str) -> TimeGrid | Instants:
    """Return when the values are of: steps from a start on, or a moment for each."""
    if sensor.is_instantaneous:
        if given.times is None or given.start is not None:
            words = f"{sensor} has points in time: give times, one for each value, and no start"
            raise wrong(f"{field}.times", words, code="required")
        if len(given.times) != len(given.values):
            words = f"{len(given.times)} times but {len(given.values)} values"
            raise wrong(f"{field}.times", words, code="length")
        return Instants(np.asarray(given.times, dtype="datetime64[us]"))
    if given.start is None or given.times is not None:
        words = f"{sensor} has events of {sensor.resolution}: give the start of the first, no times"
        raise wrong(f"{field}.start", words, code="required")
    try:
        return TimeGrid(given.start, sensor.resolution, len(given.values))
    except ValueError as error:
        raise wrong(f"{field}.start", str(error), code="start") from error
