"""Heat pumps and buildings as rows of a problem."""

import numpy as np
from numpy.typing import NDArray

from scheduling.flex.devices.heat import Building, Carnot, Heating, HeatPump
from scheduling.formulation.goals import Goal
from scheduling.planning.builder import Builder, Contradiction, FlowRow, Reading, StockRow
from scheduling.planning.flows import add_least, add_ramp
from scheduling.planning.stocks import add_holding

Array = NDArray[np.float64]

_ZERO_C_IN_K = 273.15


def add_heat_pump(builder: Builder, device: HeatPump) -> None:
    """Add a tank and the power that heats it."""
    stock = add_holding(builder, device, device.name, device.capacity_kwh)
    flow = _add_heating(builder, device, stock)
    builder.readings[device.name] = Reading(flow=flow, stock=stock)


def add_building(builder: Builder, device: Building) -> None:
    """Add heat as a stock: zero degrees hold none, and what leaves goes with the temperature."""
    heat, loss = device.heat_capacity_kwh_per_k, device.loss_kw_per_k
    nothing = np.zeros(builder.n_steps)
    stock = builder.add_stock(
        StockRow(
            name=device.name,
            initial=heat * device.temperature_at_start_c,
            end_value=0.0,
            kept=nothing + np.exp(-loss / heat * builder.step_hours),
            gain=builder.series(device.gains_kw) + loss * builder.series(device.outdoor_c),
            floor=nothing - np.inf,
            ceiling=nothing + np.inf,
        )
    )
    builder.goals.append(
        Goal(
            name=f"comfort of {device.name}",
            stock=stock,
            lowest=heat * builder.series(device.temperature_min_c),
            highest=heat * builder.series(device.temperature_max_c),
            price=device.comfort_price_per_kh / heat,
            price_of_most=0.0,
        )
    )
    flow = _add_heating(builder, device, stock)
    builder.readings[device.name] = Reading(flow=flow, stock=stock, kelvin_per_kwh=1.0 / heat)


def _add_heating(builder: Builder, device: Heating, stock: int) -> int:
    nothing = np.zeros(builder.n_steps)
    cop = builder.series(1.0 if device.cop is None else device.cop)
    if device.carnot is not None:
        cop = _carnot_cop(builder, device.carnot, device.name)
    flow = builder.add_flow(
        FlowRow(
            name=device.name,
            node=builder.node_of[device.node],
            stock=stock,
            charge_limit=builder.series(device.electric_limit_kw),
            discharge_limit=nothing,
            charge_efficiency=cop,
            discharge_efficiency=nothing + 1.0,
        )
    )
    least = nothing + device.electric_min_kw
    add_least(builder, device, flow, least, before_kw=device.power_before_kw)
    add_ramp(builder, flow, device.ramp_kw_per_hour, before_kw=device.power_before_kw)
    return flow


def _carnot_cop(builder: Builder, carnot: Carnot, name: str) -> Array:
    """Return share · T / (T - outdoor) per step, T the supply temperature in K.

    Raises:
        Contradiction: it is to heat to less than absolute zero.
    """
    supply, outdoor = builder.series(carnot.supply_c), builder.series(carnot.outdoor_c)
    if supply.min() <= -_ZERO_C_IN_K:
        raise Contradiction(f"{name}: supply_c is below absolute zero")
    lift = supply - outdoor
    with np.errstate(divide="ignore"):
        ideal = np.where(lift > 0, (supply + _ZERO_C_IN_K) / np.maximum(lift, 0.0), np.inf)
    return np.minimum(carnot.carnot_share * ideal, carnot.cop_max)
