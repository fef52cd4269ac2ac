"""What a plan keeps of the one before it: frozen steps, and a price of changing the others (F15).

With p the published power of a flow [kW] and P its own::

    P[t] = p[t]                                            while it is frozen
    P[t] - u[t] + d[t] = p[t],   u, d >= 0,   cost h · price · (u[t] + d[t])    elsewhere
"""

from dataclasses import dataclass

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
    bounds = model.bounds()
    for each in held:
        _freeze(model, bounds, each, columns, flows)
    for number, (at, alike) in enumerate(_priced(held)):
        _add_deviations(model, f"{TERM} {number}", (at, alike), columns, hours[at])


def _priced(held: list[Held]) -> list[tuple[Steps, list[Held]]]:
    """Return steps in which deviating costs, each with what is held in just these."""
    groups: dict[bytes, tuple[Steps, list[Held]]] = {}
    for each in held:
        at = np.flatnonzero(~np.isnan(each.published[: each.beyond]))
        at = at[at >= each.n_frozen]
        if each.price and at.size:
            groups.setdefault(at.tobytes(), (at, []))[1].append(each)
    return list(groups.values())


def _add_deviations(
    model: LinearModel,
    name: str,
    group: tuple[Steps, list[Held]],
    columns: StorageColumns,
    hours: Array,
) -> None:
    at, held = group
    flows = np.array([each.flow for each in held])[:, None]
    known = np.array([each.published[at] for each in held])
    price = np.array([each.price for each in held])[:, None] * hours
    more = model.add_columns(f"{name} more", known.shape)
    less = model.add_columns(f"{name} less", known.shape)
    terms = [
        (columns.charge[flows, at], 1.0),
        (columns.discharge[flows, at], -1.0),
        (more, -1.0),
        (less, 1.0),
    ]
    model.add_rows(name, known.shape, terms, lower=known, upper=known)
    for deviation in (more, less):
        model.add_cost(TERM, deviation, price)


def _freeze(
    model: LinearModel,
    bounds: tuple[Array, Array],
    each: Held,
    columns: StorageColumns,
    flows: Flows,
) -> None:
    published = each.published[: each.n_frozen]
    if not published.size:
        return
    lower, upper = bounds
    for power, kept, most in (
        (columns.charge[each.flow], np.maximum(published, 0.0), flows.charge_limit[each.flow]),
        (
            columns.discharge[each.flow],
            np.maximum(-published, 0.0),
            flows.discharge_limit[each.flow],
        ),
    ):
        if power[0] < 0:
            continue
        own = power[: each.n_frozen]
        lower[own] = upper[own] = kept
        of = flows.names[each.flow]
        beyond = most[: each.n_frozen]
        model.add_limit("frozen power", own, side="upper", unit="kW", of=of, beyond=beyond)
        model.add_limit("frozen power", own, side="lower", unit="kW", of=of, beyond=0.0)
