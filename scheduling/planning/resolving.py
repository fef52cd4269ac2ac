"""What a kW or a kWh more at a limit is worth, found by planning anew with it.

Bounded in number and in time, and made on request alone: each is a plan of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from scheduling.engines.base import EngineFailed, Infeasible, OutOfTime, Unbounded
from scheduling.engines.exclusive import solve_apart
from scheduling.engines.highs import HighsEngine
from scheduling.flex.run import MOST_RESOLVES
from scheduling.interpret.intervals import bounds, runs
from scheduling.interpret.loosening import Candidate, candidates, loosened
from scheduling.interpret.reasons import Basis, Reason
from scheduling.interpret.wording import resolve_words
from scheduling.planning.plan import Plan, PlanStatus, Solved

MOST_TIME: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """What one ``unit`` more room at ``limit`` of ``of`` over [start, end) saves, planned anew.

    Attributes:
        unit: "kW", or "kWh" of a stock.
        saving: [currency, >= 0].
        off_by: it is that, give or take so much: what the two plans are not proven to [currency].
        by_dual: what the dual says of the same [currency]; zero where the limit does not bind.
    """

    limit: str
    of: str
    start: datetime
    end: datetime
    unit: str
    saving: float
    off_by: float
    by_dual: float
    currency: str
    basis: Basis = Basis.RESOLVE

    @property
    def text(self) -> str:
        """What it is worth in English; ``wording`` knows other languages."""
        return resolve_words(
            self.limit, self.of, unit=self.unit, saving=self.saving, currency=self.currency
        )


def resolve(
    plan: Plan, reasons: Sequence[Reason], *, most: int, time_limit: timedelta = MOST_TIME
) -> list[Resolve]:
    """Return what a kW or a kWh more is worth at the ``most`` limits that bind most, by time.

    As many as ``time_limit`` allows. None of a plan over scenarios, of one whose physics bend
    (``flex.SiteParts.not_planned_anew`` says so beforehand) or that breaks limits.

    Args:
        reasons: as ``explain`` tells them of ``plan``.
    """
    solved = plan.solved
    is_plain = plan.status in {PlanStatus.OPTIMAL, PlanStatus.TIME_LIMIT}
    if solved is None or not is_plain or solved.site.courses or solved.problem.bends or most <= 0:
        return []
    deadline = monotonic() + time_limit.total_seconds()
    asked = candidates(solved.site, solved.problem, solved.solution.values, reasons, plan.grid)
    found = []
    for each in asked[: min(most, MOST_RESOLVES)]:
        left = deadline - monotonic()
        answer = _anew(plan, solved, each, timedelta(seconds=left)) if left > 0.0 else None
        if answer is None:
            break
        found.append(answer)
    return sorted(found, key=lambda each: (each.start, each.of, each.limit))


def _anew(
    plan: Plan, solved: Solved, candidate: Candidate, time_limit: timedelta
) -> Resolve | None:
    model = loosened(solved.problem, candidate)
    model.forget_preferences()
    try:
        again = solve_apart(HighsEngine(), model, time_limit=time_limit)
    except (Infeasible, OutOfTime, Unbounded, EngineFailed):
        return None
    (first, last), *_ = runs(candidate.at)
    start, end = bounds(plan.grid, first, last)
    return Resolve(
        limit=candidate.limit,
        of=candidate.of,
        start=start,
        end=end,
        unit=candidate.unit,
        saving=max(plan.cost - again.cost, 0.0),
        off_by=max(plan.cost - plan.bound, 0.0) + max(again.cost - again.bound, 0.0),
        by_dual=candidate.by_dual,
        currency=plan.currency,
    )
