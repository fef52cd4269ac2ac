"""Fields that stocks and flows of several kinds have in common."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scheduling.flex.devices.fixed import Placed
from scheduling.flex.goals import StockGoal
from scheduling.flex.quantities import (
    Document,
    NotNegative,
    Number,
    Positive,
    Varying,
    VaryingLoss,
    VaryingMagnitude,
)


class Holding(Document):
    """A stock.

    Attributes:
        stock_at_start_kwh: held at the start, where no stock sensor tells.
        stock_min_kwh, stock_max_kwh: hard bound at the end of each step; none where null.
        stock_at_end_min_kwh: the stock to end with at least; hard.
        end_value_per_kwh: what a kWh more in stock at the end than at the start is worth.
            When not given, what refilling it costs in the cheapest quarter of the window.
        loss_per_hour: share of the stock lost by standing.
        gain_kw: power into the stock past all devices, such as heat from the sun.
        usage_kw: power out of the stock past all devices, such as heat drawn.
        goals: minima, maxima and targets at moments or over spans, hard or priced.
    """

    stock_at_start_kwh: NotNegative
    stock_min_kwh: Varying | None = 0.0
    stock_max_kwh: VaryingMagnitude | None = None
    stock_at_end_min_kwh: NotNegative | None = None
    end_value_per_kwh: Number | None = None
    loss_per_hour: VaryingLoss = 0.0
    gain_kw: Varying = 0.0
    usage_kw: Varying = 0.0
    goals: tuple[StockGoal, ...] = ()


class Cut(Document):
    """Charging power is at most ``at_empty_kw - drop_kw_per_kwh · stock``: less near full.

    Where that is less than nothing, it is nothing.

    Attributes:
        at_empty_kw: where the line meets an empty store.
        drop_kw_per_kwh: how much less for each kWh in stock.
    """

    at_empty_kw: Positive
    drop_kw_per_kwh: NotNegative


class Rise(Document):
    """Discharging power is at most ``at_empty_kw + rise_kw_per_kwh · stock``: less near empty.

    Attributes:
        at_empty_kw: where the line meets an empty store.
        rise_kw_per_kwh: how much more for each kWh in stock.
    """

    at_empty_kw: NotNegative
    rise_kw_per_kwh: NotNegative


#: What a store draws near full, and gives near empty.
ChargeTaper = Annotated[tuple[Cut, ...], Field(max_length=8)]
DischargeTaper = Annotated[tuple[Rise, ...], Field(max_length=8)]


class Band(Document):
    """Power lies from ``low_kw`` to ``high_kw``.

    Attributes:
        low_kw, high_kw: bound of the band; positive drawn, negative given.
    """

    low_kw: Number
    high_kw: Number

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.low_kw > self.high_kw:
            raise PydanticCustomError("band", "low_kw should not be above high_kw")
        return self


class Surcharge(Document):
    """What hard driving costs more: wear that is convex in power.

    Attributes:
        above_kw: the power, drawn or given, from which on it costs more.
        cost_per_kwh: of each kWh that is drawn or given beyond that power.
    """

    above_kw: NotNegative
    cost_per_kwh: Positive


class Switched(Document):
    """Something that is on or off, and cannot change as often as one likes.

    Attributes:
        run_min_minutes: it stays on at least so long.
        pause_min_minutes: it stays off at least so long.
        start_price: of each start.
    """

    run_min_minutes: NotNegative = 0.0
    pause_min_minutes: NotNegative = 0.0
    start_price: NotNegative = 0.0

    @property
    def is_switched(self) -> bool:
        """Whether starts matter at all."""
        return bool(self.run_min_minutes or self.pause_min_minutes or self.start_price)


class Flowing(Placed, Switched):
    """Power between a node and a stock, or just drawn and given.

    Attributes:
        charge_limit_kw: the most that it draws.
        discharge_limit_kw: the most that it gives.
        charge_min_kw: draws nothing or at least this.
        discharge_min_kw: gives nothing or at least this.
        bands: if any, the power lies in one of them in each step.
        ramp_kw_per_hour: how fast the power can change.
        power_before_kw: the power before the window, where a ramp or a run starts and no power
            sensor tells.
        state_before_minutes: how long it has run, or stood still, when the window begins; long
            enough to change when not given.
        charge_taper: cuts that leave less power near full.
        discharge_taper: cuts that leave less power near empty.
        surcharges: what high power costs more.
    """

    charge_limit_kw: VaryingMagnitude
    discharge_limit_kw: VaryingMagnitude
    charge_min_kw: VaryingMagnitude = 0.0
    discharge_min_kw: VaryingMagnitude = 0.0
    bands: tuple[Band, ...] = ()
    ramp_kw_per_hour: Positive | None = None
    power_before_kw: Number | None = None
    state_before_minutes: NotNegative | None = None
    charge_taper: ChargeTaper = ()
    discharge_taper: DischargeTaper = ()
    surcharges: Annotated[tuple[Surcharge, ...], Field(max_length=8)] = ()

    @model_validator(mode="after")
    def _switched_runs_one_way(self) -> Self:
        if self.is_switched and not (
            _is_nothing(self.charge_limit_kw) or _is_nothing(self.discharge_limit_kw)
        ):
            raise PydanticCustomError(
                "switched",
                "run_min_minutes, pause_min_minutes and start_price are for what runs one way: "
                "charge_limit_kw or discharge_limit_kw should be 0",
            )
        for side in ("charge", "discharge"):
            least, most = getattr(self, f"{side}_min_kw"), getattr(self, f"{side}_limit_kw")
            for low, high in _pairs(least, most):
                if low > high > 0:
                    raise PydanticCustomError(
                        "least_above_most",
                        "{side}_min_kw, {least} kW, is above {side}_limit_kw, {most} kW",
                        {"side": side, "least": low, "most": high},
                    )
        return self

    @model_validator(mode="after")
    def _some_band_is_within_the_limits(self) -> Self:
        drawn, given = self.charge_limit_kw, self.discharge_limit_kw
        if not self.bands or not isinstance(drawn, float) or not isinstance(given, float):
            return self
        if all(band.low_kw > drawn or band.high_kw < -given for band in self.bands):
            raise PydanticCustomError(
                "band",
                "no band is within the limits, from {least} to {most} kW",
                {"least": -given, "most": drawn},
            )
        return self


def check_least(document: Document, least: str, most: str) -> None:
    """Check that power can be what field ``least`` says in some step, by what ``most`` says.

    Raises:
        PydanticCustomError: it never can, though the limit is above 0.
    """
    low, high = getattr(document, least), getattr(document, most)
    highest = max(high) if isinstance(high, tuple) else high
    if isinstance(highest, float) and low > highest > 0:
        raise PydanticCustomError(
            "least_above_most",
            "{least}, {low} kW, is above {most}, {high} kW: it could never run",
            {"least": least, "most": most, "low": low, "high": highest},
        )


def _pairs(one: Any, other: Any) -> Sequence[tuple[float, float]]:
    """Return the numbers of both step by step, as far as they are numbers."""
    if isinstance(one, float) and isinstance(other, float):
        return [(one, other)]
    many = [each for each in (one, other) if isinstance(each, tuple)]
    if not many or not all(isinstance(each, float | tuple) for each in (one, other)):
        return []
    length = len(many[0])
    first, second = ((each,) * length if isinstance(each, float) else each for each in (one, other))
    return list(zip(first, second, strict=False))


def _is_nothing(quantity: object) -> bool:
    numbers = quantity if isinstance(quantity, tuple) else (quantity,)
    return all(number == 0.0 for number in numbers)
