"""HiGHS, the default engine (Huangfu and Hall, Math. Prog. Comp. 10, 2018).

Ties are settled on the optimal face: columns with a reduced cost stay at their bound, rows
with a dual stay at theirs; whatever can still move then costs nothing, and the preferences
are minimised over it. No money is given up, not even a rounding.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import (
    DEFAULT_GAP,
    EngineFailed,
    Infeasible,
    OutOfTime,
    Solution,
    Unbounded,
)
from scheduling.engines.choices import settle_choices
from scheduling.engines.first_plan import duals_of, first_plan
from scheduling.engines.folding import folded
from scheduling.engines.integers import FOR_A_PLAN, settle_integers
from scheduling.engines.kept import Kept
from scheduling.engines.merging import merged
from scheduling.engines.netting import netted
from scheduling.engines.shrinking import shrunk
from scheduling.engines.solver import (
    DUAL,
    LARGE,
    PRIMAL,
    array,
    instance,
    pass_model,
    run,
    worked_out,
)
from scheduling.formulation.compiled import Compiled

Array = NDArray[np.float64]

#: Below this a reduced cost is rounding, not money [currency per unit].
_NO_MONEY: Final = 1e-9
#: A search for the best is not given up sooner than that [s].
_AT_LEAST: Final = 2.0
#: What is left to make a found plan exact when the time is up [s].
_A_MOMENT: Final = 0.5


class Reduced(Protocol):
    """A smaller model in place of another, and the way back; None where there is none."""

    @property
    def small(self) -> Compiled: ...

    def summed(self, weights: Array) -> Array: ...

    def whole(self, solution: Solution) -> Solution | None: ...


#: What makes a model smaller, in this order.
REDUCTIONS: Final[tuple[Callable[[Compiled], Reduced | None], ...]] = (
    merged,
    shrunk,
    folded,
    netted,
)


class HighsEngine:
    """Solves in-process, on one thread: workers are scaled by process, not by thread.

    ``kept``, if given, is a model that lives on from run to run (``engines.living``).
    """

    def __init__(self, kept: Kept | None = None) -> None:
        self._kept = kept

    def solve(
        self,
        model: Compiled,
        *,
        time_limit: timedelta,
        gap: float = DEFAULT_GAP,
        preferences: Array | None = None,
    ) -> Solution:
        """Return the cheapest solution; see ``Engine.solve``."""
        deadline = monotonic() + time_limit.total_seconds()
        found = self._reduced(model, deadline, gap, preferences, REDUCTIONS)
        np.clip(found.values, model.column_lower, model.column_upper, out=found.values)
        return found

    def _reduced(
        self,
        model: Compiled,
        deadline: float,
        gap: float,
        preferences: Array | None,
        reductions: Sequence[Callable[[Compiled], Reduced | None]],
    ) -> Solution:
        """Return the solution of ``model``, found in what ``reductions`` leave of it."""
        for number, reduce in enumerate(reductions, start=1):
            smaller = reduce(model)
            if smaller is None:
                continue
            liked = None if preferences is None else smaller.summed(preferences)
            rest = reductions[number:]
            found = smaller.whole(self._reduced(smaller.small, deadline, gap, liked, rest))
            if found is not None:
                return found
        return self._solve(model, deadline, gap, preferences)

    def _solve(
        self, model: Compiled, deadline: float, gap: float, preferences: Array | None
    ) -> Solution:
        has_integers = bool(model.integer.any())
        kept = None if has_integers else self._kept
        highs = kept.revived(model) if kept else None
        if highs is None:
            linear = replace(model, integer=np.zeros_like(model.integer))
            highs = instance(linear if has_integers else model, gap)
        try:
            run(highs, max(deadline, monotonic() + _AT_LEAST))
        except OutOfTime:
            if has_integers:
                raise
            soon = monotonic() + FOR_A_PLAN
            return first_plan(model, duals_of(highs, model), gap=gap, deadline=soon)
        bound, is_proven = -np.inf, True
        if has_integers:
            bound, is_proven = settle_integers(highs, model, gap, deadline)
            # A plan is found: to have it exact is worth a moment more than there was.
            deadline = max(deadline, monotonic() + _A_MOMENT)
            run(highs, deadline)
        if has_integers and is_proven and preferences is not None:
            settle_choices(highs, model, preferences, run=lambda: run(highs, deadline))
        solution = worked_out(highs)
        if kept:
            kept.keep(model, highs)
        values = array(solution.col_value)
        cost = float(model.cost @ values) + model.offset
        reduced, duals = array(solution.col_dual), array(solution.row_dual)
        if preferences is not None and not _is_only_one(model, reduced, duals):
            if kept:
                kept.confine()
            face = replace(_optimal_face(model, values, reduced, duals), cost=preferences)
            values = _choose(highs, face, deadline, otherwise=values, kept=kept)
        return Solution(
            values=values,
            cost=cost,
            bound=min(cost, bound) if has_integers else cost,
            is_proven=is_proven,
            row_duals=duals,
            reduced_costs=reduced,
        )


def _is_only_one(model: Compiled, reduced: Array, duals: Array) -> bool:
    """Return if no other solution costs as little.

    As many columns and rows as there are rows are basic and worth nothing; where no further one
    is, moving any of the others costs money.
    """
    worthless = np.count_nonzero(np.abs(reduced) <= _NO_MONEY)
    worthless += np.count_nonzero(np.abs(duals) <= _NO_MONEY)
    return int(worthless) == model.n_rows


def _optimal_face(model: Compiled, values: Array, reduced: Array, duals: Array) -> Compiled:
    """Return ``model`` confined to the solutions that cost as little, its integers as found."""
    priced, paid = np.abs(reduced) > _NO_MONEY, np.abs(duals) > _NO_MONEY
    priced |= model.integer
    active = np.where(duals > 0, model.row_lower, model.row_upper)
    return replace(
        model,
        integer=np.zeros_like(model.integer),
        column_lower=np.where(priced, values, model.column_lower),
        column_upper=np.where(priced, values, model.column_upper),
        row_lower=np.where(paid, active, model.row_lower),
        row_upper=np.where(paid, active, model.row_upper),
    )


def _choose(
    highs: Any, face: Compiled, deadline: float, *, otherwise: Array, kept: Kept | None
) -> Array:
    """Return the most preferred of ``face``, whose costs are what is preferred."""
    settled, has_moved_on = (kept.settled, kept.has_moved_on) if kept else (None, False)
    basis = settled or highs.getBasis()
    # To hand over the whole takes less than to tell what is another.
    pass_model(highs, face)
    if settled or has_moved_on or face.n_rows <= LARGE:
        highs.setBasis(basis)
    else:
        highs.setOptionValue("presolve", "choose")
    if has_moved_on and not settled:
        # Ties were settled near here a step ago: from there it is a short way over the face.
        highs.setOptionValue("simplex_strategy", PRIMAL)
    try:
        is_settled = run(highs, deadline)
    except (EngineFailed, Infeasible, OutOfTime, Unbounded):
        # The plan in hand is optimal; only its looks are in question.
        return otherwise
    finally:
        highs.setOptionValue("simplex_strategy", DUAL)
    solution = worked_out(highs)
    if kept:
        kept.keep_settled(highs)
    return array(solution.col_value) if is_settled else otherwise
