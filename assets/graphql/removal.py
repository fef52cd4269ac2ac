"""Sensors that are removed, in the public interface."""

import strawberry
from strawberry import relay

from assets import services
from assets.models import Sensor
from tenants.graphql.context import Info
from tenants.graphql.lookup import visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.permissions import Permission


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


@strawberry.type(description="What was removed, or why it was not.")
class RemoveSensorPayload(Payload[RemovedSensor]):
    pass


@strawberry.type
class RemovalMutation:
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
