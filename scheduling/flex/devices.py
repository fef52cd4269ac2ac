"""Devices of a site, one class per kind. Power is positive into the device."""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.quantities import (
    Document,
    LossShare,
    Name,
    NotNegative,
    Number,
    Positive,
    Share,
    Varying,
    VaryingMagnitude,
)


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


class Battery(Document):
    """A store that is charged and discharged at the site.

    Attributes:
        capacity_kwh: usable stock from empty to full.
        stock_at_end_min_kwh: the stock to end with at least (hard).
        end_value_per_kwh: what a kWh more in stock at the end than at the start is worth.
            When not given, what refilling it costs in the cheapest quarter of the window.
        loss_per_hour: share of the stock lost by standing.
        wear_cost_per_kwh: per kWh discharged; the default of ``chemistry`` when not given.
    """

    kind: Literal["battery"] = "battery"
    name: Name
    capacity_kwh: Positive
    charge_limit_kw: VaryingMagnitude
    discharge_limit_kw: VaryingMagnitude
    charge_efficiency: Share = 0.95
    discharge_efficiency: Share = 0.95
    loss_per_hour: LossShare = 0.0
    stock_at_start_kwh: NotNegative
    stock_min_kwh: VaryingMagnitude = 0.0
    stock_max_kwh: VaryingMagnitude | None = None
    stock_at_end_min_kwh: NotNegative | None = None
    end_value_per_kwh: Number | None = None
    chemistry: Chemistry = Chemistry.LFP_INDUSTRIAL
    wear_cost_per_kwh: NotNegative | None = None

    @property
    def wear_price(self) -> float:
        """Currency per kWh discharged."""
        given = self.wear_cost_per_kwh
        return WEAR_COST_PER_KWH[self.chemistry] if given is None else given

    @model_validator(mode="after")
    def _stock_fits(self) -> Self:
        self._check("stock_at_start_kwh", self.stock_at_start_kwh)
        self._check("stock_at_end_min_kwh", self.stock_at_end_min_kwh)
        for field in ("stock_min_kwh", "stock_max_kwh"):
            value = getattr(self, field)
            values = value if isinstance(value, tuple) else (value,)
            for number in values:
                if isinstance(number, float):
                    self._check(field, number)
        return self

    def _check(self, field: str, stock_kwh: float | None) -> None:
        most = self.capacity_kwh
        if field != "stock_max_kwh" and isinstance(self.stock_max_kwh, float):
            most = min(most, self.stock_max_kwh)
        if stock_kwh is not None and stock_kwh > most:
            raise PydanticCustomError(
                "stock_above_maximum",
                "{field} is {stock} kWh, above the maximum of {most} kWh",
                {"field": field, "stock": stock_kwh, "most": most},
            )


class Load(Document):
    """Consumption that no plan can move."""

    kind: Literal["load"] = "load"
    name: Name
    power_kw: Varying


class Photovoltaics(Document):
    """Solar generation, held back when that is cheaper and the device can.

    Attributes:
        available_kw: what the sun would give, as a magnitude.
        curtailment_cost_per_kwh: paid per kWh held back, for instance a lost subsidy.
    """

    kind: Literal["pv"] = "pv"
    name: Name
    available_kw: VaryingMagnitude
    curtailable: bool = True
    curtailment_cost_per_kwh: NotNegative = 0.0


Device = Annotated[
    Annotated[Battery, Tag("kind:battery")]
    | Annotated[Load, Tag("kind:load")]
    | Annotated[Photovoltaics, Tag("kind:pv")],
    Discriminator(lambda value: f"kind:{_kind(value)}"),
]
Devices = Annotated[tuple[Device, ...], Field(max_length=2_000)]


def _kind(value: object) -> object:
    return value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
