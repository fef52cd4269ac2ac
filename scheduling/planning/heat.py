"""Heat pumps and buildings as rows of a problem."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.flex.devices.heat import Building, Carnot, Heating, HeatPump, Walls
from scheduling.formulation.bends import Bend
from scheduling.formulation.curves import ZERO_C_IN_K, CarnotCop
from scheduling.formulation.exchange import Exchange, rates_of_building
from scheduling.formulation.goals import Goal
from scheduling.interpret.failures import FAILURES
from scheduling.planning.builder import Builder, Contradiction, FlowRow, Reading, StockRow
from scheduling.planning.flows import add_least, add_ramp
from scheduling.planning.stocks import add_holding

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Warmth:
    """A temperature that follows a stock: at zero [°C], per kWh [K]; and what is ``usual`` [°C]."""

    at_zero_c: float
    per_kwh: float
    usual: float | Array


def add_heat_pump(builder: Builder, device: HeatPump) -> None:
    """Add a tank and the power that heats it."""
    stock = add_holding(builder, device, device.name, device.capacity_kwh)
    empty, full = device.temperature_empty_c, device.temperature_full_c
    warmth = None
    if empty is not None and full is not None:
        warmth = Warmth(empty, (full - empty) / device.capacity_kwh, 0.5 * (empty + full))
    flow = _add_heating(builder, device, stock, warmth)
    builder.readings[device.name] = Reading(flow=flow, stock=stock)


def add_building(builder: Builder, device: Building) -> None:
    """Add heat as a stock: zero degrees hold none, and what leaves goes with the temperature."""
    heat, loss = device.heat_capacity_kwh_per_k, device.loss_kw_per_k
    gains = builder.series(device.gains_kw) + loss * builder.series(device.outdoor_c)
    kept = np.exp(-loss / heat * builder.step_hours) + np.zeros(builder.n_steps)
    stock = _add_mass(builder, device.name, heat * device.temperature_at_start_c, kept, gains)
    if device.walls is not None:
        _add_walls(builder, device, device.walls, stock)
    wanted = builder.series(device.temperature_min_c)
    builder.goals.append(
        Goal(
            name=f"comfort of {device.name}",
            stock=stock,
            lowest=heat * wanted,
            highest=heat * builder.series(device.temperature_max_c),
            price=device.comfort_price_per_kh / heat,
            price_of_most=0.0,
        )
    )
    flow = _add_heating(builder, device, stock, Warmth(0.0, 1.0 / heat, wanted))
    builder.readings[device.name] = Reading(flow=flow, stock=stock, kelvin_per_kwh=1.0 / heat)


def _add_mass(builder: Builder, name: str, initial: float, kept: Array, gains: Array) -> int:
    unbounded = np.full(builder.n_steps, np.inf)
    return builder.add_stock(
        StockRow(
            name=name,
            initial=initial,
            end_value=0.0,
            kept=kept,
            gain=gains,
            floor=-unbounded,
            ceiling=unbounded,
        )
    )


def _add_walls(builder: Builder, device: Building, walls: Walls, air: int) -> None:
    """Add the heat in the walls; what it and that of the air keep follows from both."""
    start = walls.temperature_at_start_c
    heat = walls.heat_capacity_kwh_per_k
    initial = heat * (device.temperature_at_start_c if start is None else start)
    gains = builder.series(walls.gains_kw)
    gains += walls.loss_kw_per_k * builder.series(device.outdoor_c)
    name = f"{device.name} walls"
    stock = _add_mass(builder, name, initial, np.zeros(builder.n_steps), gains)
    rates = rates_of_building(
        capacities=(device.heat_capacity_kwh_per_k, heat),
        exchange=walls.exchange_kw_per_k,
        losses=(device.loss_kw_per_k, walls.loss_kw_per_k),
    )
    each = Exchange.of_rates(air, stock, rates, builder.step_hours, builder.n_steps)
    builder.exchanges.append(each)
    builder.stocks[air].kept, builder.stocks[stock].kept = each.kept[0, 0], each.kept[1, 1]
    builder.readings[name] = Reading(stock=stock, kelvin_per_kwh=1.0 / heat)


def _add_heating(builder: Builder, device: Heating, stock: int, warmth: Warmth | None) -> int:
    nothing = np.zeros(builder.n_steps)
    cop = builder.series(1.0 if device.cop is None else device.cop)
    curve = None
    if device.carnot is not None and device.carnot.supply_above_k is not None:
        if warmth is None:
            raise TypeError("a supply above a temperature that is not known")
        curve = _following_cop(builder, device.carnot, device.carnot.supply_above_k, warmth)
        cop = curve.at((warmth.usual - warmth.at_zero_c) / warmth.per_kwh + nothing)
    elif device.carnot is not None:
        cop = carnot_cop(builder, device.carnot, device.name)
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
    if curve is not None:
        builder.bends.append(Bend(name=device.name, flow=flow, charge=curve))
    least = nothing + device.electric_min_kw
    add_least(builder, device, flow, least)
    add_ramp(builder, flow, device.ramp_kw_per_hour, before_kw=device.power_before_kw)
    return flow


def _following_cop(builder: Builder, carnot: Carnot, above_k: float, warmth: Warmth) -> CarnotCop:
    return CarnotCop(
        share=carnot.carnot_share,
        most=carnot.cop_max,
        at_zero=warmth.at_zero_c + above_k + ZERO_C_IN_K,
        per_kwh=warmth.per_kwh,
        source=builder.series(carnot.outdoor_c) + ZERO_C_IN_K,
    )


def carnot_cop(builder: Builder, carnot: Carnot, name: str) -> Array:
    """Return share · T / (T - outdoor) per step, T the supply temperature in K.

    Raises:
        Contradiction: it is to heat to less than absolute zero.
    """
    supply, outdoor = builder.series(carnot.supply_c), builder.series(carnot.outdoor_c)
    if supply.min() <= -ZERO_C_IN_K:
        raise Contradiction(FAILURES("absolute_zero", name=name))
    lift = supply - outdoor
    with np.errstate(divide="ignore"):
        ideal = np.where(lift > 0, (supply + ZERO_C_IN_K) / np.maximum(lift, 0.0), np.inf)
    return np.minimum(carnot.carnot_share * ideal, carnot.cop_max)
