"""Sessions of vehicles as rows of a problem."""

from datetime import timedelta
from itertools import pairwise

import numpy as np

from scheduling.flex.devices.vehicle import Vehicle
from scheduling.formulation.goals import Goal
from scheduling.formulation.operation import Bands, LeastPower
from scheduling.formulation.tapers import Reserve
from scheduling.planning.builder import Builder, FlowRow, Reading, StockRow
from scheduling.planning.flows import add_tapers
from scheduling.planning.series import tick_after, tick_before


def add_vehicle(builder: Builder, device: Vehicle) -> None:
    """Add a session: power while the vehicle is there, and what it misses when it leaves."""
    grid = builder.document.window.grid
    first = max(tick_after(grid, device.arrival), 0)
    last = min(tick_before(grid, device.departure), grid.n_steps)
    is_there = np.zeros(builder.n_steps)
    is_there[first:last] = 1.0
    floor = np.full(builder.n_steps, min(device.stock_min_kwh, device.stock_at_arrival_kwh))
    stock = builder.add_stock(
        StockRow(
            name=device.name,
            initial=device.stock_at_arrival_kwh,
            end_value=0.0 if device.departure <= grid.end else None,
            kept=np.ones(builder.n_steps),
            gain=np.zeros(builder.n_steps),
            floor=floor,
            ceiling=np.full(builder.n_steps, device.capacity_kwh),
        )
    )
    flow = _add_power(builder, device, stock, is_there)
    add_tapers(builder, device, flow, stock)
    if device.stock_at_arrival_kwh < device.stock_min_kwh and device.discharge_limit_kw != 0.0:
        builder.reserves.append(Reserve(flow=flow, stock=stock, least=device.stock_min_kwh))
    if device.departure <= grid.end:
        _add_request(builder, device, stock, device.stock_at_departure_kwh, at=max(last, 1) - 1)
    else:
        # At full power from the end of the window on, more than this would still be missing.
        left = (device.departure - grid.end) / timedelta(hours=1)
        row = builder.flows[flow]
        reach = float(row.charge_limit[-1] * row.charge_efficiency[-1]) * left
        level = device.stock_at_departure_kwh - reach
        if level > 0.0:
            _add_request(builder, device, stock, level, at=builder.n_steps - 1)
    builder.readings[device.name] = Reading(flow=flow, stock=stock)


def _add_power(builder: Builder, device: Vehicle, stock: int, is_there: np.ndarray) -> int:
    charger = device.charger
    limit = device.charge_limit_kw if charger is None else charger.ranges_kw[-1][1]
    flow = builder.add_flow(
        FlowRow(
            name=device.name,
            node=builder.node_of[device.node],
            stock=stock,
            charge_limit=builder.series(limit) * is_there,
            discharge_limit=builder.series(device.discharge_limit_kw) * is_there,
            charge_efficiency=builder.series(device.charge_efficiency),
            discharge_efficiency=builder.series(device.discharge_efficiency),
            # Only giving back wears: what is charged for driving is needed anyway.
            discharge_cost=device.wear_cost_per_kwh,
        )
    )
    ranges = [(device.charge_min_kw, np.inf)] if charger is None else charger.ranges_kw
    gaps = any(high < low for (_, high), (low, _) in pairwise(ranges))
    # On which phase it is matters too, where it says so.
    if gaps or (device.phase is not None and len(ranges) > 1):
        # What it gives back, and nothing, is one band; each number of phases another.
        most_given = float(builder.flows[flow].discharge_limit.max())
        bands = [(-most_given, 0.0), *ranges]
        low, high = (np.array(bounds) for bounds in zip(*bands, strict=True))
        builder.bands.append(Bands(flow=flow, low=low, high=high))
    elif ranges[0][0]:
        least = builder.series(ranges[0][0])
        builder.least_powers.append(LeastPower(flow=flow, least=least))
    return flow


def _hours_of(builder: Builder, step: int) -> float:
    return float(np.full(builder.n_steps, builder.step_hours)[step])


def _add_request(
    builder: Builder, device: Vehicle, stock: int, level_kwh: float, *, at: int
) -> None:
    lowest = np.full(builder.n_steps, np.nan)
    lowest[at] = level_kwh
    builder.goals.append(
        Goal(
            name=f"departure of {device.name}",
            stock=stock,
            lowest=lowest,
            highest=np.full(builder.n_steps, np.nan),
            # It counts at one moment: per kWh, however long a step is.
            price=device.missed_price_per_kwh * device.priority / _hours_of(builder, at),
            price_of_most=0.0,
        )
    )
