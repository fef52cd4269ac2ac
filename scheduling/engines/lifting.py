"""Powers that are zero or at least so much, with binaries only where the choice is open.

Let L be the least cost as if there were no such gap, and d the reduced costs there. A plan in
which a power leaves its bound by Δ costs at least L + |d| · Δ. So once a plan of cost U is
known, only where |d| · Δ <= U - L is it open whether a power is zero or not; all other binaries
can be fixed, and nothing is lost (reduced cost fixing: Dantzig, Fulkerson and Johnson, 1954).
U is guessed first, which is checked by the plan that comes of it.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import Solution
from scheduling.formulation.blocks import FromBetween
from scheduling.formulation.linear_model import Columns, LinearModel

Array = NDArray[np.float64]

#: Less than this, in both directions at once or below the least power, is rounding [kW].
ROUNDING: Final = 1e-7
#: How much a plan with gaps is guessed to cost more than one without, as a share of it: on a third
#: of the days with vehicles it is less, and what is opened needlessly takes little longer.
_GUESS: Final = 2e-5
#: Reduced costs are known to this, relative: what is that near is open.
_TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class _Lifted:
    each: FromBetween
    on: Columns


class Lifting:
    """The binaries of ``model.from_between``: none at first, then as few as are open."""

    def __init__(self, model: LinearModel) -> None:
        self._model = model
        self._lifted: list[_Lifted] = []
        self._relaxed: Solution | None = None
        self._reach = np.inf
        # With integers of its own, a model's reduced costs hold only as long as those stay.
        self._has_prices = bool(model.from_between) and not model.compile().integer.any()

    def bounded(self, solution: Solution) -> Solution:
        """Return ``solution`` with a bound for all plans, not only those that are open."""
        most = solution.cost if self._relaxed is None else self._relaxed.cost + self._reach
        return replace(solution, bound=min(solution.bound, most))

    def settle(self, solution: Solution) -> bool:
        """Return if ``solution`` made the model change; if not, it keeps to all gaps."""
        if self._relaxed is None:
            self._relaxed = solution
        if not self._lifted:
            if not any(_is_between(each, solution.values) for each in self._model.from_between):
                return False
            # All devices at once: one by one, the gap would only move on to the next.
            self._lifted = [_lift(self._model, each) for each in self._model.from_between]
            self._open(_GUESS * abs(solution.cost))
            return True
        more = solution.cost - self._relaxed.cost
        if more <= self._reach or not solution.is_proven:
            return False
        return self._open(more)

    def open_all(self) -> bool:
        """Leave every choice open; return if any was not."""
        was_closed = bool(self._lifted) and np.isfinite(self._reach)
        return was_closed and self._open(np.inf)

    def _open(self, reach: float) -> bool:
        """Fix what costs more than ``reach`` beyond the relaxed solution, open the rest.

        Return if that opened any choice.
        """
        lower, upper = self._model.bounds()
        binaries = np.concatenate([each.on for each in self._lifted])
        # Of these alone: other columns may have no bound, and what is endless never grows.
        was_open = np.count_nonzero(upper[binaries] > lower[binaries])
        prices = None if self._relaxed is None else self._relaxed.reduced_costs
        self._reach = reach if self._has_prices and prices is not None else np.inf
        clearly = self._reach * (1.0 + _TOLERANCE)
        for lifted in self._lifted:
            each, on = lifted.each, lifted.on
            lower[on], upper[on] = 0.0, 1.0
            if self._relaxed is None or prices is None:
                continue
            price, power = prices[each.columns], self._relaxed.values[each.columns]
            upper[on[(power <= ROUNDING) & (price * each.least > clearly)]] = 0.0
            lower[on[(power >= each.least) & (-price * power > clearly)]] = 1.0
        return bool(np.count_nonzero(upper[binaries] > lower[binaries]) > was_open)


def _is_between(each: FromBetween, values: Array) -> bool:
    power = values[each.columns]
    return bool(np.any((power > ROUNDING) & (power < each.least - ROUNDING)))


def _lift(model: LinearModel, each: FromBetween) -> _Lifted:
    name = f"on: {each.name}"
    on = model.add_columns(name, each.columns.shape, upper=1.0, integer=True)
    model.add_rows(f"{name} most", on.shape, [(each.columns, 1.0), (on, -each.most)], upper=0.0)
    model.add_rows(f"{name} least", on.shape, [(each.columns, 1.0), (on, -each.least)], lower=0.0)
    for number, runs in enumerate(each.runs):
        rows = model.add_rows(f"{name} runs {number}", (1,), lower=runs.least)
        model.add_entries(rows, on[runs.of], 1.0)
        model.add_entries(rows, np.array([runs.missed]), runs.share)
    return _Lifted(each, on)
