"""Electric vehicles: sessions at a charging point."""

from typing import Literal, Self

from pydantic import AwareDatetime, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.devices.fixed import Placed
from scheduling.flex.quantities import NotNegative, Positive, Share, VaryingMagnitude


class Vehicle(Placed):
    """One session of a vehicle, from ``arrival`` to ``departure``.

    What is missing at departure is priced, never silently lost; a session of higher
    ``priority`` pays more for it, and so is served first. A session that lasts beyond the
    window is asked for nothing by its end.

    Attributes:
        stock_at_departure_kwh: what the driver asked for.
        charge_min_kw: the least that the charging point gives when it gives anything (6 A:
            1.4 kW on one phase, 4.1 kW on three).
        discharge_limit_kw: above zero where the vehicle may give back (V2G).
        missed_price_per_kwh: per kWh missing at departure, times ``priority``.
        wear_cost_per_kwh: per kWh given back.
    """

    kind: Literal["ev"] = "ev"
    arrival: AwareDatetime
    departure: AwareDatetime
    capacity_kwh: Positive
    stock_at_arrival_kwh: NotNegative
    stock_at_departure_kwh: NotNegative
    charge_limit_kw: VaryingMagnitude
    discharge_limit_kw: VaryingMagnitude = 0.0
    charge_min_kw: NotNegative = 0.0
    charge_efficiency: Share = 0.93
    discharge_efficiency: Share = 0.93
    missed_price_per_kwh: Positive = 1.0
    priority: Positive = 1.0
    wear_cost_per_kwh: NotNegative = 0.07

    @model_validator(mode="after")
    def _session_makes_sense(self) -> Self:
        if self.departure <= self.arrival:
            raise PydanticCustomError("session", "departure should be after arrival")
        for field in ("stock_at_arrival_kwh", "stock_at_departure_kwh"):
            if getattr(self, field) > self.capacity_kwh:
                raise PydanticCustomError(
                    "stock_above_maximum",
                    "{field} is {stock} kWh, above the maximum of {most} kWh",
                    {"field": field, "stock": getattr(self, field), "most": self.capacity_kwh},
                )
        return self
