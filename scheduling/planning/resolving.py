"""What a kW or a kWh more at a limit is worth, found by planning anew with it.

Bounded in number and in time, and made on request alone: each is a plan of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isfinite
from time import monotonic
from typing import Final

from scheduling.engines.base import EngineFailed, Infeasible, OutOfTime, Solution, Unbounded
from scheduling.engines.exclusive import solve_apart
from scheduling.engines.highs import HighsEngine
from scheduling.flex.run import MOST_RESOLVES
from scheduling.formulation.site import SiteModel
from scheduling.interpret.intervals import bounds, runs
from scheduling.interpret.loosening import Candidate, candidates, loosened
from scheduling.interpret.reasons import Basis, Reason
from scheduling.interpret.wording import resolve_words
from scheduling.planning.plan import Plan, PlanStatus, Solved
from scheduling.planning.refining import refined
from scheduling.planning.scenarios import joined

MOST_TIME: Final = timedelta(seconds=10)
_PLAIN: Final = (PlanStatus.OPTIMAL, PlanStatus.LOCAL, PlanStatus.TIME_LIMIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """What one ``unit`` more room at ``limit`` of ``of`` over [start, end) saves, planned anew.

    Attributes:
        unit: "kW", or "kWh" of a stock.
        saving: [currency, >= 0].
        off_by: it is that, give or take so much: what the two plans are not proven to [currency].
            Where physics bend that is wide: no plan nearby costs less, one far away might.
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
    basis: Basis

    @property
    def text(self) -> str:
        """What it is worth in English; ``wording`` knows other languages."""
        return resolve_words(
            self.limit, self.of, unit=self.unit, saving=self.saving, currency=self.currency
        )


def resolve(
    plan: Plan,
    reasons: Sequence[Sequence[Reason]],
    *,
    most: int,
    time_limit: timedelta = MOST_TIME,
) -> list[Resolve]:
    """Return what a kW or a kWh more is worth at the ``most`` limits that bind most, by time.

    As many as ``time_limit`` allows; none of a plan that breaks limits. With scenarios the limit
    is loosened in all of them, and what that saves is counted as the plan counts costs. Where
    ``plan`` keeps exact equations, so does what is planned anew.

    Args:
        reasons: as ``explain`` reads them of ``plan``; with scenarios, those of each.
    """
    solved = plan.solved
    if solved is None or plan.status not in _PLAIN or most <= 0:
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
    deadline = monotonic() + time_limit.total_seconds()
    is_exact = plan.status is PlanStatus.LOCAL
    site = _loosened(solved, candidate)
    site.model.forget_preferences()
    try:
        again = solve_apart(HighsEngine(), site.model, time_limit=time_limit)
    except (Infeasible, OutOfTime, Unbounded, EngineFailed):
        return None
    if is_exact:
        left = timedelta(seconds=deadline - monotonic())
        exact = _by_exact_equations(solved, site, again, left)
        if exact is None:
            return None
        again = exact
    off_by = max(plan.cost - plan.bound, 0.0) + max(again.cost - again.bound, 0.0)
    if not isfinite(off_by):
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
        off_by=off_by,
        by_dual=candidate.by_dual,
        currency=plan.currency,
        basis=Basis.RESOLVE_NEARBY if is_exact else Basis.RESOLVE,
    )


def _loosened(solved: Solved, candidate: Candidate) -> SiteModel:
    if not solved.outlooks:
        return loosened(solved.problem, candidate)
    sites = [loosened(each.problem, candidate) for each in solved.outlooks]
    return joined(solved.outlooks, sites, solved.document)


def _by_exact_equations(
    solved: Solved, site: SiteModel, linear: Solution, time_limit: timedelta
) -> Solution | None:
    """Return the cheaper of two plans of ``site`` near which none is cheaper; None without one.

    One is found from ``linear``, its choices made anew; the other from the plan that stands,
    which the loosened limits allow: so a refined one is not held against a worse road.
    """
    starts = [linear]
    if solved.solution.values.size == linear.values.size:
        starts.append(replace(linear, values=solved.solution.values))
    found = [
        refined(site, solved.problem, each, engine="highs", refiner=None, time_limit=time_limit / 2)
        for each in starts
    ]
    exact = [each.solution for each in found if each.refinement.is_exact]
    return min(exact, key=lambda each: each.cost, default=None)
