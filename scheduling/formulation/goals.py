"""Goals of a stock: soft minima, maxima and targets at the ends of steps.

A goal at level a [kWh] may be missed by s >= 0, ``e + s >= a`` (or ``e - s <= a``, or both
for a target). That costs a price per kWh and hour at each end of step, and one per kWh of
the most it is missed by, in the spirit of formulations F4.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import Columns, LinearModel
from scheduling.formulation.storage import StorageColumns

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One goal of stock ``stock``; ``lowest`` and ``highest``, shape (T,) [kWh], NaN where free.

    ``name`` is "<what> of <stock>". ``price`` [currency per kWh and hour] and
    ``price_of_most`` [currency/kWh].
    """

    name: str
    stock: int
    lowest: Array
    highest: Array
    price: float
    price_of_most: float


def add_goals(
    model: LinearModel, goals: list[Goal], storage: StorageColumns, *, step_hours: float | Array
) -> None:
    """Add rows and breaches for each goal."""
    stock = storage.stock
    hours = np.broadcast_to(np.asarray(step_hours, dtype=np.float64), stock.shape[1:])
    for goal in goals:
        sides: list[Columns] = []
        for level, side in ((goal.lowest, "below"), (goal.highest, "above")):
            at = np.flatnonzero(~np.isnan(level))
            if not at.size:
                continue
            name = goal.name if side == "below" else f"{goal.name} (above)"
            term = [(stock[goal.stock, at], 1.0)]
            price = goal.price * hours[at]
            what, _, of = goal.name.partition(" of ")
            if side == "below":
                rows = model.add_rows(name, at.shape, term, lower=level[at])
                slack = model.soften(name, below=price, unit="kWh", at=at + 1).below
            else:
                rows = model.add_rows(name, at.shape, term, upper=level[at])
                slack = model.soften(name, above=price, unit="kWh", at=at + 1).above
            model.add_row_limit(what, rows, unit="kWh", of=of, first=at, beyond=at + 1)
            if slack is not None:
                still = storage.still[goal.stock, at]
                missed = still < level[at] if side == "below" else still > level[at]
                model.stand_still(rows[missed], slack[missed])
                sides.append(slack)
        if goal.price_of_most and sides:
            slacks = np.concatenate(sides)
            model.add_highest(
                f"{goal.name} most", slacks, f"breach: {goal.name}", goal.price_of_most
            )
