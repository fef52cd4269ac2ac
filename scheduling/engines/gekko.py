"""gekko: the second engine, independent of the first, for checking one by the other.

The model is written as text for the solver that gekko brings (APOPT of the APMonitor suite,
Hedengren et al., Computers and Chemical Engineering 70, 2014) and solved on this machine; no
server is asked. It is slow beside HiGHS, has no duals, and does not settle ties.

It also knows equations that bend (``refine``): then by IPOPT (Wächter and Biegler, Math. Prog.
106, 2006), which gekko brings as well.
"""

from datetime import timedelta
from time import monotonic
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import (
    DEFAULT_GAP,
    EngineDiverged,
    EngineFailed,
    Infeasible,
    OutOfTime,
    Solution,
)
from scheduling.engines.gekko_process import IPOPT, NotSolved, solve_text
from scheduling.engines.gekko_text import as_text
from scheduling.formulation.bending import unbent
from scheduling.formulation.compiled import Compiled, fix_columns, with_play

Array = NDArray[np.float64]

#: Less play than this in the rows of a model is rounding.
_NO_PLAY: Final = 1e-6


class GekkoEngine:
    """Solves in a child process, in a folder of its own; both are gone afterwards."""

    def solve(
        self,
        model: Compiled,
        *,
        time_limit: timedelta,
        gap: float = DEFAULT_GAP,
        preferences: Array | None = None,
    ) -> Solution:
        """Return the cheapest solution; see ``Engine.solve``. Ties are left as they fall."""
        deadline = monotonic() + time_limit.total_seconds()
        values = _solve(model, deadline, gap)
        integers = np.flatnonzero(model.integer)
        if integers.size:
            # Exact once the integers are whole: within its tolerance, a direction that is
            # one millionth open would still let a little through.
            values = _solve(fix_columns(model, integers, np.round(values[integers])), deadline, gap)
        cost = float(model.cost @ values) + model.offset
        return Solution(values=values, cost=cost, bound=cost - gap * abs(cost), is_proven=True)

    def refine(self, model: Compiled, *, start: Array, time_limit: timedelta) -> Array:
        """Return the best values near ``start``; see ``Refines.refine``."""
        free = unbent(model)
        text, variables = as_text(free, start=start, bends=True)
        values = free.column_lower.copy()
        seconds = time_limit.total_seconds()
        if seconds <= 0:
            raise OutOfTime("nothing was found within the time limit")
        try:
            values[variables] = solve_text(
                text, variables.size, seconds=seconds, gap=DEFAULT_GAP, solver=IPOPT
            )
        except NotSolved as error:
            raise EngineDiverged(f"gekko: {error}") from None
        return np.clip(values, free.column_lower, free.column_upper)


def _solve(model: Compiled, deadline: float, gap: float) -> Array:
    try:
        return _attempt(model, deadline, gap)
    except NotSolved as error:
        # Its message is one for all failures. With play in every row there is always a
        # solution, and how much play that takes tells the impossible from the unsolved.
        playful = with_play(model)
        try:
            values = _attempt(playful, deadline, gap)
        except NotSolved:
            raise EngineFailed(f"gekko: {error}") from None
        if float(playful.cost @ values) > _NO_PLAY:
            raise Infeasible from None
        raise EngineFailed(f"gekko: {error}") from None


def _attempt(model: Compiled, deadline: float, gap: float) -> Array:
    left = deadline - monotonic()
    if left <= 0:
        raise OutOfTime("no solution was found within the time limit")
    text, free = as_text(model)
    values = model.column_lower.copy()
    if free.size:
        values[free] = solve_text(text, free.size, seconds=left, gap=gap)
    elif not _holds(model, values):
        raise Infeasible
    return np.clip(values, model.column_lower, model.column_upper)


def _holds(model: Compiled, values: Array) -> bool:
    activity = model.activity(values)
    return bool(
        np.all(activity >= model.row_lower - 1e-6) and np.all(activity <= model.row_upper + 1e-6)
    )
