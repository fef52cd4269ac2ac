"""What a linear model cannot say, with binaries only where they matter.

Some columns exclude each other (charging and discharging, importing and exporting), some are
zero or at least so much (the current of a charger). First the model is solved as if that were
not so. Where a solution does otherwise, binaries are added (of the latter by ``engines.lifting``),
and the model is solved again, until none does. Each round is a relaxation of the full problem,
so a solution that keeps to all of it is its optimum.
"""

from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import DEFAULT_GAP, Engine, Infeasible, OutOfTime, Solution
from scheduling.engines.integers import FOR_A_PLAN
from scheduling.engines.lifting import ROUNDING, Lifting
from scheduling.formulation.blocks import Exclusive
from scheduling.formulation.compiled import Compiled, fix_columns
from scheduling.formulation.linear_model import LinearModel

Array = NDArray[np.float64]

#: Of the time limit, kept to make a plan of what was found when the rest is spent.
_KEPT_SHARE: Final = 0.2
_LEAST_SECONDS: Final = 0.5
_LEAST_SECONDS_TO_START: Final = 1e-3
#: Of solving again where columns that exclude each other were both above zero, out of time.
_MOST_ROUNDS: Final = 3


def solve_apart(
    engine: Engine, model: LinearModel, *, time_limit: timedelta, gap: float = DEFAULT_GAP
) -> Solution:
    """Return the cheapest solution that keeps what the model declares beyond its rows.

    ``model`` gains the binaries and rows that were needed. When the time is up, what was found
    so far is bent to keep them (``_bend``); then it is not proven to be the cheapest.

    Raises:
        Infeasible, Unbounded, Unsuited, OutOfTime, EngineFailed: as ``Engine.solve``.
    """
    seconds = time_limit.total_seconds()
    deadline = monotonic() + seconds
    apart = [np.zeros(pair.first.size, dtype=bool) for pair in model.exclusives]
    lifting = Lifting(model)
    found: Solution | None = None
    while True:
        # After the first round a plan is within reach: some time is kept to get there.
        left = deadline - monotonic() - (0.0 if found is None else _KEPT_SHARE * seconds)
        if found is None:
            # However short the time: whether there is a plan is for the engine to say.
            left = max(left, _LEAST_SECONDS_TO_START)
        try:
            solution = _solve(engine, model, left, gap, None if found is None else found.values)
        except Infeasible:
            if not lifting.open_all():
                raise
            continue
        except OutOfTime:
            bent, bound = None, -np.inf
            if found is not None:
                left = max(deadline - monotonic(), _LEAST_SECONDS)
                bent, bound = _bend(engine, model, found, seconds=left, gap=gap), found.bound
            return bent or _any(engine, model, lifting, bound=bound, gap=gap)
        added = _keep_apart(model, solution.values, apart)
        # Where more is opened now, its bound holds for what was open when it was found.
        found = lifting.bounded(solution)
        is_settled = not lifting.settle(solution) and not added
        if is_settled:
            return lifting.bounded(solution)


def _solve(
    engine: Engine, model: LinearModel, seconds: float, gap: float, last: Array | None
) -> Solution:
    if seconds <= 0:
        raise OutOfTime("no solution was found within the time limit")
    compiled = model.compile()
    if last is not None and last.size == compiled.n_columns:
        # Nothing was added since, only more left open: what was found before is a plan still.
        compiled = replace(compiled, known=last)
    return engine.solve(
        compiled,
        time_limit=timedelta(seconds=seconds),
        gap=gap,
        preferences=model.preferences(),
    )


def _bend(
    engine: Engine, model: LinearModel, found: Solution, *, seconds: float, gap: float
) -> Solution | None:
    """Return a solution near ``found`` that keeps all, if there is; its bound is what that costs.

    Of two columns that exclude each other the larger stays; what is between zero and the least
    goes to the nearer of the two, or, if that cannot be, to zero. Then only prices are left.
    """
    for share in (0.5, 1.0):
        try:
            solution = engine.solve(
                _bent(model, found.values, share),
                time_limit=timedelta(seconds=seconds),
                preferences=model.preferences(),
            )
        except (Infeasible, OutOfTime):
            continue
        return _bounded(model, solution, found.bound, gap)
    return None


def _any(
    engine: Engine, model: LinearModel, lifting: Lifting, *, bound: float, gap: float
) -> Solution:
    """Return a solution of ``model`` with all choices open, as good as ``bound`` at least.

    Integers are chosen without looking at costs, then they are minimised with these as they are.

    Raises:
        OutOfTime: there is none either, or it does at once what excludes each other.
    """
    lifting.open_all()
    apart = [np.zeros(pair.first.size, dtype=bool) for pair in model.exclusives]
    for _ in range(_MOST_ROUNDS):
        compiled = model.compile()
        free = replace(compiled, cost=np.zeros(compiled.n_columns), offset=0.0)
        values = engine.solve(free, time_limit=timedelta(seconds=FOR_A_PLAN)).values
        whole = np.flatnonzero(compiled.integer)
        solution = engine.solve(
            fix_columns(compiled, whole, np.round(values[whole])),
            time_limit=timedelta(seconds=_LEAST_SECONDS),
            preferences=model.preferences(),
        )
        if not _keep_apart(model, solution.values, apart):
            return _bounded(model, solution, bound, gap)
    raise OutOfTime("no solution was found within the time limit")


def _bounded(model: LinearModel, solution: Solution, bound: float, gap: float) -> Solution:
    """Return ``solution`` with what cancels netted, and ``bound`` as what is proven."""
    _keep_apart(model, solution.values, [])
    bound = min(bound, solution.cost)
    is_proven = solution.cost - bound <= gap * abs(solution.cost)
    return replace(solution, bound=bound, is_proven=is_proven)


def _bent(model: LinearModel, values: Array, share: float) -> Compiled:
    """Return ``model`` without a choice left; below ``share`` of the least, power becomes zero."""
    compiled = model.compile()
    lower, upper = compiled.column_lower.copy(), compiled.column_upper.copy()
    for pair in model.exclusives:
        first, second = values[pair.first], values[pair.second]
        upper[pair.second[(first >= second) & ~pair.cancels]] = 0.0
        upper[pair.first[(first < second) & ~pair.cancels]] = 0.0
    for each in model.from_between:
        runs = values[each.columns] >= share * each.least - ROUNDING
        upper[each.columns[~runs]] = 0.0
        runs &= upper[each.columns] > 0.0
        lower[each.columns[runs]] = each.least[runs]
    # Binaries that were added since follow from that; those before stay as they were found.
    whole = np.flatnonzero(compiled.integer[: values.size])
    free = np.zeros_like(compiled.integer)
    bent = replace(compiled, column_lower=lower, column_upper=upper, integer=free)
    return fix_columns(bent, whole, np.round(values[whole]))


def _keep_apart(model: LinearModel, values: Array, apart: list[NDArray[np.bool_]]) -> bool:
    """Net what cancels, add binaries where pairs are not apart; return if any was added."""
    done = apart or [np.ones(pair.first.size, dtype=bool) for pair in model.exclusives]
    added = [
        _separate(model, pair, values, each)
        for pair, each in zip(model.exclusives, done, strict=True)
    ]
    return any(added)


def _separate(model: LinearModel, pair: Exclusive, values: Array, done: NDArray[np.bool_]) -> bool:
    """Net what cancels in ``values``, add binaries for the rest; return if any was added."""
    both = np.minimum(values[pair.first], values[pair.second])
    if not (both > 0.0).any():
        return False
    netted = np.where(pair.cancels & (both > 0), both, 0.0)
    values[pair.first] -= netted
    values[pair.second] -= netted
    at = np.flatnonzero((both > ROUNDING) & ~pair.cancels & ~done)
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
