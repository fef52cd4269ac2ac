"""A plan with whole numbers where rounding all at once gives none: one job after another.

The binaries of one count (when a job starts, in which steps it runs) are fixed near the linear
solution, which is then solved again; so the others make room before it is their turn.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import EngineFailed, Infeasible
from scheduling.engines.rounding import counted, roundings
from scheduling.formulation.compiled import Compiled

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: So many ways are tried for each job.
_MOST_WAYS: Final = 6


def dive(
    highs: Any, model: Compiled, values: Array, prices: Array, *, run: Callable[[], object]
) -> bool:
    """Fix all integers of ``highs`` at whole numbers; return if that leaves a plan.

    Args:
        values, prices: of all columns, from the linear solution.
        run: solves ``highs``, in what time there is.

    Raises:
        OutOfTime: as ``run``.
    """
    lower, upper = model.column_lower.copy(), model.column_upper.copy()
    for group in counted(model):
        ways = _ways(values[group], prices[group])
        found = next((way for way in ways if _holds(highs, group, way, run)), None)
        if found is None:
            _fix(highs, group, model.column_lower[group], model.column_upper[group])
            if not _runs(run):
                return False
            continue
        lower[group] = upper[group] = found
        solution = highs.getSolution()
        values, prices = np.asarray(solution.col_value), np.asarray(solution.col_dual)
    for columns, whole in roundings(model, values, prices):
        fixed = np.clip(whole, lower[columns], upper[columns])
        if _holds(highs, columns, fixed, run):
            return True
    return False


def _ways(values: Array, prices: Array) -> Iterator[Array]:
    """Yield whole numbers for binaries of which so many are one, what is nearest first.

    The largest; then such that follow each other, which keeps to least times of running.
    """
    count = round(float(values.sum()))
    order = np.lexsort((prices, -np.round(values, 9)))
    if count == 1:
        for only in order[:_MOST_WAYS]:
            yield (np.arange(values.size) == only).astype(np.float64)
        return
    largest = np.zeros(values.size)
    largest[order[:count]] = 1.0
    yield largest
    within = np.convolve(values, np.ones(count), "valid")
    for _ in range(_MOST_WAYS - 1):
        first = int(np.argmax(within))
        if not np.isfinite(within[first]):
            return
        together = np.zeros(values.size)
        together[first : first + count] = 1.0
        yield together
        within[max(first - count // 2, 0) : first + count // 2 + 1] = -np.inf


def _holds(highs: Any, columns: Indices, whole: Array, run: Callable[[], object]) -> bool:
    _fix(highs, columns, whole, whole)
    return _runs(run)


def _fix(highs: Any, columns: Indices, lower: Array, upper: Array) -> None:
    at = columns.astype(np.int32)
    highs.changeColsBounds(at.size, at, lower, upper)


def _runs(run: Callable[[], object]) -> bool:
    try:
        run()
    except (Infeasible, EngineFailed):
        return False
    return True
