"""Directions kept apart, with binaries only where they matter.

First the model is solved as if nothing were exclusive. Where a solution charges and
discharges, or imports and exports, in one step, that step gets a binary, and the model is
solved again, until none does. Each round is a relaxation of the full problem, so a solution
that keeps all directions apart is its optimum.
"""

from datetime import timedelta
from time import monotonic
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import DEFAULT_GAP, Engine, OutOfTime, Solution
from scheduling.formulation.linear_model import Exclusive, LinearModel

Array = NDArray[np.float64]

#: Less than this in both directions at once is rounding [kW].
_BOTH: Final = 1e-7


def solve_apart(
    engine: Engine, model: LinearModel, *, time_limit: timedelta, gap: float = DEFAULT_GAP
) -> Solution:
    """Return the cheapest solution that keeps the model's exclusive columns apart.

    ``model`` gains the binaries and rows that were needed.

    Raises:
        Infeasible, Unbounded, OutOfTime, EngineFailed: as ``Engine.solve``.
    """
    deadline = monotonic() + time_limit.total_seconds()
    while True:
        left = deadline - monotonic()
        if left <= 0:
            raise OutOfTime("no solution was found within the time limit")
        solution = engine.solve(
            model.compile(),
            time_limit=timedelta(seconds=left),
            gap=gap,
            preferences=model.preferences(),
        )
        values = solution.values
        added = [_separate(model, pair, values) for pair in model.exclusives]
        if not any(added):
            return solution


def _separate(model: LinearModel, pair: Exclusive, values: Array) -> bool:
    """Net what cancels in ``values``, add binaries for the rest; return if any was added."""
    both = np.minimum(values[pair.first], values[pair.second])
    netted = np.where(pair.cancels & (both > 0), both, 0.0)
    values[pair.first] -= netted
    values[pair.second] -= netted
    at = np.flatnonzero((both > _BOTH) & ~pair.cancels)
    if not at.size:
        return False
    # A new block per round: rows of earlier rounds stay as they are.
    name = f"{pair.name} #{len(model.columns)}"
    direction = model.add_columns(name, (at.size,), upper=1.0, integer=True)
    most = pair.first_most[at]
    model.add_rows(
        f"{name} first", (at.size,), [(pair.first[at], 1.0), (direction, -most)], upper=0.0
    )
    most = pair.second_most[at]
    model.add_rows(
        f"{name} second", (at.size,), [(pair.second[at], 1.0), (direction, most)], upper=most
    )
    return True
