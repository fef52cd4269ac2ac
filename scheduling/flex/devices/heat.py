"""Heat: heat pumps with a buffer, and buildings that hold heat."""

from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.devices.fixed import Placed
from scheduling.flex.devices.storing import Holding, Switched
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
        outdoor_c: temperature of the source: the air, the ground.
        carnot_share: of the ideal COP that the machine reaches, 0.4 to 0.5.
        cop_max: the best that it does in mild weather.
    """

    supply_c: Varying
    outdoor_c: Varying
    carnot_share: Share = 0.45
    cop_max: Positive = 7.0


class Heating(Placed, Switched):
    """What draws electricity and makes heat.

    Attributes:
        electric_limit_kw: the most that it draws.
        electric_min_kw: draws nothing or at least this.
        cop: heat per electricity; 1 for a heating rod.
        carnot: temperatures that the COP follows, instead of ``cop``.
        ramp_kw_per_hour: how fast the power can change.
        power_before_kw: the power before the window, where a ramp or a run starts.
    """

    electric_limit_kw: VaryingMagnitude
    electric_min_kw: NotNegative = 0.0
    cop: VaryingPositive | None = None
    carnot: Carnot | None = None
    ramp_kw_per_hour: Positive | None = None
    power_before_kw: Number | None = None

    @model_validator(mode="after")
    def _cop_is_one(self) -> Self:
        if self.cop is not None and self.carnot is not None:
            raise PydanticCustomError("cop", "give either cop or carnot")
        return self


class HeatPump(Heating, Holding):
    """A heat pump (or an electric boiler, with ``cop`` 1) that feeds a buffer tank.

    Attributes:
        capacity_kwh: heat in the tank from the lowest to the highest useful temperature.
        usage_kw: the heat drawn from the tank.
    """

    kind: Literal["heat_pump"] = "heat_pump"
    capacity_kwh: Positive

    @model_validator(mode="after")
    def _cop_is_given(self) -> Self:
        if self.cop is None and self.carnot is None:
            raise PydanticCustomError("cop", "give either cop or carnot")
        return self


class Building(Heating):
    """A building heated by electricity: one heat capacity, losses to the outside.

    dT/dt · heat_capacity = cop · power + gains - loss · (T - outdoor). Comfort is priced: a
    Kelvin outside the wanted temperatures for an hour costs ``comfort_price_per_kh``.

    Attributes:
        heat_capacity_kwh_per_k: of the building as a whole.
        loss_kw_per_k: of the building as a whole.
        outdoor_c: temperature outside.
        gains_kw: heat from sun, people and appliances.
        temperature_at_start_c: inside, at the start.
        temperature_min_c, temperature_max_c: inside, as wanted.
        comfort_price_per_kh: of a Kelvin outside of these for an hour.
    """

    kind: Literal["building"] = "building"
    heat_capacity_kwh_per_k: Positive
    loss_kw_per_k: Positive
    outdoor_c: Varying
    gains_kw: Varying = 0.0
    temperature_at_start_c: Number
    temperature_min_c: Varying = 19.0
    temperature_max_c: Varying = 24.0
    comfort_price_per_kh: Annotated[float, Strict(), Field(gt=0)] = 0.5

    @model_validator(mode="after")
    def _range_is_one(self) -> Self:
        low, high = self.temperature_min_c, self.temperature_max_c
        if isinstance(low, float) and isinstance(high, float) and low > high:
            raise PydanticCustomError(
                "temperatures", "temperature_min_c should not be above temperature_max_c"
            )
        return self
