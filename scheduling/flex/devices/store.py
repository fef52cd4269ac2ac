"""Stores of any kind, stocks that several devices share, and devices without a stock."""

from typing import Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.devices.battery import check_stock
from scheduling.flex.devices.storing import Flowing, Holding
from scheduling.flex.quantities import (
    Document,
    Name,
    NotNegative,
    Positive,
    VaryingMagnitude,
    VaryingPositive,
)


class Converting(Document):
    """What becomes of power on its way into a stock and out of it.

    Attributes:
        charge_efficiency: energy that arrives in stock per energy drawn; above 1 for a COP.
        discharge_efficiency: energy given per energy taken from the stock.
        wear_cost_per_kwh: per kWh discharged; half of it is booked on charging.
    """

    charge_efficiency: VaryingPositive = 1.0
    discharge_efficiency: VaryingPositive = 1.0
    wear_cost_per_kwh: NotNegative = 0.0


class Store(Flowing, Holding, Converting):
    """A store of any kind: a tank, a pond, a cold room. Efficiencies may exceed 1 (a COP).

    Attributes:
        capacity_kwh: the most it holds; no limit when not given.
    """

    kind: Literal["store"] = "store"
    discharge_limit_kw: VaryingMagnitude = 0.0
    capacity_kwh: Positive | None = None

    @model_validator(mode="after")
    def _stock_fits(self) -> Self:
        check_stock(self, float("inf") if self.capacity_kwh is None else self.capacity_kwh)
        return self


class SharedStock(Holding):
    """A stock without power of its own, fed and drawn from by devices of kind ``feeder``.

    Attributes:
        name: by which feeders refer to it.
        capacity_kwh: the most it holds; no limit when not given.
    """

    name: Name
    capacity_kwh: Positive | None = None

    @model_validator(mode="after")
    def _stock_fits(self) -> Self:
        check_stock(self, float("inf") if self.capacity_kwh is None else self.capacity_kwh)
        return self


class Feeder(Flowing, Converting):
    """Feeds and draws from a shared stock.

    Attributes:
        stock: its name.
    """

    kind: Literal["feeder"] = "feeder"
    stock: Name
    discharge_limit_kw: VaryingMagnitude = 0.0


class Adjustable(Flowing):
    """Draws and gives what the plan wants, within its limits: a dimmable load, a generator.

    Attributes:
        cost_per_kwh: of each kWh drawn or given: fuel, wear.
    """

    kind: Literal["adjustable"] = "adjustable"
    charge_limit_kw: VaryingMagnitude = 0.0
    discharge_limit_kw: VaryingMagnitude = 0.0
    cost_per_kwh: NotNegative = 0.0

    @model_validator(mode="after")
    def _holds_nothing(self) -> Self:
        if self.charge_taper or self.discharge_taper:
            raise PydanticCustomError(
                "taper",
                "charge_taper and discharge_taper are for what has a stock: an adjustable holds "
                "nothing",
            )
        return self
