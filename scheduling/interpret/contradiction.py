"""Which limits have to give, and by how much, when no plan keeps them all.

Each limit that somebody set is given play at a price of one per unit and hour; what the
cheapest such solution uses is the least change that makes a plan possible. Which limits
contradict each other is another question: ``interpret.irreducible``.
"""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.engines.base import Engine, EngineFailed, Infeasible, OutOfTime, Unbounded
from scheduling.engines.exclusive import solve_apart
from scheduling.formulation.linear_model import LinearModel
from scheduling.formulation.relaxation import Giving, relax_everything, relax_limits
from scheduling.interpret.failures import FAILURES
from scheduling.interpret.intervals import bounds, runs
from tenants.sayings import Saying

Array = NDArray[np.float64]

_NOTHING = 1e-6


def name_contradiction(
    engine: Engine, model: LinearModel, grid: TimeGrid, *, time_limit: timedelta
) -> list[Saying]:
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
            line for giving in play for line in _lines(giving, solution.values[giving.room], grid)
        ]
        return lines or [FAILURES("devices_contradict")]
    return [FAILURES("devices_contradict")]


def moments(grid: TimeGrid, first: int, last: int) -> datetime | tuple[datetime, datetime]:
    """Return the ends of steps ``first`` to ``last``, or the one end."""
    start, end = bounds(grid, first + 1, last)
    return start if last - first == 1 else (start, end)


def _lines(giving: Giving, amount: Array, grid: TimeGrid) -> list[Saying]:
    found = []
    for first, last in runs(amount > _NOTHING):
        # A stock is short at the end of a step.
        stock = giving.unit == "kWh"
        when = moments(grid, first, last) if stock else bounds(grid, first, last)
        found.append(
            FAILURES(
                "short_by",
                limit=giving.limit,
                of=giving.of,
                when=when,
                amount=float(amount[first:last].max()),
                unit="kWh" if stock else "kW",
            )
        )
    return found
