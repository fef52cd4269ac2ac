"""The GraphQL mutation that asks what a building or a battery is."""

from datetime import datetime, timedelta
from typing import Literal, cast

import strawberry
from strawberry import relay

from assets.models import Asset, Sensor
from assets.timegrid import TimeGrid
from scheduling import services
from scheduling.graphql.identification_types import IdentificationNode
from scheduling.models import Identification
from tenants.errors import wrong
from tenants.graphql.context import Info
from tenants.graphql.lookup import visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.permissions import Permission


@strawberry.input(description="Where a building is measured.")
class BuildingSensorsInput:
    indoor: relay.GlobalID = strawberry.field(description="A TEMPERATURE sensor inside.")
    outdoor: relay.GlobalID = strawberry.field(description="A TEMPERATURE sensor outside.")
    heat: relay.GlobalID = strawberry.field(
        description="A POWER sensor of the heat into the building."
    )
    irradiance: relay.GlobalID | None = strawberry.field(
        default=None,
        description="An IRRADIANCE sensor; the sun is left out when not given.",
    )
    capacities: int = strawberry.field(
        default=2, description="1 (air and walls together) or 2 [count, >= 1]."
    )


@strawberry.input(description="Of what, and over which span.")
class RequestIdentificationInput(MutationInput):
    asset: relay.GlobalID = strawberry.field(description="The building or the battery.")
    start: datetime = strawberry.field(description="Start of what is read, with an offset.")
    end: datetime = strawberry.field(description="Its end, not part of it; a day later at least.")
    step_minutes: int = strawberry.field(default=15, description="Length of a step [min], 1 to 60.")
    building: BuildingSensorsInput | None = strawberry.field(
        default=None,
        description="Where a building is measured. Without it the asset is a battery, and the "
        "sensors of power and stock that are kept with it are read.",
    )


@strawberry.type(description="A queued identification, or why there is none.")
class RequestIdentificationPayload(Payload[IdentificationNode]):
    pass


@strawberry.type
class IdentificationMutation:
    @mutation(
        RequestIdentificationPayload,
        needs=Permission.SCHEDULE_REQUEST,
        cost=50,
        description="Ask what a building (resistances, capacities) or a battery (efficiencies) is, "
        "by what was measured. Answers at once with a queued identification; read `identification` "
        "to see how it ends.",
    )
    def request_identification(
        self, info: Info, input: RequestIdentificationInput
    ) -> Identification:
        actor, now = info.context.actor, info.context.received_at
        asset, grid = visible_row(Asset, input.asset, info, field="asset"), _grid(input)
        building = input.building
        if building is None:
            return services.request_battery_identification(
                actor=actor, asset=asset, grid=grid, now=now
            )
        if building.capacities not in {1, 2}:
            raise wrong("building.capacities", "should be 1 or 2", code="choice")
        return services.request_building_identification(
            actor=actor,
            asset=asset,
            sensors=_sensors(building, info),
            grid=grid,
            capacities=cast("Literal[1, 2]", building.capacities),
            now=now,
        )


def _sensors(building: BuildingSensorsInput, info: Info) -> services.BuildingSensors:
    def sensor(name: str) -> Sensor:
        return visible_row(Sensor, getattr(building, name), info, field=f"building.{name}")

    return services.BuildingSensors(
        indoor=sensor("indoor"),
        outdoor=sensor("outdoor"),
        heat=sensor("heat"),
        irradiance=None if building.irradiance is None else sensor("irradiance"),
    )


def _grid(given: RequestIdentificationInput) -> TimeGrid:
    try:
        return TimeGrid.between(given.start, given.end, timedelta(minutes=given.step_minutes))
    except (ValueError, OverflowError) as error:
        raise wrong("end", str(error), code="window") from error
