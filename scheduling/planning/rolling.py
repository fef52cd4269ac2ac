"""What a document keeps of the last plan, as rows of a problem."""

from datetime import timedelta

import numpy as np

from scheduling.formulation.rolling import Held
from scheduling.interpret.failures import FAILURES
from scheduling.planning.builder import Builder, Contradiction
from scheduling.planning.series import tick_after

#: What passes a limit by less is rounding [kW].
_ROUNDING = 1e-6


def add_rolling(builder: Builder) -> None:
    """Hold the flows of devices that were published to their power.

    Raises:
        Contradiction: a frozen step asks for more than the device can do.
    """
    rolling, grid = builder.document.rolling, builder.document.window.grid
    until = rolling.frozen_until
    n_frozen = 0 if until is None else min(max(tick_after(grid, until), 0), grid.n_steps)
    beyond = min(round(timedelta(hours=rolling.change_hours) / grid.step), grid.n_steps)
    for name, power in rolling.published_kw.items():
        reading = builder.readings.get(name)
        if reading is None or reading.flow is None:
            continue
        published = np.full(grid.n_steps, np.nan)
        known = power[: grid.n_steps]
        published[: len(known)] = known
        frozen = min(n_frozen, len(known))
        _check(builder, name, reading.flow, published[:frozen])
        builder.held.append(
            Held(
                flow=reading.flow,
                published=published,
                n_frozen=frozen,
                beyond=beyond,
                price=rolling.change_price_per_kwh,
            )
        )


def _check(builder: Builder, name: str, flow: int, frozen: np.ndarray) -> None:
    row, grid = builder.flows[flow], builder.document.window.grid
    for power, limit, way in (
        (frozen, row.charge_limit, "charging"),
        (-frozen, row.discharge_limit, "discharging"),
    ):
        above = np.flatnonzero(power > limit[: frozen.size] + _ROUNDING)
        if above.size:
            at = int(above[0])
            moment = grid.start + at * grid.step
            raise Contradiction(
                FAILURES(
                    "frozen_above",
                    name=name,
                    when=moment,
                    power=float(frozen[at]),
                    way=way,
                    most=float(limit[at]),
                )
            )
