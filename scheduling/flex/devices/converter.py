"""Converters: devices with several ports whose powers keep a fixed ratio."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.devices.heat import Carnot
from scheduling.flex.devices.storing import Switched
from scheduling.flex.quantities import (
    Document,
    Name,
    NotNegative,
    Number,
    Positive,
    VaryingMagnitude,
    VaryingPositive,
)


class Port(Document):
    """Where a converter takes from or gives to a commodity.

    Attributes:
        name: of the port.
        node: a node's or a commodity's name; the nearest connection if not given.
        direction: whether it takes in or gives out.
        ratio: power at this port per unit of the converter's activity.
        cop: instead of ``ratio``, one that varies: the heat of a heat pump per electricity.
        carnot: temperatures that the COP follows, instead of ``cop``; by ``supply_c``.
        limit_kw: the most at this port.
    """

    name: Name
    node: Name | None = None
    direction: Literal["in", "out"]
    ratio: Positive = 1.0
    cop: VaryingPositive | None = None
    carnot: Carnot | None = None
    limit_kw: VaryingMagnitude | None = None

    @model_validator(mode="after")
    def _ratio_is_one(self) -> Self:
        given = [self.cop is not None, self.carnot is not None, self.ratio != 1.0]
        if sum(given) > 1:
            raise PydanticCustomError("ratio", "give one of ratio, cop and carnot")
        if self.carnot is not None and self.carnot.supply_c is None:
            raise PydanticCustomError("supply", "carnot of a port needs supply_c")
        return self


class Converter(Switched):
    """A combined heat and power plant, a boiler, a heat pump, an electrolyser.

    A gas engine that makes 0.4 kWh of electricity and 0.5 kWh of heat of 1 kWh of gas has
    ports with ratios 1 (in), 0.4 and 0.5 (out).

    Attributes:
        name: what it is called, once in a problem.
        ports: two to eight, each at a node of its own. The planned power that is recorded is
            that at the first.
        min_share: of its full power that it runs at least when it runs at all.
        ramp_kw_per_hour: how fast the power at the first port can change.
        power_before_kw: the power at the first port before the window, where a ramp or a run
            starts and no power sensor tells.
        state_before_minutes: how long it has run, or stood still, when the window begins; long
            enough to change when not given.
        cost_per_kwh: of each kWh at the first port: maintenance, wear.
    """

    kind: Literal["converter"] = "converter"
    name: Name
    ports: Annotated[tuple[Port, ...], Field(min_length=2, max_length=8)]
    min_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    ramp_kw_per_hour: Positive | None = None
    power_before_kw: Number | None = None
    state_before_minutes: NotNegative | None = None
    cost_per_kwh: NotNegative = 0.0

    @model_validator(mode="after")
    def _ports_make_sense(self) -> Self:
        if all(port.limit_kw is None for port in self.ports):
            raise PydanticCustomError("converter", "at least one port should have a limit_kw")
        if all(port.direction == "out" for port in self.ports):
            raise PydanticCustomError(
                "converter", "no port has the direction in: energy would come from nothing"
            )
        if len({port.name for port in self.ports}) < len(self.ports):
            raise PydanticCustomError("converter", "two ports have the same name")
        seen: dict[str | None, str] = {}
        for port in self.ports:
            if port.node in seen:
                raise PydanticCustomError(
                    "converter",
                    "ports {first} and {second} are at the same node: each needs a node of its own",
                    {"first": repr(seen[port.node]), "second": repr(port.name)},
                )
            seen[port.node] = port.name
        return self
