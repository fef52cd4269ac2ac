"""How little a fleet and a battery need beyond a limit, looking ahead.

With H the power left below the limit (negative where the load alone is above it), r what the
fleet draws, c and d what the battery draws and gives, e its stock and v what passes the limit::

    r[t] + c[t] - d[t] - v[t] <= H[t],          0 <= r[t] <= fleet,   v[t] >= 0
    h · Σ r[t] over a stay = what the fleet needs in it
    e[t] = e[t-1] + h · (η_c · c[t] - d[t] / η_d),   0 <= e[t] <= capacity

What passes the limit is least in sum, then at its highest; then the stock at the end is most.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import NO_COLUMN, Columns, LinearModel

Array = NDArray[np.float64]

#: What the highest excess [1/kW] and the stock at the end [1/kWh] weigh beside a kWh in excess.
_HIGHEST: Final = 1e-2
_KEPT: Final = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosted:
    """A stretch of T steps, S whole stays in it.

    ``room`` (T,) [kW]; ``stay`` (T,), number of the stay of each step, from 0, -1 for none;
    ``need`` (S,) [kWh drawn]; ``fleet_kw``, of all chargers; ``level_kwh`` at the start.
    """

    room: Array
    stay: NDArray[np.int64]
    need: Array
    fleet_kw: float
    hours: float
    capacity_kwh: float
    power_kw: float
    charge_efficiency: float
    discharge_efficiency: float
    level_kwh: float


@dataclass(frozen=True, slots=True)
class HostedColumns:
    """``excess`` and ``stock``, shape (T,)."""

    excess: Columns
    stock: Columns


def build_hosted(hosted: Hosted) -> tuple[LinearModel, HostedColumns]:
    """Return the model of ``hosted``; only its bounds depend on sizes, so it can be kept."""
    model, hours, shape = LinearModel(), hosted.hours, hosted.room.shape
    is_there = hosted.stay >= 0
    drawn = model.add_columns("drawn", shape, upper=np.where(is_there, hosted.fleet_kw, 0.0))
    charge = model.add_columns("charge", shape, upper=hosted.power_kw)
    discharge = model.add_columns("discharge", shape, upper=hosted.power_kw)
    stock = model.add_columns("stock", shape, upper=hosted.capacity_kwh)
    excess = model.add_columns("excess", shape)
    model.add_rows(
        "limit",
        shape,
        [(drawn, 1.0), (charge, 1.0), (discharge, -1.0), (excess, -1.0)],
        upper=hosted.room,
    )
    needs = model.add_rows("need", hosted.need.shape, lower=hosted.need, upper=hosted.need)
    at = np.flatnonzero(is_there)
    model.add_entries(needs[hosted.stay[at]], drawn[at], hours)
    known = np.zeros(shape)
    known[0] = hosted.level_kwh
    before = np.concatenate([[NO_COLUMN], stock[:-1]])
    into, out = hosted.charge_efficiency, hosted.discharge_efficiency
    terms = [
        (stock, 1.0),
        (before, -1.0),
        (charge, -hours * into),
        (discharge, hours / out),
    ]
    model.add_rows("stock balance", shape, terms, lower=known, upper=known)
    model.add_cost("excess", excess, hours)
    model.add_highest("highest", excess, "highest", _HIGHEST)
    model.add_cost("kept", stock[-1:], -_KEPT)
    return model, HostedColumns(excess, stock)
