"""Phases of a document as rows of a problem: who is on one of them, and what each may carry."""

from typing import Any, Final

import numpy as np

from scheduling.flex.devices import Converter, Vehicle
from scheduling.flex.devices.fixed import Phase
from scheduling.formulation.phases import OnePhase, PhaseLimit
from scheduling.planning.builder import Builder
from scheduling.planning.nodes import CONNECTION

_NUMBER: Final = {phase: number for number, phase in enumerate(Phase)}
#: Of the bands of a charger that switches: giving back, one phase, three.
_ONE_PHASE: Final = 1


def add_phases(builder: Builder) -> None:
    """Add the limits of phases, and the devices on one; nothing where there are no limits."""
    document = builder.document
    names = {number: name for name, number in builder.node_of.items()}
    links: list[tuple[str | None, Any]] = [(None, document.connection)]
    links += [(node.name, node) for node in document.nodes]
    for name, link in links:
        if link.phase_limit_kw is not None:
            node = builder.node_of[name]
            words = names[node] or CONNECTION
            limit = builder.series(link.phase_limit_kw)
            builder.phase_limits.append(PhaseLimit(node=node, name=words, limit=limit))
    for device in document.devices if builder.phase_limits else ():
        if not isinstance(device, Converter) and device.phase is not None:
            builder.on_one_phase.append(_on_one_phase(builder, device))


def _on_one_phase(builder: Builder, device: Any) -> OnePhase:
    reading = builder.readings[device.name]
    nothing = np.zeros(builder.n_steps)
    band, most = None, 0.0
    if isinstance(device, Vehicle) and device.charger is not None:
        ranges = device.charger.ranges_kw
        if len(ranges) > 1:
            given = 0.0 if reading.flow is None else builder.flows[reading.flow].discharge_limit
            band, most = _ONE_PHASE, ranges[-1][1] + float(np.max(given))
    return OnePhase(
        node=builder.node_of[device.node],
        phase=_NUMBER[device.phase],
        fixed=nothing if reading.fixed is None else reading.fixed,
        flow=reading.flow,
        generator=reading.generator,
        job=reading.job,
        band=band,
        most=most,
    )
