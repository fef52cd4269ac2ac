"""Electric vehicles: sessions at a charging point."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.devices.fixed import Placed
from scheduling.flex.devices.storing import ChargeTaper, DischargeTaper, check_least
from scheduling.flex.quantities import (
    Document,
    Moment,
    NotNegative,
    Positive,
    Share,
    VaryingMagnitude,
)

#: Between a phase and neutral of a European low-voltage network (EN 60038) [kV].
PHASE_KV: Final = 0.23


class Charger(Document):
    """A charging point as its currents say it (IEC 61851: nothing, or 6 A and more).

    Attributes:
        current_min_a: the least current per phase when it charges at all.
        current_max_a: the most current per phase.
        phases: how many phases charge, 1 or 3; both where it can switch between them. On one of
            them it is on ``phase`` of the session.
    """

    current_min_a: NotNegative = 6.0
    current_max_a: Positive = 16.0
    phases: Annotated[tuple[Literal[1, 3], ...], Field(min_length=1)] = (3,)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.current_min_a > self.current_max_a:
            raise PydanticCustomError("current", "current_min_a should not be above current_max_a")
        return self

    @property
    def ranges_kw(self) -> list[tuple[float, float]]:
        """Least and most power per number of phases, ascending [kW]."""
        return [
            (PHASE_KV * phases * self.current_min_a, PHASE_KV * phases * self.current_max_a)
            for phases in sorted(set(self.phases))
        ]


class Vehicle(Placed):
    """One session of a vehicle, from ``arrival`` to ``departure``.

    What is missing at departure is priced, never silently lost; a session of higher
    ``priority`` pays more for it, and so is served first. Of a session that lasts beyond the
    window it is missing already at the end of it what full power could not make up for later.

    Attributes:
        arrival: when it is plugged in.
        departure: when it leaves.
        capacity_kwh: usable stock from empty to full.
        stock_at_arrival_kwh: held when it arrives; as measured where it is there already.
        stock_at_departure_kwh: what the driver asked for.
        stock_min_kwh: what giving back leaves in it at least; nothing is given back below it.
        charge_limit_kw: the most that it draws; or else give ``charger``.
        charge_min_kw: draws nothing or at least this.
        charger: the charging point's currents and phases, instead of those two.
        discharge_limit_kw: above zero where the vehicle may give back (V2G).
        charge_taper: cuts that leave less power near full.
        discharge_taper: cuts that leave less power near empty.
        charge_efficiency, discharge_efficiency: each way.
        missed_price_per_kwh: per kWh missing at departure, times ``priority``.
        priority: how much more a missing kWh counts than that of others; where that makes it
            cheaper than the energy, it stays missing.
        wear_cost_per_kwh: per kWh given back; what is charged for driving is needed anyway.
    """

    kind: Literal["ev"] = "ev"
    arrival: Moment
    departure: Moment
    capacity_kwh: Positive
    stock_at_arrival_kwh: NotNegative
    stock_at_departure_kwh: NotNegative
    stock_min_kwh: NotNegative = 0.0
    charge_limit_kw: VaryingMagnitude | None = None
    charge_min_kw: NotNegative = 0.0
    charger: Charger | None = None
    discharge_limit_kw: VaryingMagnitude = 0.0
    charge_taper: ChargeTaper = ()
    discharge_taper: DischargeTaper = ()
    charge_efficiency: Share = 0.93
    discharge_efficiency: Share = 0.93
    missed_price_per_kwh: Positive = 1.0
    priority: Positive = 1.0
    wear_cost_per_kwh: NotNegative = 0.07

    @model_validator(mode="after")
    def _session_makes_sense(self) -> Self:
        if self.departure <= self.arrival:
            raise PydanticCustomError("session", "departure should be after arrival")
        for field in ("stock_at_arrival_kwh", "stock_at_departure_kwh", "stock_min_kwh"):
            if getattr(self, field) > self.capacity_kwh:
                raise PydanticCustomError(
                    "stock_above_maximum",
                    "{field} is {stock} kWh, above the maximum of {most} kWh",
                    {"field": field, "stock": getattr(self, field), "most": self.capacity_kwh},
                )
        if (self.charge_limit_kw is None) == (self.charger is None):
            raise PydanticCustomError("charger", "give either charge_limit_kw or charger")
        if self.charger is not None and self.charge_min_kw:
            raise PydanticCustomError("charger", "charger says the least power: no charge_min_kw")
        if self.phase is not None and self.charger is not None and 1 not in self.charger.phases:
            raise PydanticCustomError("charger", "a charger of three phases is on no phase alone")
        check_least(self, "charge_min_kw", "charge_limit_kw")
        return self
