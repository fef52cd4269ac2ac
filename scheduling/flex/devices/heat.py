"""Heat: heat pumps with a buffer, and buildings that hold heat."""

from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.devices.fixed import Placed
from scheduling.flex.devices.storing import Holding
from scheduling.flex.quantities import (
    NotNegative,
    Number,
    Positive,
    Varying,
    VaryingMagnitude,
    VaryingPositive,
)


class HeatPump(Placed, Holding):
    """A heat pump (or an electric boiler, with ``cop`` 1) that feeds a buffer tank.

    Attributes:
        electric_limit_kw, electric_min_kw: it draws nothing, or from the least to the most.
        cop: heat per electricity; one per step when it follows the outdoor temperature.
        capacity_kwh: heat in the tank from the lowest to the highest useful temperature.
        usage_kw: the heat drawn from the tank.
    """

    kind: Literal["heat_pump"] = "heat_pump"
    electric_limit_kw: VaryingMagnitude
    electric_min_kw: NotNegative = 0.0
    cop: VaryingPositive
    capacity_kwh: Positive
    ramp_kw_per_hour: Positive | None = None


class Building(Placed):
    """A building heated by electricity: one heat capacity, losses to the outside.

    dT/dt · heat_capacity = cop · power + gains - loss · (T - outdoor). Comfort is priced: a
    Kelvin outside the wanted temperatures for an hour costs ``comfort_price_per_kh``.

    Attributes:
        heat_capacity_kwh_per_k, loss_kw_per_k: of the building as a whole.
        gains_kw: from sun, people and appliances.
    """

    kind: Literal["building"] = "building"
    electric_limit_kw: VaryingMagnitude
    electric_min_kw: NotNegative = 0.0
    cop: VaryingPositive = 1.0
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
