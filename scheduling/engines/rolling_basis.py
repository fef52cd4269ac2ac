"""The basis of an optimum, moved on with its window.

A window that begins a step later has the same columns and rows, each about the step after. So in
the basis of a step's columns and rows are those that were in it of the next one; of the last step
those of the first, which is about the same time of day where the window is a day.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import highspy
import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.compiled import Layout

_BASIC = highspy.HighsBasisStatus.kBasic
_LOWER = highspy.HighsBasisStatus.kLower
_UPPER = highspy.HighsBasisStatus.kUpper

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Basics:
    """Which ``columns`` and ``rows`` are in a basis: as many as there are rows."""

    columns: Indices
    rows: Indices

    @classmethod
    def of(cls, highs: Any) -> Self:
        """Return those of the basis that ``highs`` ended with.

        Reading the status of each column takes longer than many a re-plan.
        """
        found = np.asarray(highs.getBasicVariables()[1], dtype=np.int64)
        return cls(found[found >= 0], -1 - found[found < 0])

    def moved_on(self, layout: Layout, steps: int) -> Self:
        """Return the same ``steps`` later; they go round within each block."""
        columns, rows = (_now_at(blocks, steps) for blocks in layout)
        return type(self)(columns[self.columns], rows[self.rows])

    def basis(self, column_lower: Array, row_lower: Array) -> Any:
        """Return it as HiGHS takes it, the others at their lower bounds where they have one.

        Whether the basics are independent HiGHS finds out as it solves, and mends it.
        """
        basis = highspy.HighsBasis()
        basis.col_status = _statuses(self.columns, column_lower)
        basis.row_status = _statuses(self.rows, row_lower)
        basis.valid, basis.alien = True, False
        return basis


def _statuses(basic: Indices, lower: Array) -> list[Any]:
    found = [_LOWER] * lower.size
    for at in np.flatnonzero(np.isinf(lower)).tolist():
        found[at] = _UPPER
    for at in basic.tolist():
        found[at] = _BASIC
    return found


@lru_cache(maxsize=64)
def _now_at(shapes: tuple[tuple[int, int], ...], steps: int) -> Indices:
    """Return for each element of blocks of (devices, steps) where it is ``steps`` later.

    It is shared: not to be written to.
    """
    first, found = 0, [np.empty(0, dtype=np.int64)]
    for n_devices, n_steps in shapes:
        own = first + np.arange(n_devices * n_steps).reshape(n_devices, n_steps)
        found.append(np.roll(own, steps, axis=1).ravel())
        first += own.size
    return np.concatenate(found)
