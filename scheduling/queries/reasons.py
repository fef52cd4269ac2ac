"""Why a run's plan is as it is, as rows for people; and two runs held against each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from scheduling.flex.run import BreachFound, RunResult, SavingFound, WearFound
from scheduling.interpret.grounds import grounds
from scheduling.interpret.rainflow import Wear
from scheduling.models import RunState, ScheduleRun
from scheduling.queries.overview import SitePlan
from scheduling.queries.wear import measured_wear_of_run
from tenants.permissions import Actor

#: So many runs of a site are offered to hold another against.
_OFFERED: Final = 20


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """What holds over [start, end), in words; ``of``: the device, or whose limit it is.

    ``grounds``: what the worth of a limit rests on, in words; empty where there is none.
    ``is_limit``: whether it is of a limit, else of what a device does.
    """

    start: datetime
    end: datetime
    of: str
    text: str
    grounds: str = ""
    is_limit: bool = False


@dataclass(frozen=True, slots=True)
class WearRow:
    """What a battery went through in the window of a plan: as planned, or as measured so far."""

    device: str
    is_measured: bool
    wear: WearFound | Wear

    @property
    def deepest_percent(self) -> float:
        """Depth of the deepest cycle, of the capacity [%]."""
        return 100.0 * self.wear.deepest

    @property
    def life_percent(self) -> float:
        """How much of its life is gone with it [%]."""
        return 100.0 * self.wear.life


@dataclass(frozen=True, slots=True)
class SavingRow:
    """A baseline with what is saved against it; ``why``: in words, where that cannot be told."""

    found: SavingFound
    why: str


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

    ``breaches``: limits that are broken, in words. ``refinement``: what became of refining it,
    where physics bend; else empty.
    """

    plan: SitePlan
    reasons: tuple[ReasonRow, ...]
    savings: tuple[SavingRow, ...]
    breaches: tuple[tuple[BreachFound, str], ...]
    wear: tuple[WearRow, ...]
    refinement: str = ""


def explained(plan: SitePlan, *, currency: str, language: str, now: datetime) -> Explained:
    """Return ``plan`` with its reasons in ``language``, times in the site's zone.

    ``now``: what is measured until then is held beside it.
    """
    result = plan.result
    mark = result.refinement
    return Explained(
        plan,
        tuple(reason_rows(plan, currency=currency, language=language)),
        tuple(SavingRow(each, each.why_said(language=language)) for each in result.savings),
        tuple((each, each.words(language=language)) for each in result.breaches),
        tuple(_wear(plan, now)),
        refinement="" if mark is None else mark.words(language=language),
    )


def reason_rows(plan: SitePlan, *, currency: str, language: str) -> list[ReasonRow]:
    """Return why ``plan`` is as it is in ``language``, by time; times in the site's zone."""
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
    return rows


def _wear(plan: SitePlan, now: datetime) -> Iterator[WearRow]:
    measured = measured_wear_of_run(plan.run, now=now)
    for name, wear in plan.result.wear.items():
        yield WearRow(device=name, is_measured=False, wear=wear)
        if name in measured:
            yield WearRow(device=name, is_measured=True, wear=measured[name])


def _limits(result: RunResult, currency: str, language: str) -> Iterator[ReasonRow]:
    for each in result.reasons:
        words = each.words(currency=currency, language=language)
        rests = ""
        if each.basis is not None:
            rests = grounds(each.basis, currency=currency, language=language)
        yield ReasonRow(each.start, each.end, each.of, words, rests, is_limit=True)


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
        yield ReasonRow(each.start, each.end, each.of, words, rests, is_limit=True)


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
