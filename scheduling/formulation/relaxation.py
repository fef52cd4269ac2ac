"""A model whose limits give way, to find out which of them cannot be kept together."""

import numpy as np

from scheduling.formulation.linear_model import Columns, Limit, LinearModel


def relax_limits(model: LinearModel) -> tuple[LinearModel, list[tuple[Limit, Columns]]]:
    """Return a copy that minimises how far limits are broken, and by what columns.

    Only limits that somebody set give way; what a device can do by its nature stays. The
    breach of a limit has the shape of its columns and its unit; a stock that is short is
    short at each end of step. The highest breach of a power limit counts as much as all of
    them: what is asked is how much more the limit would have to be.
    """
    relaxed = model.copy()
    relaxed.costs.clear()
    relaxed.constants.clear()
    relaxed.forget_preferences()
    lower, upper = relaxed.bounds()
    set_lower, set_upper = lower.copy(), upper.copy()
    play = []
    for number, limit in enumerate(model.limits):
        if limit.is_fixed:
            continue
        columns = limit.columns
        shape = columns.shape
        beyond = np.broadcast_to(np.asarray(limit.beyond, dtype=np.float64), shape)
        name = f"play {number}"
        if limit.side == "upper":
            held = set_upper[columns]
            upper[columns] = beyond
            room = relaxed.add_columns(name, shape, upper=np.maximum(beyond - held, 0.0))
            relaxed.add_rows(name, shape, [(columns, 1.0), (room, -1.0)], upper=held)
        else:
            held = set_lower[columns]
            lower[columns] = 0.0
            room = relaxed.add_columns(name, shape, upper=np.maximum(held, 0.0))
            relaxed.add_rows(name, shape, [(columns, 1.0), (room, 1.0)], lower=held)
        relaxed.add_cost(name, room, 1.0)
        if limit.unit == "kW":
            _flatten(relaxed, name, room)
        play.append((limit, room))
    return relaxed, play


def _flatten(model: LinearModel, name: str, room: Columns) -> None:
    highest = model.add_columns(f"{name} highest", (1,))
    model.add_rows(f"{name} highest", room.shape, [(room, 1.0), (highest, -1.0)], upper=0.0)
    model.add_cost(name, highest, float(room.size))
