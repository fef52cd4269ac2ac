"""Documents of measurements, from which parameters are identified."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.devices.battery import Chemistry, life_of
from scheduling.flex.parts import Currency
from scheduling.flex.quantities import Document, Number, Positive
from scheduling.formulation.ageing import Life

#: Two weeks of five minutes are plenty; a year of quarters is the most.
_MOST: Final = 366 * 96
#: Fewer stocks make no cycle.
LEAST_STOCKS: Final = 3
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


class MeasuredStock(Document):
    """What a battery held over time, null where nothing was measured, and how it wears.

    Attributes:
        capacity_kwh: usable stock from empty to full.
        stock_kwh: over time; steps need not be equal.
        chemistry, replacement_cost_per_kwh, full_cycles, depth_exponent: as of a battery in
            ``flex.devices``.
        currency: of the cost, three letters.
    """

    capacity_kwh: Positive
    stock_kwh: Series
    chemistry: Chemistry = Chemistry.LFP_INDUSTRIAL
    replacement_cost_per_kwh: Positive | None = None
    full_cycles: Positive | None = None
    depth_exponent: Annotated[float, Strict(), Field(ge=1, le=5)] | None = None
    currency: Currency = "EUR"

    @property
    def life(self) -> Life:
        """What wears it out: what is given, else what its chemistry says."""
        return life_of(self)

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        known = [each for each in self.stock_kwh if each is not None]
        if len(known) < LEAST_STOCKS:
            raise PydanticCustomError(
                "length",
                "stock_kwh: {known} values are known; at least {least} are needed",
                {"known": len(known), "least": LEAST_STOCKS},
            )
        beyond = next((each for each in known if not 0 <= each <= self.capacity_kwh * 1.1), None)
        if beyond is not None:
            raise PydanticCustomError(
                "stock_above_maximum",
                "stock_kwh holds {stock} kWh: it should be from 0 to capacity_kwh, {most}",
                {"stock": beyond, "most": self.capacity_kwh},
            )
        return self
