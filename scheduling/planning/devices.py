"""Devices of a document as rows of a problem, one function per kind."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from scheduling.flex.devices import (
    Adjustable,
    Ageing,
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
from scheduling.formulation.ageing import Sliced
from scheduling.formulation.bends import Bend
from scheduling.formulation.curves import Table
from scheduling.formulation.storage import NO_STOCK
from scheduling.planning.builder import Builder, Reading
from scheduling.planning.converters import add_converter
from scheduling.planning.flows import add_flowing
from scheduling.planning.heat import add_building, add_heat_pump
from scheduling.planning.processes import add_process
from scheduling.planning.stocks import add_holding
from scheduling.planning.vehicles import add_vehicle


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


def _add_battery(builder: Builder, device: Battery) -> None:
    stock = add_holding(builder, device, device.name, device.capacity_kwh)
    if device.ageing is Ageing.BY_DEPTH and device.life.depth_exponent > 1.0:
        _add_sliced(builder, device, stock)
    else:
        flow = _add_storing(builder, device, stock, wear=_wear_price(device))
        if device.is_bent:
            _bend(builder, device, flow)
    builder.readings[device.name].stock = stock


def _bend(builder: Builder, device: Battery, flow: int) -> None:
    """Let the efficiencies of ``flow`` follow its stock and its losses its power.

    The linear model counts with the efficiencies at half of the capacity.
    """
    curves: dict[str, Table] = {}
    for side in ("charge", "discharge") if device.efficiency_by_stock else ():
        stock, ratio = zip(
            *(
                (at.stock_kwh, getattr(at, f"{side}_efficiency"))
                for at in device.efficiency_by_stock
            ),
            strict=True,
        )
        curves[side] = Table(stock=np.array(stock), ratio=np.array(ratio))
        usual = curves[side].at(np.full(builder.n_steps, 0.5 * device.capacity_kwh))
        setattr(builder.flows[flow], f"{side}_efficiency", usual)
    loss = device.quadratic_loss_per_kw
    builder.bends.append(Bend(name=device.name, flow=flow, loss=loss, **curves))


def _wear_price(device: Battery) -> float:
    if device.ageing is Ageing.BY_THROUGHPUT:
        return device.wear_price
    # All slices cost the same where cycles take in proportion to their depth.
    return float(device.life.prices(device.discharge_efficiency)[0])


def _add_sliced(builder: Builder, device: Battery, stock: int) -> None:
    prices = device.life.prices(device.discharge_efficiency)
    flow = _add_storing(builder, device, stock, wear=float(prices[0]), on_charging=0.0)
    builder.sliced.append(
        Sliced(
            name=device.name,
            flow=flow,
            stock=stock,
            capacity=device.capacity_kwh,
            prices=prices,
            term=f"wear: {device.name}",
        )
    )


def _add_store(builder: Builder, device: Store) -> None:
    stock = add_holding(builder, device, device.name, device.capacity_kwh)
    _add_storing(builder, device, stock, wear=device.wear_cost_per_kwh)
    builder.readings[device.name].stock = stock


def _add_feeder(builder: Builder, device: Feeder) -> None:
    stock = builder.stock_of[device.stock]
    _add_storing(builder, device, stock, wear=device.wear_cost_per_kwh)


def _add_storing(
    builder: Builder,
    device: Battery | Store | Feeder,
    stock: int,
    *,
    wear: float,
    on_charging: float = 0.5,
) -> int:
    flow = add_flowing(
        builder,
        device,
        stock,
        charge_cost=on_charging * wear,
        discharge_cost=(1.0 - on_charging) * wear,
        charge_efficiency=device.charge_efficiency,
        discharge_efficiency=device.discharge_efficiency,
    )
    builder.readings[device.name] = Reading(flow=flow)
    return flow


def _add_adjustable(builder: Builder, device: Adjustable) -> None:
    cost = device.cost_per_kwh
    flow = add_flowing(
        builder, device, NO_STOCK, charge_cost=cost, discharge_cost=cost, cost_term="running"
    )
    builder.readings[device.name] = Reading(flow=flow)


_ADDERS: Final[dict[type, Callable[[Builder, Any], None]]] = {
    Adjustable: _add_adjustable,
    Battery: _add_battery,
    Building: add_building,
    Converter: add_converter,
    Feeder: _add_feeder,
    HeatPump: add_heat_pump,
    Load: _add_load,
    Photovoltaics: _add_pv,
    Process: add_process,
    Store: _add_store,
    Vehicle: add_vehicle,
}
