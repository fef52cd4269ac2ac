"""What a plan keeps of the one before it: frozen steps, and a price of changing the others (F15).

With p the published power of a flow [kW] and P its own::

    P[t] = p[t]                                            while it is frozen
    P[t] - u[t] + d[t] = p[t],   u, d >= 0,   cost h · price · (u[t] + d[t])    elsewhere
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import LinearModel
from scheduling.formulation.storage import Flows, StorageColumns

Array = NDArray[np.float64]
Steps = NDArray[np.int64]

TERM = "change of plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Flow ``flow`` held to ``published`` [kW], shape (T,), NaN where nothing was published.

    The first ``n_frozen`` steps keep it; up to before ``beyond`` deviating costs ``price``
    [currency/kWh].
    """

    flow: int
    published: Array
    n_frozen: int
    beyond: int
    price: float


def add_held(
    model: LinearModel,
    held: list[Held],
    columns: StorageColumns,
    flows: Flows,
    *,
    step_hours: float | Array,
) -> None:
    """Hold each flow to what was published; its limits allow what is frozen."""
    hours = np.broadcast_to(np.asarray(step_hours, dtype=np.float64), columns.charge.shape[1:])
    for each in held:
        _name_limits(model, each, columns, flows)
    for group in _priced(held):
        _add_deviations(model, group, columns, hours[group.at])
    hold(model, held, columns)


def hold(model: LinearModel, held: list[Held], columns: StorageColumns) -> None:
    """Put what was published in the bounds of what is frozen and of rows of deviations."""
    (lower, upper), (row_lower, row_upper) = model.bounds(), model.row_bounds()
    for each in held:
        frozen = each.published[: each.n_frozen]
        for power, sign in ((columns.charge[each.flow], 1.0), (columns.discharge[each.flow], -1.0)):
            if power[0] >= 0:
                own = power[: each.n_frozen]
                lower[own] = upper[own] = np.maximum(sign * frozen, 0.0)
    for group in _priced(held):
        rows = model.rows[group.name]
        row_lower[rows] = row_upper[rows] = [each.published[group.at] for each in group.held]


class _Group(NamedTuple):
    """What is held in just the steps ``at``."""

    name: str
    at: Steps
    held: list[Held]


def _priced(held: list[Held]) -> list[_Group]:
    """Return what is held where deviating costs, by the steps in which it does."""
    groups: dict[bytes, tuple[Steps, list[Held]]] = {}
    for each in held:
        at = np.flatnonzero(~np.isnan(each.published[: each.beyond]))
        at = at[at >= each.n_frozen]
        if each.price and at.size:
            groups.setdefault(at.tobytes(), (at, []))[1].append(each)
    return [_Group(f"{TERM} {number}", *each) for number, each in enumerate(groups.values())]


def _add_deviations(
    model: LinearModel, group: _Group, columns: StorageColumns, hours: Array
) -> None:
    name, at, held = group
    flows = np.array([each.flow for each in held])[:, None]
    shape = len(held), at.size
    price = np.array([each.price for each in held])[:, None] * hours
    more = model.add_columns(f"{name} more", shape)
    less = model.add_columns(f"{name} less", shape)
    terms = [
        (columns.charge[flows, at], 1.0),
        (columns.discharge[flows, at], -1.0),
        (more, -1.0),
        (less, 1.0),
    ]
    model.add_rows(name, shape, terms)
    for deviation in (more, less):
        model.add_cost(TERM, deviation, price)


def _name_limits(model: LinearModel, each: Held, columns: StorageColumns, flows: Flows) -> None:
    of, n_frozen = flows.names[each.flow], each.n_frozen
    for power, most in (
        (columns.charge[each.flow], flows.charge_limit[each.flow]),
        (columns.discharge[each.flow], flows.discharge_limit[each.flow]),
    ):
        if n_frozen and power[0] >= 0:
            own = power[:n_frozen]
            beyond = most[:n_frozen]
            model.add_limit("frozen power", own, side="upper", unit="kW", of=of, beyond=beyond)
            model.add_limit("frozen power", own, side="lower", unit="kW", of=of, beyond=0.0)
