"""What a linear model cannot say, with binaries only where they matter.

Some columns exclude each other (charging and discharging, importing and exporting), some are
zero or at least so much (the current of a charger). First the model is solved as if that were
not so. Where a solution does otherwise, binaries are added, and the model is solved again,
until none does. Each round is a relaxation of the full problem, so a solution that keeps to
all of it is its optimum.
"""

from datetime import timedelta
from time import monotonic
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import DEFAULT_GAP, Engine, OutOfTime, Solution
from scheduling.formulation.linear_model import Exclusive, FromBetween, LinearModel

Array = NDArray[np.float64]

#: Less than this, in both directions at once or below the least power, is rounding [kW].
_ROUNDING: Final = 1e-7


def solve_apart(
    engine: Engine, model: LinearModel, *, time_limit: timedelta, gap: float = DEFAULT_GAP
) -> Solution:
    """Return the cheapest solution that keeps what the model declares beyond its rows.

    ``model`` gains the binaries and rows that were needed.

    Raises:
        Infeasible, Unbounded, OutOfTime, EngineFailed: as ``Engine.solve``.
    """
    deadline = monotonic() + time_limit.total_seconds()
    apart = [np.zeros(pair.first.size, dtype=bool) for pair in model.exclusives]
    lifted = [False] * len(model.from_between)
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
        added = False
        for pair, done in zip(model.exclusives, apart, strict=True):
            added |= _separate(model, pair, values, done)
        for number, each in enumerate(model.from_between):
            if not lifted[number] and _is_between(each, values):
                _lift(model, each)
                lifted[number] = added = True
        if not added:
            return solution


def _separate(model: LinearModel, pair: Exclusive, values: Array, done: NDArray[np.bool_]) -> bool:
    """Net what cancels in ``values``, add binaries for the rest; return if any was added."""
    both = np.minimum(values[pair.first], values[pair.second])
    netted = np.where(pair.cancels & (both > 0), both, 0.0)
    values[pair.first] -= netted
    values[pair.second] -= netted
    at = np.flatnonzero((both > _ROUNDING) & ~pair.cancels & ~done)
    if not at.size:
        return False
    done[at] = True
    # A new block per round: rows of earlier rounds stay as they are.
    name = f"{pair.name} #{len(model.columns)}"
    direction = model.add_columns(name, at.shape, upper=1.0, integer=True)
    most = pair.first_most[at]
    model.add_rows(
        f"{name} first", at.shape, [(pair.first[at], 1.0), (direction, -most)], upper=0.0
    )
    most = pair.second_most[at]
    model.add_rows(
        f"{name} second", at.shape, [(pair.second[at], 1.0), (direction, most)], upper=most
    )
    return True


def _is_between(each: FromBetween, values: Array) -> bool:
    power = values[each.columns]
    return bool(np.any((power > _ROUNDING) & (power < each.least - _ROUNDING)))


def _lift(model: LinearModel, each: FromBetween) -> None:
    # All steps of the device at once: one by one, the gap would only move to the next step.
    name = f"on: {each.name}"
    on = model.add_columns(name, each.columns.shape, upper=1.0, integer=True)
    model.add_rows(f"{name} most", on.shape, [(each.columns, 1.0), (on, -each.most)], upper=0.0)
    model.add_rows(f"{name} least", on.shape, [(each.columns, 1.0), (on, -each.least)], lower=0.0)
