"""Virtual sensors in the public interface: added, and put together anew."""

from collections.abc import Sequence

import strawberry
from django.core.exceptions import ValidationError
from strawberry import relay

from assets import services
from assets.graphql.enums import Quantity
from assets.graphql.sensors import minutes, named_as_given
from assets.graphql.types import SensorNode
from assets.models import Asset, Sensor
from tenants.errors import wrong
from tenants.graphql.context import Info
from tenants.graphql.lookup import find_each_visible, visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.permissions import Permission


@strawberry.input(description="A sensor's part in a virtual one: its value times the factor.")
class TermInput:
    sensor: relay.GlobalID = strawberry.field(
        description="Which: of the same quantity, or power for energy and the reverse; its events "
        "as long as those of the virtual sensor, or a whole part of it."
    )
    factor: float = strawberry.field(
        default=1.0,
        description="1 to add, -1 to subtract, any other number to scale [ratio, either sign].",
    )


@strawberry.input(description="A sensor that is put together from others whenever it is read.")
class AddVirtualSensorInput(MutationInput):
    asset: relay.GlobalID = strawberry.field(description="At which asset.")
    name: str = strawberry.field(description="Unique at the asset.")
    quantity: Quantity = strawberry.field(description="What it tells, and its unit.")
    resolution_minutes: float = strawberry.field(
        default=15.0, description="Length of an event [min]: 1, 5, 10, 15, 30 or 60."
    )
    terms: list[TermInput] = strawberry.field(description="1 to 100 sensors that are added up.")


@strawberry.input(description="Of what a sensor is put together from now on.")
class SetSensorTermsInput(MutationInput):
    sensor: relay.GlobalID = strawberry.field(description="Which; no values were recorded at it.")
    terms: list[TermInput] = strawberry.field(
        description="In place of those before; without any it is no longer virtual."
    )


@strawberry.type(description="The virtual sensor, or why there is none.")
class AddVirtualSensorPayload(Payload[SensorNode]):
    pass


@strawberry.type(description="The sensor as it is now, or why it is as before.")
class SetSensorTermsPayload(Payload[SensorNode]):
    pass


@strawberry.type
class VirtualMutation:
    @mutation(
        AddVirtualSensorPayload,
        needs=Permission.ASSET_MANAGE,
        description="Add a sensor that is the sum of others, each times a factor: a sum, a "
        "difference, a meter less its submeters, a scaled series.",
    )
    def add_virtual_sensor(self, info: Info, input: AddVirtualSensorInput) -> Sensor:
        if not input.terms:
            words = "no term is given; at least one is right"
            raise wrong("terms", words, code="length", minimum=1, maximum=services.MAX_TERMS)
        resolution = minutes("resolution_minutes", input.resolution_minutes)
        wanted = services.NewSensor(
            input.name, input.quantity, resolution, terms=tuple(_terms(input.terms, info))
        )
        asset = visible_row(Asset, input.asset, info, field="asset")
        try:
            return services.add_sensor(actor=info.context.actor, asset=asset, sensor=wanted)
        except ValidationError as refusal:
            raise named_as_given(refusal) from refusal

    @mutation(
        SetSensorTermsPayload,
        needs=Permission.ASSET_MANAGE,
        description="Put a sensor together from others, in place of what it was put together from.",
    )
    def set_sensor_terms(self, info: Info, input: SetSensorTermsInput) -> Sensor:
        sensor = visible_row(Sensor, input.sensor, info, field="sensor")
        services.set_terms(actor=info.context.actor, sensor=sensor, terms=_terms(input.terms, info))
        return sensor


def _terms(given: Sequence[TermInput], info: Info) -> list[services.NewTerm]:
    if len(given) > services.MAX_TERMS:  # before each is looked up
        words = f"{len(given)} terms: at most {services.MAX_TERMS}"
        raise wrong("terms", words, code="too_long", maximum=services.MAX_TERMS)
    sensors = find_each_visible(Sensor, [each.sensor for each in given], info)
    terms = []
    for index, (term, sensor) in enumerate(zip(given, sensors, strict=True)):
        if sensor is None:
            raise wrong(f"terms.{index}.sensor", "no such Sensor", code="not_found")
        terms.append(services.NewTerm(sensor, term.factor))
    return terms
