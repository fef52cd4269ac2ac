"""Devices of a document as rows of a problem, one function per kind."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from scheduling.flex.devices import (
    Adjustable,
    Battery,
    Building,
    Converter,
    Feeder,
    HeatPump,
    Load,
    Photovoltaics,
    Process,
    Store,
    Vehicle,
)
from scheduling.flex.devices.storing import Flowing
from scheduling.formulation.goals import Goal
from scheduling.formulation.operation import Bands, Coupling, LeastPower, Ramp, Taper
from scheduling.formulation.storage import NO_STOCK
from scheduling.planning.builder import Builder, FlowRow, Reading, StockRow
from scheduling.planning.processes import add_process
from scheduling.planning.series import tick_after, tick_before
from scheduling.planning.stocks import add_holding


def add_device(builder: Builder, device: Any) -> None:
    """Add ``device`` to the problem and note where its power will be."""
    _ADDERS[type(device)](builder, device)


def _add_load(builder: Builder, device: Load) -> None:
    power = builder.series(device.power_kw)
    builder.fixed[builder.node_of[device.node]] += power
    builder.readings[device.name] = Reading(fixed=power)


def _add_pv(builder: Builder, device: Photovoltaics) -> None:
    available, node = builder.series(device.available_kw), builder.node_of[device.node]
    builder.fixed[node] -= available
    reading = Reading(fixed=-available)
    if device.curtailable:
        reading.generator = len(builder.generators)
        row = (device.name, node, available, device.curtailment_cost_per_kwh)
        builder.generators.append(row)
    builder.readings[device.name] = reading


def _add_flowing(
    builder: Builder,
    device: Flowing,
    stock: int,
    *,
    charge_cost: float,
    discharge_cost: float,
    cost_term: str = "wear",
    charge_efficiency: Any = 1.0,
    discharge_efficiency: Any = 1.0,
) -> int:
    flow = builder.add_flow(
        FlowRow(
            name=device.name,
            node=builder.node_of[device.node],
            stock=stock,
            charge_limit=builder.series(device.charge_limit_kw),
            discharge_limit=builder.series(device.discharge_limit_kw),
            charge_efficiency=builder.series(charge_efficiency),
            discharge_efficiency=builder.series(discharge_efficiency),
            charge_cost=charge_cost,
            discharge_cost=discharge_cost,
            cost_term=cost_term,
        )
    )
    if device.charge_min_kw != 0.0:
        least = builder.series(device.charge_min_kw)
        builder.least_powers.append(LeastPower(flow=flow, least=least))
    if device.bands:
        low = np.array([band.low_kw for band in device.bands])
        high = np.array([band.high_kw for band in device.bands])
        builder.bands.append(Bands(flow=flow, low=low, high=high))
    if device.ramp_kw_per_hour is not None:
        most = np.full(builder.n_steps, device.ramp_kw_per_hour * builder.hours)
        builder.ramps.append(Ramp(flow=flow, most=most, before=device.power_before_kw))
    for cut in device.charge_taper:
        initial = builder.stocks[stock].initial if stock != NO_STOCK else 0.0
        builder.tapers.append(
            Taper(
                flow=flow,
                stock=stock,
                at_empty=cut.at_empty_kw,
                drop=cut.drop_kw_per_kwh,
                initial=initial,
            )
        )
    return flow


def _add_battery(builder: Builder, device: Battery) -> None:
    stock = add_holding(builder, device, device.name, device.capacity_kwh)
    flow = _add_flowing(
        builder,
        device,
        stock,
        charge_cost=0.5 * device.wear_price,
        discharge_cost=0.5 * device.wear_price,
        charge_efficiency=device.charge_efficiency,
        discharge_efficiency=device.discharge_efficiency,
    )
    builder.readings[device.name] = Reading(flow=flow, stock=stock)


def _add_store(builder: Builder, device: Store) -> None:
    stock = add_holding(builder, device, device.name, device.capacity_kwh)
    flow = _add_flowing(
        builder,
        device,
        stock,
        charge_cost=0.5 * device.wear_cost_per_kwh,
        discharge_cost=0.5 * device.wear_cost_per_kwh,
        charge_efficiency=device.charge_efficiency,
        discharge_efficiency=device.discharge_efficiency,
    )
    builder.readings[device.name] = Reading(flow=flow, stock=stock)


def _add_feeder(builder: Builder, device: Feeder) -> None:
    flow = _add_flowing(
        builder,
        device,
        builder.stock_of[device.stock],
        charge_cost=0.5 * device.wear_cost_per_kwh,
        discharge_cost=0.5 * device.wear_cost_per_kwh,
        charge_efficiency=device.charge_efficiency,
        discharge_efficiency=device.discharge_efficiency,
    )
    builder.readings[device.name] = Reading(flow=flow)


def _add_adjustable(builder: Builder, device: Adjustable) -> None:
    cost = device.cost_per_kwh
    flow = _add_flowing(
        builder, device, NO_STOCK, charge_cost=cost, discharge_cost=cost, cost_term="running"
    )
    builder.readings[device.name] = Reading(flow=flow)


def _add_heat_pump(builder: Builder, device: HeatPump) -> None:
    stock = add_holding(builder, device, device.name, device.capacity_kwh)
    flow = _add_heater(builder, device, stock)
    if device.ramp_kw_per_hour is not None:
        most = np.full(builder.n_steps, device.ramp_kw_per_hour * builder.hours)
        builder.ramps.append(Ramp(flow=flow, most=most, before=None))
    builder.readings[device.name] = Reading(flow=flow, stock=stock)


def _add_heater(builder: Builder, device: HeatPump | Building, stock: int) -> int:
    nothing = np.zeros(builder.n_steps)
    flow = builder.add_flow(
        FlowRow(
            name=device.name,
            node=builder.node_of[device.node],
            stock=stock,
            charge_limit=builder.series(device.electric_limit_kw),
            discharge_limit=nothing,
            charge_efficiency=builder.series(device.cop),
            discharge_efficiency=nothing + 1.0,
        )
    )
    if device.electric_min_kw:
        least = builder.series(device.electric_min_kw)
        builder.least_powers.append(LeastPower(flow=flow, least=least))
    return flow


def _add_building(builder: Builder, device: Building) -> None:
    """Add heat as a stock: zero degrees hold none, and what leaves goes with the temperature."""
    heat, loss = device.heat_capacity_kwh_per_k, device.loss_kw_per_k
    nothing = np.zeros(builder.n_steps)
    stock = builder.add_stock(
        StockRow(
            name=device.name,
            initial=heat * device.temperature_at_start_c,
            end_value=0.0,
            kept=nothing + np.exp(-loss / heat * builder.hours),
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
    flow = _add_heater(builder, device, stock)
    builder.readings[device.name] = Reading(flow=flow, stock=stock, kelvin_per_kwh=1.0 / heat)


def _add_vehicle(builder: Builder, device: Vehicle) -> None:
    grid = builder.document.window.grid
    first = max(tick_after(grid, device.arrival), 0)
    last = min(tick_before(grid, device.departure), grid.n_steps)
    is_there = np.zeros(builder.n_steps)
    is_there[first:last] = 1.0
    stock = builder.add_stock(
        StockRow(
            name=device.name,
            initial=device.stock_at_arrival_kwh,
            end_value=0.0 if device.departure <= grid.end else None,
            kept=np.ones(builder.n_steps),
            gain=np.zeros(builder.n_steps),
            floor=np.zeros(builder.n_steps),
            ceiling=np.full(builder.n_steps, device.capacity_kwh),
        )
    )
    flow = builder.add_flow(
        FlowRow(
            name=device.name,
            node=builder.node_of[device.node],
            stock=stock,
            charge_limit=builder.series(device.charge_limit_kw) * is_there,
            discharge_limit=builder.series(device.discharge_limit_kw) * is_there,
            charge_efficiency=builder.series(device.charge_efficiency),
            discharge_efficiency=builder.series(device.discharge_efficiency),
            # Only giving back wears: what is charged for driving is needed anyway.
            discharge_cost=device.wear_cost_per_kwh,
        )
    )
    if device.charge_min_kw:
        least = builder.series(device.charge_min_kw)
        builder.least_powers.append(LeastPower(flow=flow, least=least))
    if device.departure <= grid.end:
        lowest = np.full(builder.n_steps, np.nan)
        lowest[max(last, 1) - 1] = device.stock_at_departure_kwh
        builder.goals.append(
            Goal(
                name=f"departure of {device.name}",
                stock=stock,
                lowest=lowest,
                highest=np.full(builder.n_steps, np.nan),
                price=0.0,
                price_of_most=device.missed_price_per_kwh * device.priority,
            )
        )
    builder.readings[device.name] = Reading(flow=flow, stock=stock)


def _add_converter(builder: Builder, device: Converter) -> None:
    ratios = [port.ratio for port in device.ports]
    limits = [builder.series(port.limit_kw, missing=np.inf) for port in device.ports]
    # One port's limit bounds all others: an unlimited port would have no bound of its own.
    activity = np.min([limit / ratio for limit, ratio in zip(limits, ratios, strict=True)], axis=0)
    nothing = np.zeros(builder.n_steps)
    flows = []
    for port in device.ports:
        most = activity * port.ratio
        name = f"{device.name}/{port.name}"
        flow = builder.add_flow(
            FlowRow(
                name=name,
                node=builder.node_of[port.node],
                stock=NO_STOCK,
                charge_limit=most if port.direction == "in" else nothing,
                discharge_limit=nothing if port.direction == "in" else most,
                charge_efficiency=nothing + 1.0,
                discharge_efficiency=nothing + 1.0,
            )
        )
        builder.readings[name] = Reading(flow=flow)
        flows.append(flow)
    builder.couplings += [
        Coupling(first=flows[0], second=flow, ratio_first=ratios[0], ratio_second=ratio)
        for flow, ratio in zip(flows[1:], ratios[1:], strict=True)
    ]


_ADDERS: Final[dict[type, Callable[[Builder, Any], None]]] = {
    Adjustable: _add_adjustable,
    Battery: _add_battery,
    Building: _add_building,
    Converter: _add_converter,
    Feeder: _add_feeder,
    HeatPump: _add_heat_pump,
    Load: _add_load,
    Photovoltaics: _add_pv,
    Process: add_process,
    Store: _add_store,
    Vehicle: _add_vehicle,
}
