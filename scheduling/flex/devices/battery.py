"""Batteries."""

from enum import StrEnum
from typing import Final, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.devices.storing import Flowing, Holding
from scheduling.flex.quantities import NotNegative, Positive, Share


class Chemistry(StrEnum):
    """What a battery is made of and used for, which says what wearing it costs."""

    LFP_INDUSTRIAL = "lfp_industrial"
    LFP_HOME = "lfp_home"
    NMC_VEHICLE = "nmc_vehicle"
    SECOND_LIFE = "second_life"


#: Replacement per usable kWh divided by full cycles to 80 % [currency/kWh discharged].
#: Never zero: a free battery moves energy for the smallest spread, and wears out.
WEAR_COST_PER_KWH: Final = {
    Chemistry.LFP_INDUSTRIAL: 0.02,
    Chemistry.LFP_HOME: 0.04,
    Chemistry.NMC_VEHICLE: 0.07,
    Chemistry.SECOND_LIFE: 0.04,
}


class Battery(Flowing, Holding):
    """A store that is charged and discharged at the site.

    Attributes:
        capacity_kwh: usable stock from empty to full.
        charge_efficiency, discharge_efficiency: each way, at the terminals.
        chemistry: says what wear costs when ``wear_cost_per_kwh`` does not.
        wear_cost_per_kwh: per kWh discharged; half of it is booked on charging.
    """

    kind: Literal["battery"] = "battery"
    capacity_kwh: Positive
    charge_efficiency: Share = 0.95
    discharge_efficiency: Share = 0.95
    chemistry: Chemistry = Chemistry.LFP_INDUSTRIAL
    wear_cost_per_kwh: NotNegative | None = None

    @property
    def wear_price(self) -> float:
        """Currency per kWh discharged."""
        given = self.wear_cost_per_kwh
        return WEAR_COST_PER_KWH[self.chemistry] if given is None else given

    @model_validator(mode="after")
    def _stock_fits(self) -> Self:
        check_stock(self, self.capacity_kwh)
        least = self.stock_min_kwh
        if least is None or (isinstance(least, float) and least < 0):
            raise PydanticCustomError(
                "stock_below_zero", "stock_min_kwh of a battery should be at least 0"
            )
        return self


def check_stock(holding: Holding, capacity_kwh: float) -> None:
    """Check that no number of ``holding`` is above its maximum.

    Raises:
        PydanticCustomError: one is.
    """
    most = capacity_kwh
    if isinstance(holding.stock_max_kwh, float):
        most = min(most, holding.stock_max_kwh)
    for field, bound in (
        ("stock_at_start_kwh", most),
        ("stock_at_end_min_kwh", most),
        ("stock_min_kwh", most),
        ("stock_max_kwh", capacity_kwh),
    ):
        value = getattr(holding, field)
        for number in value if isinstance(value, tuple) else (value,):
            if isinstance(number, float) and number > bound:
                raise PydanticCustomError(
                    "stock_above_maximum",
                    "{field} is {stock} kWh, above the maximum of {most} kWh",
                    {"field": field, "stock": number, "most": bound},
                )
