"""Why a run's plan is as it is, as rows for people; and two runs held against each other."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from scheduling.flex.run import RunResult, SavingFound
from scheduling.models import RunState, ScheduleRun
from scheduling.queries.overview import SitePlan
from tenants.permissions import Actor

#: So many runs of a site are offered to hold another against.
_OFFERED: Final = 20


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """What holds over [start, end), in words; ``of``: the device, or whose limit it is."""

    start: datetime
    end: datetime
    of: str
    text: str


@dataclass(frozen=True, slots=True)
class TermPair:
    """What two runs pay for the same thing [currency]; None where one knows nothing of it."""

    term: str
    first: float | None
    second: float | None

    @property
    def difference(self) -> float:
        """How much dearer the second is."""
        return (self.second or 0.0) - (self.first or 0.0)


@dataclass(frozen=True, slots=True)
class Explained:
    """A plan as people see it, with its reasons by time and what it saves.

    ``refinement``: what became of refining it, where physics bend; else empty.
    """

    plan: SitePlan
    reasons: tuple[ReasonRow, ...]
    savings: tuple[SavingFound, ...]
    refinement: str = ""


def explained(plan: SitePlan, *, currency: str, language: str) -> Explained:
    """Return ``plan`` with its reasons in ``language``, times in the site's zone."""
    result, zone = plan.result, ZoneInfo(plan.site.time_zone)
    rows = [
        ReasonRow(each.start, each.end, each.of, each.words(currency=currency, language=language))
        for each in result.reasons
    ]
    rows += [
        ReasonRow(
            each.start,
            each.end,
            each.device,
            each.words(currency=currency, language=language, zone=zone),
        )
        for each in result.device_reasons
    ]
    rows += [
        ReasonRow(each.start, each.end, each.of, each.words(currency=currency, language=language))
        for each in result.resolves
    ]
    rows.sort(key=lambda row: (row.start, row.of))
    mark = result.refinement
    return Explained(
        plan,
        tuple(rows),
        tuple(result.savings),
        refinement="" if mark is None else mark.words(language=language),
    )


def costs_side_by_side(first: RunResult, second: RunResult) -> list[TermPair]:
    """Return each term of either run, with what both pay for it."""
    terms = dict.fromkeys((*first.costs, *second.costs))
    return [TermPair(term, first.costs.get(term), second.costs.get(term)) for term in terms]


def comparable_runs(actor: Actor, run: ScheduleRun) -> list[ScheduleRun]:
    """Return the newest other runs of the same asset that have a plan, as far as seen."""
    others = ScheduleRun.objects.visible_to(actor).filter(
        asset_id=run.asset_id, state=RunState.READY
    )
    return list(
        others.exclude(pk=run.pk)
        .only("pk", "start", "end", "engine", "cost", "requested_at", "variation")
        .order_by("-requested_at", "-pk")[:_OFFERED]
    )
