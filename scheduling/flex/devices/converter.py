"""Converters: devices with several ports whose powers keep a fixed ratio."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.quantities import Document, Name, Positive, VaryingMagnitude


class Port(Document):
    """Where a converter takes from or gives to a commodity.

    Attributes:
        node: a node's or a commodity's name; the grid connection if not given.
        ratio: power at this port per unit of the converter's activity.
        limit_kw: of the power at this port.
    """

    name: Name
    node: Name | None = None
    direction: Literal["in", "out"]
    ratio: Positive = 1.0
    limit_kw: VaryingMagnitude | None = None


class Converter(Document):
    """A combined heat and power plant, a boiler, an electrolyser.

    A gas engine that makes 0.4 kWh of electricity and 0.5 kWh of heat of 1 kWh of gas has
    ports with ratios 1 (in), 0.4 and 0.5 (out).
    """

    kind: Literal["converter"] = "converter"
    name: Name
    ports: Annotated[tuple[Port, ...], Field(min_length=2, max_length=8)]

    @model_validator(mode="after")
    def _some_port_has_a_limit(self) -> Self:
        if all(port.limit_kw is None for port in self.ports):
            raise PydanticCustomError("converter", "at least one port should have a limit_kw")
        if len({port.name for port in self.ports}) < len(self.ports):
            raise PydanticCustomError("converter", "two ports have the same name")
        return self
