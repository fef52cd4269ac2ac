"""Documents of measurements, from which parameters are identified."""

from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.quantities import Document, Number

#: Two weeks of five minutes are plenty; a year of quarters is the most.
_MOST: int = 366 * 96
Series = Annotated[tuple[Number | None, ...], Field(min_length=2, max_length=_MOST + 1)]


class MeasuredBuilding(Document):
    """A building over time, in equal steps; null where nothing was measured.

    Attributes:
        step_minutes: length of a step.
        indoor_c: temperature at the start of each step.
        outdoor_c: mean of each step.
        heat_kw: heat into the building, mean of each step.
        sun_kw_per_m2: global irradiance, mean of each step; none where it is left out.
        capacities: 1 (air and walls together) or 2.
    """

    kind: Literal["building"] = "building"
    step_minutes: Annotated[int, Strict(), Field(ge=1, le=60)] = 15
    indoor_c: Series
    outdoor_c: Series
    heat_kw: Series
    sun_kw_per_m2: Series | None = None
    capacities: Literal[1, 2] = 2

    @model_validator(mode="after")
    def _alike(self) -> Self:
        for name in ("outdoor_c", "heat_kw", "sun_kw_per_m2"):
            series = getattr(self, name)
            if series is not None and len(series) != len(self.indoor_c):
                raise PydanticCustomError(
                    "length",
                    "{name} has {given} values, indoor_c {wanted}",
                    {"name": name, "given": len(series), "wanted": len(self.indoor_c)},
                )
        return self


class MeasuredBattery(Document):
    """A battery over time, in equal steps; null where nothing was measured.

    Attributes:
        step_minutes: length of a step.
        power_kw: mean of each step, positive into the battery.
        stock_kwh: at the start of each step and at the end: one value more.
    """

    kind: Literal["battery"] = "battery"
    step_minutes: Annotated[int, Strict(), Field(ge=1, le=60)] = 15
    power_kw: Series
    stock_kwh: Series

    @model_validator(mode="after")
    def _alike(self) -> Self:
        if len(self.stock_kwh) != len(self.power_kw) + 1:
            raise PydanticCustomError(
                "length",
                "stock_kwh has {given} values: one more than power_kw is needed, {wanted}",
                {"given": len(self.stock_kwh), "wanted": len(self.power_kw) + 1},
            )
        return self


Measured = Annotated[MeasuredBuilding | MeasuredBattery, Field(discriminator="kind")]
