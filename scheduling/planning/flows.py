"""What power between a node and a stock may do: limits, bands, switching, ramps, surcharges."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.flex.devices.converter import Converter
from scheduling.flex.devices.heat import Heating
from scheduling.flex.devices.storing import Flowing
from scheduling.flex.devices.vehicle import Vehicle
from scheduling.formulation.operation import (
    Bands,
    LeastPower,
    Ramp,
    Surcharge,
    Switching,
)
from scheduling.formulation.tapers import Taper
from scheduling.planning.builder import Builder, FlowRow
from scheduling.planning.processes import starts_of

Array = NDArray[np.float64]


def add_flowing(
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
    """Add the flow of ``device``, with all that restricts it; return its number."""
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
    for least, is_drawn in ((device.charge_min_kw, True), (device.discharge_min_kw, False)):
        if least or device.is_switched:
            add_least(builder, device, flow, builder.series(least), is_drawn=is_drawn)
    if device.bands:
        low = np.array([band.low_kw for band in device.bands])
        high = np.array([band.high_kw for band in device.bands])
        builder.bands.append(Bands(flow=flow, low=low, high=high))
    add_ramp(builder, flow, device.ramp_kw_per_hour, before_kw=device.power_before_kw)
    add_tapers(builder, device, flow, stock)
    builder.surcharges += [
        Surcharge(
            flow=flow,
            above=each.above_kw,
            price=each.cost_per_kwh,
            term=f"{cost_term}: {device.name}",
        )
        for each in device.surcharges
    ]
    return flow


def add_least(
    builder: Builder,
    device: Flowing | Heating | Converter,
    flow: int,
    least: Array,
    *,
    is_drawn: bool = True,
) -> None:
    """Let the flow draw (or give) nothing or at least ``least``; and mind its starts.

    A direction in which it never runs has neither.
    """
    row = builder.flows[flow]
    most = row.charge_limit if is_drawn else row.discharge_limit
    if not most.any():
        return
    if device.is_switched:
        was_on = bool(device.power_before_kw)
        builder.switching.append(
            Switching(
                name=row.name,
                flow=flow,
                least=least,
                most=most,
                starts=starts_of(builder, device),
                was_on=was_on,
                kept=_kept_steps(builder, device, was_on=was_on),
            )
        )
    elif least.any():
        builder.least_powers.append(LeastPower(flow=flow, least=least, is_drawn=is_drawn))


def _kept_steps(builder: Builder, device: Flowing | Heating | Converter, *, was_on: bool) -> int:
    """Return in how many steps from the start on it has not run, or paused, for long enough."""
    if device.state_before_minutes is None:
        return 0
    least = device.run_min_minutes if was_on else device.pause_min_minutes
    left = (least - device.state_before_minutes) / 60.0
    lengths = np.full(builder.n_steps, builder.step_hours)
    return int(np.count_nonzero(np.cumsum(lengths) - lengths < left - 1e-9))


def add_ramp(
    builder: Builder, flow: int, kw_per_hour: float | None, *, before_kw: float | None
) -> None:
    """Let the flow change no faster than that, where anything is said of it."""
    if kw_per_hour is not None:
        most = np.full(builder.n_steps, kw_per_hour) * builder.step_hours
        builder.ramps.append(Ramp(flow=flow, most=most, before=before_kw))


def add_tapers(builder: Builder, device: Flowing | Vehicle, flow: int, stock: int) -> None:
    """Let the flow draw less near full, and give less near empty, as far as anything is said."""
    builder.tapers += [
        Taper(flow=flow, stock=stock, at_empty=cut.at_empty_kw, drop=cut.drop_kw_per_kwh)
        for cut in device.charge_taper
    ]
    builder.tapers += [
        Taper(
            flow=flow,
            stock=stock,
            at_empty=cut.at_empty_kw,
            drop=-cut.rise_kw_per_kwh,
            is_drawn=False,
        )
        for cut in device.discharge_taper
    ]
