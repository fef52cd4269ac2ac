"""Converters as rows of a problem: a flow per port, coupled."""

import numpy as np
from numpy.typing import NDArray

from scheduling.flex.devices.converter import Converter, Port
from scheduling.formulation.operation import Coupling
from scheduling.formulation.storage import NO_STOCK
from scheduling.planning.builder import Builder, FlowRow, Reading
from scheduling.planning.flows import add_least, add_ramp
from scheduling.planning.heat import carnot_cop

Array = NDArray[np.float64]


def add_converter(builder: Builder, device: Converter) -> None:
    """Add the ports of ``device``; what restricts it restricts its first port."""
    ratios = [_ratio(builder, device, port) for port in device.ports]
    limits = [builder.series(port.limit_kw, missing=np.inf) for port in device.ports]
    # One port's limit bounds all others: an unlimited port would have no bound of its own.
    shares = [limit / ratio for limit, ratio in zip(limits, ratios, strict=True)]
    activity = np.asarray(np.min(shares, axis=0), dtype=np.float64)
    nothing = np.zeros(builder.n_steps)
    flows = []
    for number, port in enumerate(device.ports):
        most = activity * ratios[number]
        name = f"{device.name}/{port.name}"
        cost = device.cost_per_kwh if number == 0 else 0.0
        flow = builder.add_flow(
            FlowRow(
                name=name,
                node=builder.node_of[port.node],
                stock=NO_STOCK,
                charge_limit=most if port.direction == "in" else nothing,
                discharge_limit=nothing if port.direction == "in" else most,
                charge_efficiency=nothing + 1.0,
                discharge_efficiency=nothing + 1.0,
                charge_cost=cost,
                discharge_cost=cost,
                cost_term="running",
            )
        )
        builder.readings[name] = Reading(flow=flow)
        flows.append(flow)
    builder.first_port[device.name] = f"{device.name}/{device.ports[0].name}"
    builder.couplings += [
        Coupling(first=flows[0], second=flow, ratio_first=ratios[0], ratio_second=ratio)
        for flow, ratio in zip(flows[1:], ratios[1:], strict=True)
    ]
    least = device.min_share * ratios[0] * activity
    is_drawn = device.ports[0].direction == "in"
    add_least(builder, device, flows[0], least, is_drawn=is_drawn)
    add_ramp(builder, flows[0], device.ramp_kw_per_hour, before_kw=device.power_before_kw)


def _ratio(builder: Builder, device: Converter, port: Port) -> Array:
    if port.carnot is not None:
        return carnot_cop(builder, port.carnot, device.name)
    return builder.series(port.ratio if port.cop is None else port.cop)
