"""Heat: heat pumps with a buffer, and buildings that hold heat."""

from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.devices.fixed import Placed
from scheduling.flex.devices.storing import Holding, Switched, check_least
from scheduling.flex.quantities import (
    Document,
    NotNegative,
    Number,
    Positive,
    Share,
    Varying,
    VaryingMagnitude,
    VaryingPositive,
)


class Carnot(Document):
    """How a heat pump's COP follows the temperatures.

    COP = ``carnot_share`` · (supply + 273.15) / (supply - outdoor), at most ``cop_max``
    (formulation F12).

    Attributes:
        supply_c: temperature that the heat pump heats to, as its heating curve says.
        supply_above_k: instead of that, how far the supply is above what it heats, the tank or the
            air of the building: the COP then falls as that warms, and the plan is refined.
        outdoor_c: temperature of the source: the air, the ground.
        carnot_share: of the ideal COP that the machine reaches, 0.4 to 0.5.
        cop_max: the best that it does in mild weather.
    """

    supply_c: Varying | None = None
    supply_above_k: NotNegative | None = None
    outdoor_c: Varying
    carnot_share: Share = 0.45
    cop_max: Positive = 7.0

    @model_validator(mode="after")
    def _supply_is_one(self) -> Self:
        if (self.supply_c is None) == (self.supply_above_k is None):
            raise PydanticCustomError("supply", "give either supply_c or supply_above_k")
        return self


class Heating(Placed, Switched):
    """What draws electricity and makes heat.

    Attributes:
        electric_limit_kw: the most that it draws.
        electric_min_kw: draws nothing or at least this.
        cop: heat per electricity; 1 for a heating rod.
        carnot: temperatures that the COP follows, instead of ``cop``.
        ramp_kw_per_hour: how fast the power can change.
        power_before_kw: the power before the window, where a ramp or a run starts and no power
            sensor tells.
        state_before_minutes: how long it has run, or stood still, when the window begins; long
            enough to change when not given.
    """

    electric_limit_kw: VaryingMagnitude
    electric_min_kw: NotNegative = 0.0
    cop: VaryingPositive | None = None
    carnot: Carnot | None = None
    ramp_kw_per_hour: Positive | None = None
    power_before_kw: Number | None = None
    state_before_minutes: NotNegative | None = None

    @model_validator(mode="after")
    def _cop_is_one(self) -> Self:
        if self.cop is not None and self.carnot is not None:
            raise PydanticCustomError("cop", "give either cop or carnot")
        check_least(self, "electric_min_kw", "electric_limit_kw")
        return self

    @property
    def is_bent(self) -> bool:
        """Whether the COP depends on how warm the plan lets it become."""
        return self.carnot is not None and self.carnot.supply_above_k is not None


class HeatPump(Heating, Holding):
    """A heat pump (or an electric boiler, with ``cop`` 1) that feeds a buffer tank.

    Attributes:
        capacity_kwh: heat in the tank from the lowest to the highest useful temperature.
        usage_kw: the heat drawn from the tank.
        temperature_empty_c: of the tank when its stock is 0, for ``carnot.supply_above_k``.
        temperature_full_c: of the tank when it holds its capacity.
    """

    kind: Literal["heat_pump"] = "heat_pump"
    capacity_kwh: Positive
    temperature_empty_c: Number | None = None
    temperature_full_c: Number | None = None

    @model_validator(mode="after")
    def _cop_is_given(self) -> Self:
        if self.cop is None and self.carnot is None:
            raise PydanticCustomError("cop", "give either cop or carnot")
        return self

    @model_validator(mode="after")
    def _temperatures_of_the_tank(self) -> Self:
        empty, full = self.temperature_empty_c, self.temperature_full_c
        if self.is_bent != (empty is not None and full is not None):
            raise PydanticCustomError(
                "temperatures",
                "temperature_empty_c and temperature_full_c go with carnot.supply_above_k",
            )
        if empty is not None and full is not None and empty >= full:
            raise PydanticCustomError(
                "temperatures", "temperature_empty_c should be below temperature_full_c"
            )
        return self


class Walls(Document):
    """What is heavy in a building and follows its air slowly: walls, floors (2R2C).

    dT/dt · heat_capacity = exchange · (air - T) + gains - loss · (T - outdoor).

    Attributes:
        heat_capacity_kwh_per_k: of all that is heavy.
        exchange_kw_per_k: between the air and the walls.
        loss_kw_per_k: from the walls to the outside.
        gains_kw: heat into the walls, from the sun on them or a heated floor.
        temperature_at_start_c: of the walls, at the start; that of the air when not given.
    """

    heat_capacity_kwh_per_k: Positive
    exchange_kw_per_k: Positive
    loss_kw_per_k: NotNegative = 0.0
    gains_kw: Varying = 0.0
    temperature_at_start_c: Number | None = None


class Building(Heating):
    """A building heated by electricity: one heat capacity, losses to the outside.

    dT/dt · heat_capacity = cop · power + gains - loss · (T - outdoor). Comfort is priced: a
    Kelvin outside the wanted temperatures for an hour costs ``comfort_price_per_kh``.

    Attributes:
        heat_capacity_kwh_per_k: of the building as a whole; with ``walls``, of its air.
        loss_kw_per_k: of the building as a whole; with ``walls``, what the air loses past them.
        walls: a second capacity, which the air gives to and takes from; none when not given.
        outdoor_c: temperature outside.
        gains_kw: heat from sun, people and appliances.
        temperature_at_start_c: inside, at the start.
        temperature_min_c, temperature_max_c: inside, as wanted.
        comfort_price_per_kh: of a Kelvin outside of these for an hour.
    """

    kind: Literal["building"] = "building"
    heat_capacity_kwh_per_k: Positive
    loss_kw_per_k: NotNegative
    walls: Walls | None = None
    outdoor_c: Varying
    gains_kw: Varying = 0.0
    temperature_at_start_c: Number
    temperature_min_c: Varying = 19.0
    temperature_max_c: Varying = 24.0
    comfort_price_per_kh: Annotated[float, Strict(), Field(gt=0)] = 0.5

    @model_validator(mode="after")
    def _loses_heat(self) -> Self:
        if not self.loss_kw_per_k and (self.walls is None or not self.walls.loss_kw_per_k):
            raise PydanticCustomError(
                "greater_than", "loss_kw_per_k should be greater than 0, here or of the walls"
            )
        return self

    @model_validator(mode="after")
    def _range_is_one(self) -> Self:
        low, high = self.temperature_min_c, self.temperature_max_c
        if isinstance(low, float) and isinstance(high, float) and low > high:
            raise PydanticCustomError(
                "temperatures", "temperature_min_c should not be above temperature_max_c"
            )
        return self
