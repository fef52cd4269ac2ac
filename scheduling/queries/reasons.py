"""Why a run's plan is as it is, as rows for people; and two runs held against each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from scheduling.flex.run import RunResult, SavingFound
from scheduling.interpret.grounds import grounds
from scheduling.models import RunState, ScheduleRun
from scheduling.queries.overview import SitePlan
from tenants.permissions import Actor

#: So many runs of a site are offered to hold another against.
_OFFERED: Final = 20


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """What holds over [start, end), in words; ``of``: the device, or whose limit it is.

    ``grounds``: what the worth of a limit rests on, in words; empty where there is none.
    """

    start: datetime
    end: datetime
    of: str
    text: str
    grounds: str = ""


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
    rows = [*_limits(result, currency, language), *_resolves(result, currency, language)]
    rows += [
        ReasonRow(
            each.start,
            each.end,
            each.device,
            each.words(currency=currency, language=language, zone=zone),
        )
        for each in result.device_reasons
    ]
    rows.sort(key=lambda row: (row.start, row.of))
    mark = result.refinement
    return Explained(
        plan,
        tuple(rows),
        tuple(result.savings),
        refinement="" if mark is None else mark.words(language=language),
    )


def _limits(result: RunResult, currency: str, language: str) -> Iterator[ReasonRow]:
    for each in result.reasons:
        words = each.words(currency=currency, language=language)
        rests = ""
        if each.basis is not None:
            rests = grounds(each.basis, currency=currency, language=language)
        yield ReasonRow(each.start, each.end, each.of, words, rests)


def _resolves(result: RunResult, currency: str, language: str) -> Iterator[ReasonRow]:
    for each in result.resolves:
        words = each.words(currency=currency, language=language)
        rests = grounds(
            each.basis,
            currency=currency,
            language=language,
            off_by=each.off_by,
            by_dual=each.by_dual,
        )
        yield ReasonRow(each.start, each.end, each.of, words, rests)


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
