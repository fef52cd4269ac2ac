"""Which limits contradict each other, and by how much, when no plan keeps them all.

Each limit that somebody set is given play at a price of one per unit and hour; what the
cheapest such solution uses is the least change that makes a plan possible. It names who and
how much, where an irreducible set of rows would name only who.
"""

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.engines.base import Engine, EngineFailed, Infeasible, OutOfTime, Unbounded
from scheduling.engines.exclusive import solve_apart
from scheduling.formulation.linear_model import Limit, LinearModel
from scheduling.formulation.relaxation import relax_everything, relax_limits
from scheduling.interpret.intervals import bounds, runs, words

Array = NDArray[np.float64]

_UNNAMED = "the limits of the devices contradict each other"


def name_contradiction(
    engine: Engine, model: LinearModel, grid: TimeGrid, *, time_limit: timedelta
) -> list[str]:
    """Return one line for each limit that has to give, and when; at least one line."""
    for relax in (relax_limits, relax_everything):
        relaxed, play = relax(model)
        try:
            solution = solve_apart(engine, relaxed, time_limit=time_limit)
        except Infeasible:
            continue
        except (Unbounded, OutOfTime, EngineFailed):
            break
        lines = [
            line
            for limit, columns in play
            for line in _lines(limit, solution.values[columns], grid)
        ]
        return lines or [_UNNAMED]
    return [_UNNAMED]


def _lines(limit: Limit, amount: Array, grid: TimeGrid) -> list[str]:
    found = []
    for first, last in runs(amount > 1e-6):
        most = float(amount[first:last].max())
        interval = words(*bounds(grid, first, last))
        if limit.unit == "kWh":
            # A stock is short at the end of a step.
            moments = bounds(grid, first + 1, last)
            at = f"at {moments[0]:%Y-%m-%d %H:%M} Z"
            if last - first > 1:
                at = f"from {words(*moments)}"
            found.append(f"{limit.name} of {limit.of} {at}: short by {most:.3g} kWh")
        else:
            found.append(f"{limit.name} of {limit.of} from {interval}: short by {most:.3g} kW")
    return found
