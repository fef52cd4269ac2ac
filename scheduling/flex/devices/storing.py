"""Fields that stocks and flows of several kinds have in common."""

from typing import Annotated

from pydantic import Field

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
        stock_min_kwh, stock_max_kwh: hard bounds at the end of each step; none where null.
        stock_at_end_min_kwh: the stock to end with at least (hard).
        end_value_per_kwh: what a kWh more in stock at the end than at the start is worth.
            When not given, what refilling it costs in the cheapest quarter of the window.
        loss_per_hour: share of the stock lost by standing.
        gain_kw, usage_kw: into and out of the stock past all devices, such as heat drawn.
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
    """Charging power is at most ``at_empty_kw - drop_kw_per_kwh · stock``: less near full."""

    at_empty_kw: Positive
    drop_kw_per_kwh: NotNegative


class Band(Document):
    """Power lies from ``low_kw`` to ``high_kw`` (positive drawn, negative given)."""

    low_kw: Number
    high_kw: Number


class Flowing(Placed):
    """Power between a node and a stock, or just drawn and given.

    Attributes:
        charge_min_kw: charges with nothing or at least this.
        bands: if any, the power lies in one of them in each step.
        ramp_kw_per_hour: how fast the power can change.
        power_before_kw: the power before the window, where a ramp starts.
    """

    charge_limit_kw: VaryingMagnitude
    discharge_limit_kw: VaryingMagnitude
    charge_min_kw: VaryingMagnitude = 0.0
    bands: tuple[Band, ...] = ()
    ramp_kw_per_hour: Positive | None = None
    power_before_kw: Number | None = None
    charge_taper: Annotated[tuple[Cut, ...], Field(max_length=8)] = ()
