"""Choosing among plans of equal cost, so that money is never given up for looks.

The weights here are not prices: an engine applies them only after the cost is fixed
(``engines.highs``). Every kW moved has a weight, so nothing moves without a reason.
"""

from enum import StrEnum
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import NO_COLUMN, Columns, LinearModel
from scheduling.formulation.nodes import NodeColumns
from scheduling.formulation.storage import StorageColumns

Array = NDArray[np.float64]

#: Weight of a kW at a connection, either way.
MOVED: Final = 0.1
#: How much more weight each further device has.
_TURN: Final = 1e-4
#: How far above all weights those are that further devices' weights tend to [ratio].
_ABOVE: Final = 1.25


class Ties(StrEnum):
    """What to prefer among plans of equal cost.

    Attributes:
        early: stores fill sooner and empty later.
        late: stores fill later and empty sooner.
        smooth: the power of each device changes as little as it can.
    """

    EARLY = "early"
    LATE = "late"
    SMOOTH = "smooth"


def prefer(
    model: LinearModel,
    ties: Ties,
    *,
    storage: StorageColumns,
    curtailed: Columns,
    nodes: NodeColumns,
) -> None:
    """Prefer little movement, and what ``ties`` says; generation is held back later."""
    charging, discharging, curtailing = moving_weights(ties, nodes.balance.shape[1])
    if ties is Ties.SMOOTH:
        _prefer_smooth(model, storage)
    turn = np.arange(storage.charge.shape[0])[:, None]
    model.prefer_less(storage.charge, in_turn(charging, turn))
    model.prefer_less(storage.discharge, in_turn(discharging, turn))
    model.prefer_less(curtailed, curtailing)
    model.prefer_less(nodes.imported, MOVED)
    model.prefer_less(nodes.exported, MOVED)


def in_turn(weights: Array, turn: NDArray[np.int64]) -> Array:
    """Return ``weights``, shape (T,), of devices number ``turn``, shape (F, 1): shape (F, T).

    Of two like devices the first goes first: without an order either could. It is used rather
    than the next, whose weights are higher; and where both are used, it has the steps that are
    preferred, as its weights differ more.
    """
    found: Array = weights + _TURN * turn * (_ABOVE * weights.max(initial=0.0) - weights)
    return found


@lru_cache(maxsize=64)
def moving_weights(ties: Ties, n_steps: int) -> tuple[Array, Array, Array]:
    """Return the weights of charging, discharging and curtailing in each step, shape (T,).

    They are shared: not to be written to.
    """
    lateness = np.linspace(0.0, 1.0, n_steps)
    sooner, later = 1.0 + lateness, 2.0 - lateness
    if ties is Ties.SMOOTH:
        return np.full(n_steps, 0.01), np.full(n_steps, 0.01), later
    return (sooner, later, later) if ties is Ties.EARLY else (later, sooner, later)


def running_weights(ties: Ties, steps: NDArray[np.int64], n_steps: int) -> Array:
    """Return the weights of running in ``steps``: the first that are free, or the last.

    Where any would do, the first come one after another, which is smooth too.
    """
    after = n_steps - steps if ties is Ties.LATE else steps + 1
    return after.astype(np.float64)


def _prefer_smooth(model: LinearModel, storage: StorageColumns) -> None:
    """Add r >= |P[t] - P[t-1]| for each flow, and prefer less of it."""
    charge, discharge = storage.charge, storage.discharge
    if not charge.size:
        return
    change = model.add_columns("change", charge.shape)
    for sign, name in ((1.0, "rise"), (-1.0, "fall")):
        rows = model.add_rows(name, charge.shape, [(change, -1.0)], upper=0.0)
        for columns, direction in ((charge, sign), (discharge, -sign)):
            before = np.full(columns.shape, NO_COLUMN)
            before[:, 1:] = columns[:, :-1]
            model.add_entries(rows, columns, direction)
            model.add_entries(rows, before, -direction)
    model.prefer_less(change[:, 1:], 1.0)
