"""A model whose limits give way, to find out which of them cannot be kept together."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.blocks import Limit, Side, Softness
from scheduling.formulation.linear_model import Array, Columns, LinearModel
from scheduling.formulation.nodes import EXPORT, IMPORT


@dataclass(frozen=True, slots=True)
class Giving:
    """A limit of which ``room`` says how far it gives way, a column per step.

    ``held``: what somebody set, of the same shape [kW or kWh].
    """

    limit: str
    of: str
    side: Side
    unit: str
    held: Array
    room: Columns


Play = list[Giving]


#: What bounds a node stands for what is below it where nobody set a limit.
_OF_NODES: Final = frozenset({f"{IMPORT} limit", f"{EXPORT} limit"})


def relax_everything(model: LinearModel) -> tuple[LinearModel, Play]:
    """Return the same as ``relax_limits``, with what devices can do by nature giving way too.

    Where nobody set a limit at a node, as much passes it as there is then: nobody is to blame.
    """
    lower, upper = model.bounds()
    limits = []
    for limit in model.limits:
        beyond = np.inf if limit.side == "upper" else -np.inf
        held = (upper if limit.side == "upper" else lower)[limit.columns]
        is_set = held != limit.beyond if limit.name in _OF_NODES else np.ones(held.shape, bool)
        limits.append((replace(limit, beyond=beyond, is_fixed=False), is_set))
    relaxed, play = _relaxed(model, limits)
    return relaxed, play + _changes(relaxed)


def relax_limits(model: LinearModel) -> tuple[LinearModel, Play]:
    """Return a copy that minimises how far limits are broken, and by what columns.

    Only limits that somebody set give way; what a device can do by its nature stays. The
    breach of a limit has the shape of its columns and its unit; a stock that is short is
    short at each end of step. The highest breach of a power limit counts as much as all of
    them: what is asked is how much more the limit would have to be.
    """
    return _relaxed(model, [(limit, np.ones(limit.columns.shape, bool)) for limit in model.limits])


def _relaxed(
    model: LinearModel, limits: list[tuple[Limit, NDArray[np.bool_]]]
) -> tuple[LinearModel, Play]:
    relaxed = model.copy()
    relaxed.costs.clear()
    relaxed.constants.clear()
    relaxed.forget_preferences()
    lower, upper = relaxed.bounds()
    set_lower, set_upper = lower.copy(), upper.copy()
    play = []
    for number, (limit, is_set) in enumerate(limits):
        columns, is_upper = limit.columns, limit.side == "upper"
        held = np.where(is_set, (set_upper if is_upper else set_lower)[columns], np.inf)
        if limit.is_fixed:
            continue
        name = f"play {number}"
        beyond = np.broadcast_to(np.asarray(limit.beyond, dtype=np.float64), columns.shape)
        (upper if is_upper else lower)[columns] = beyond
        if not np.isfinite(held).any():
            continue
        # Where nothing is held there is nothing to give.
        most = np.zeros(columns.shape)
        np.subtract(beyond, held, out=most, where=np.isfinite(held))
        room = relaxed.add_columns(name, columns.shape, upper=np.abs(most))
        terms = [(columns, 1.0), (room, -1.0 if is_upper else 1.0)]
        if is_upper:
            relaxed.add_rows(name, columns.shape, terms, upper=held)
        else:
            free = np.where(np.isfinite(held), held, -np.inf)
            relaxed.add_rows(name, columns.shape, terms, lower=free)
        _price(relaxed, name, room, limit.unit)
        set_by = (set_upper if is_upper else set_lower)[columns]
        play.append(Giving(limit.name, limit.of, limit.side, limit.unit, set_by, room))
    return relaxed, play


def _changes(relaxed: LinearModel) -> Play:
    """Let what a power changes by at most give way too: rows that are held from both sides."""
    lower, upper = relaxed.row_bounds()
    soft = [relaxed.rows[each.rows] for each in relaxed.softnesses if each.rows in relaxed.rows]
    softened = np.concatenate([np.empty(0, np.int64), *(rows.ravel() for rows in soft)])
    play = []
    for number, limit in enumerate(relaxed.row_limits):
        width = (upper - lower)[limit.rows] / 2
        is_held = np.isfinite(width)
        if limit.unit != "kW" or not is_held.any() or np.isin(limit.rows, softened).any():
            continue
        for side, sign in (("upper", -1.0), ("lower", 1.0)):
            name = f"play of rows {number} {side}"
            room = relaxed.add_columns(name, width.shape, upper=np.where(is_held, np.inf, 0.0))
            relaxed.add_entries(limit.rows, room, sign)
            _price(relaxed, name, room, limit.unit)
            # Either way it is told as the most that it changes by.
            play.append(Giving(limit.name, limit.of, "upper", limit.unit, width, room))
    return play


def _price(relaxed: LinearModel, name: str, room: Columns, unit: str) -> None:
    relaxed.add_cost(name, room, 1.0)
    if unit == "kW":
        relaxed.add_highest(f"{name} highest", room, name, float(room.size))


def hold_to(relaxed: LinearModel, play: Play, values: Array, costs_of: LinearModel) -> None:
    """Let ``relaxed`` break its limits as far as in ``values`` and no further; price the rest.

    The breaches become named softnesses; costs and preferences are those of ``costs_of``.
    """
    _, upper = relaxed.bounds()
    for each in play:
        room = each.room
        # A hair more: what one solution needs another may need too, but for rounding.
        upper[room] = np.maximum(values[room], 0.0) + 1e-7
        above, below = (room, None) if each.side == "upper" else (None, room)
        steps = np.arange(room.size) + (1 if each.unit == "kWh" else 0)
        name = f"{each.limit} of {each.of}"
        relaxed.softnesses.append(Softness(name, above, below, each.unit, steps))
    relaxed.take_costs(costs_of)
