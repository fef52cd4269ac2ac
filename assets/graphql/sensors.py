"""Sensors that are added, changed and removed, in the public interface."""

from datetime import timedelta
from typing import Final

import strawberry
from django.core.exceptions import ValidationError
from strawberry import UNSET, relay

from assets import services
from assets.graphql.enums import Quantity
from assets.graphql.types import SensorNode
from assets.models import Asset, Sensor
from tenants.errors import wrong
from tenants.graphql.context import Info
from tenants.graphql.given import given_of
from tenants.graphql.lookup import visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.permissions import Permission

_NAME: Final = "Unique at its asset, up to 100 characters."
_SIGN: Final = (
    "Whether readings are sent with what comes out of the asset as positive, as inverters do; "
    "they are turned on the way in. Of power and energy alone."
)
_LEAST: Final = "Values below it are kept and told as implausible [unit of the series]."
_MOST: Final = "Values above it are kept and told as implausible [unit of the series]."
_EXPECTED: Final = (
    "How long after the end of an event its value is to be there [min, >= 0]; of an instantaneous "
    "sensor, how long after a reading the next."
)
_ZONE: Final = "IANA name: whose days and months its series follows; null for its asset's."


@strawberry.input(description="What is known at which asset.")
class AddSensorInput(MutationInput):
    asset: relay.GlobalID = strawberry.field(description="At which asset.")
    name: str = strawberry.field(description=_NAME)
    quantity: Quantity = strawberry.field(description="What it tells, and its unit.")
    resolution_minutes: float = strawberry.field(
        default=15.0,
        description="Length of an event [min]: 1, 5, 10, 15, 30 or 60; 0 for an instantaneous "
        "sensor, whose readings are points in time.",
    )
    outward_positive: bool = strawberry.field(default=False, description=_SIGN)
    minimum: float | None = strawberry.field(default=None, description=_LEAST)
    maximum: float | None = strawberry.field(default=None, description=_MOST)
    expected_within_minutes: float | None = strawberry.field(default=None, description=_EXPECTED)
    time_zone: str | None = strawberry.field(default=None, description=_ZONE)


@strawberry.input(
    description="What to change; what is left out stays. Quantity and resolution are what values "
    "were recorded for, and stay."
)
class ChangeSensorInput(MutationInput):
    sensor: relay.GlobalID = strawberry.field(description="Which.")
    name: str | None = strawberry.field(default=UNSET, description=_NAME)
    outward_positive: bool | None = strawberry.field(default=UNSET, description=_SIGN)
    minimum: float | None = strawberry.field(
        default=UNSET, description=f"{_LEAST} Null takes it back."
    )
    maximum: float | None = strawberry.field(
        default=UNSET, description=f"{_MOST} Null takes it back."
    )
    expected_within_minutes: float | None = strawberry.field(
        default=UNSET, description=f"{_EXPECTED} Null: none is expected."
    )
    time_zone: str | None = strawberry.field(default=UNSET, description=_ZONE)


@strawberry.input(description="Which sensor is removed.")
class RemoveSensorInput(MutationInput):
    sensor: relay.GlobalID = strawberry.field(
        description="Which: no virtual sensor is put together from it, no device and no connection "
        "uses it."
    )


@strawberry.type(description="What was removed.")
class RemovedSensor:
    sensor: str = strawberry.field(description="Its identifier, which names nothing any more.")
    beliefs: int = strawberry.field(
        description="How many beliefs went with it, present and superseded ones [count]."
    )


@strawberry.type(description="The sensor, or why there is none.")
class AddSensorPayload(Payload[SensorNode]):
    pass


@strawberry.type(description="The sensor as it is now, or why it is as before.")
class ChangeSensorPayload(Payload[SensorNode]):
    pass


@strawberry.type(description="What was removed, or why it was not.")
class RemoveSensorPayload(Payload[RemovedSensor]):
    pass


@strawberry.type
class SensorsMutation:
    @mutation(
        AddSensorPayload,
        needs=Permission.ASSET_MANAGE,
        description="Add a sensor: a series of one quantity, which readings are recorded at.",
    )
    def add_sensor(self, info: Info, input: AddSensorInput) -> Sensor:
        asset = visible_row(Asset, input.asset, info, field="asset")
        wanted = services.NewSensor(
            name=input.name,
            quantity=input.quantity,
            resolution=minutes("resolution_minutes", input.resolution_minutes),
            outward_positive=input.outward_positive,
            minimum=input.minimum,
            maximum=input.maximum,
            expected_within=_expected_within(input.expected_within_minutes),
            time_zone=input.time_zone or "",
        )
        try:
            return services.add_sensor(actor=info.context.actor, asset=asset, sensor=wanted)
        except ValidationError as refusal:
            raise named_as_given(refusal) from refusal

    @mutation(
        ChangeSensorPayload,
        needs=Permission.ASSET_MANAGE,
        description="Change a sensor's name, sign, limits, expected arrival or time zone. Values "
        "that were recorded stay as they are.",
    )
    def change_sensor(self, info: Info, input: ChangeSensorInput) -> Sensor:
        sensor = visible_row(Sensor, input.sensor, info, field="sensor")
        changed = given_of(input, "name", "outward_positive")
        changed |= given_of(input, "minimum", "maximum", "time_zone", null_is_given=True)
        if "time_zone" in changed:
            changed["time_zone"] = changed["time_zone"] or ""
        if input.expected_within_minutes is not UNSET:
            changed["expected_within"] = _expected_within(input.expected_within_minutes)
        for name, value in changed.items():
            setattr(sensor, name, value)
        try:
            services.change_sensor(actor=info.context.actor, sensor=sensor, fields=[*changed])
        except ValidationError as refusal:
            raise named_as_given(refusal) from refusal
        return sensor

    @mutation(
        RemoveSensorPayload,
        needs=Permission.ASSET_MANAGE,
        description="Remove a sensor for good, with all that is and was believed of it, its "
        "annotations, its forecast plan and its forecasts: none of it can be read any more, not "
        "even by `asOf`. The audit log keeps that it was there.",
    )
    def remove_sensor(self, info: Info, input: RemoveSensorInput) -> RemovedSensor:
        sensor = visible_row(Sensor, input.sensor, info, field="sensor")
        beliefs = services.remove_sensor(actor=info.context.actor, sensor=sensor)
        return RemovedSensor(sensor=str(input.sensor), beliefs=beliefs)


def minutes(field: str, given: float) -> timedelta:
    """Return ``given`` minutes.

    Raises:
        ValidationError: by ``field``; no span of time is so long.
    """
    try:
        return timedelta(minutes=given)
    except (OverflowError, ValueError) as error:
        raise wrong(field, f"{given} is no length of time in minutes", code="range") from error


def named_as_given(refusal: ValidationError) -> ValidationError:
    """Return the refusal of a sensor's service by the names of the interface's fields."""
    if not hasattr(refusal, "error_dict"):
        return refusal
    given = {"resolution": "resolution_minutes", "expected_within": "expected_within_minutes"}
    return ValidationError({given.get(name, name): e for name, e in refusal.error_dict.items()})


def _expected_within(given: float | None) -> timedelta | None:
    return None if given is None else minutes("expected_within_minutes", given)
