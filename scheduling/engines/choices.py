"""Which of several choices of equal cost: when to run what could as well run at other times.

With the integers z fixed, the least cost V is convex in them: V(z') >= V(z) + r · (z' - z), r the
reduced costs of the fixed columns. So moving a choice from one step to another can cost as
little only where r does not rise. Such moves are tried, the most preferred first, each by
solving again from the basis at hand; what costs more is taken back.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import EngineFailed, Infeasible, OutOfTime, Unbounded
from scheduling.engines.rounding import counted
from scheduling.formulation.compiled import Compiled

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Less than this is no money: what a solver's tolerances leave of it, relative to the cost.
_NO_MONEY: Final = 1e-9
#: So many moves are tried in vain before what is left stays as it is.
_MOST_IN_VAIN: Final = 8
_MOST_MOVES: Final = 200


def settle_choices(
    highs: Any, model: Compiled, preferences: Array, *, run: Callable[[], object]
) -> None:
    """Move the fixed integers of ``highs`` to where they are preferred and cost no more.

    Args:
        highs: has just solved ``model`` with its integers fixed; afterwards likewise.
        run: solves ``highs`` within what time there is.
    """
    groups = counted(model)
    if not groups:
        return
    solution = highs.getSolution()
    values, prices = np.asarray(solution.col_value), np.asarray(solution.col_dual)
    least = highs.getInfo().objective_function_value
    money = _NO_MONEY * max(1.0, abs(least))
    in_vain: set[tuple[int, int]] = set()
    for _ in range(_MOST_MOVES):
        move = next(
            (
                m
                for m in _moves(groups, values, prices, preferences, money=money)
                if m not in in_vain
            ),
            None,
        )
        if move is None or len(in_vain) >= _MOST_IN_VAIN:
            break
        _put(highs, *move)
        if _costs_at_most(highs, least + money, run):
            solution = highs.getSolution()
            values, prices = np.asarray(solution.col_value), np.asarray(solution.col_dual)
        else:
            in_vain.add(move)
            _put(highs, *reversed(move))
    # The last move may have been taken back.
    run()


def _moves(
    groups: list[Indices], values: Array, prices: Array, preferences: Array, *, money: float
) -> Iterator[tuple[int, int]]:
    """Return moves (from, to) that may cost nothing, the most preferred of each group first."""
    for columns in groups:
        is_on = values[columns] > 0.5
        here, there = columns[is_on], columns[~is_on]
        gain = preferences[here][:, None] - preferences[there][None, :]
        costs = prices[there][None, :] - prices[here][:, None]
        pairs = np.argwhere((gain > 0.0) & (costs <= money))
        order = np.argsort(-gain[pairs[:, 0], pairs[:, 1]], kind="stable")
        for first, second in pairs[order].tolist():
            yield int(here[first]), int(there[second])


def _put(highs: Any, off: int, on: int) -> None:
    highs.changeColBounds(off, 0.0, 0.0)
    highs.changeColBounds(on, 1.0, 1.0)


def _costs_at_most(highs: Any, most: float, run: Callable[[], object]) -> bool:
    try:
        run()
    except (EngineFailed, Infeasible, OutOfTime, Unbounded):
        return False
    return bool(highs.getInfo().objective_function_value <= most)
