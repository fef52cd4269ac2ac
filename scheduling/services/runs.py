"""Asking for schedules."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from pydantic import ValidationError as DocumentInvalid

from assets.access import authorise_on
from assets.models import Asset
from assets.timegrid import TimeGrid
from scheduling import queries
from scheduling.engines.base import ENGINES
from scheduling.events import ScheduleRunChanged
from scheduling.flex.context import SiteContext
from scheduling.flex.parts import OnInfeasible
from scheduling.flex.run import MOST_RESOLVES, RunDocument
from scheduling.flex.uncertainty import Quantiles, Uncertainty
from scheduling.flex.window import MAX_STEPS, Coarser, Window
from scheduling.formulation.preferences import Ties
from scheduling.models import AssetFlex, ScheduleRun
from scheduling.planning.choices import AUTO, REFINER
from scheduling.services.flex import DeviceFlex, check_context, checked_device
from scheduling.services.following import Follow, following
from scheduling.services.scenarios import with_otherwise
from tenants.audit.services import record, values_of
from tenants.errors import as_validation_error, wrong
from tenants.events import emit
from tenants.jobs import enqueue
from tenants.permissions import Actor, Permission
from tenants.queries import usable

#: What is planned when nobody says what: from the running step on, as far as all is known.
USUAL_STEP: Final = timedelta(minutes=15)
USUAL_WINDOW: Final = timedelta(hours=24)


@transaction.atomic
def request_schedule(
    *,
    actor: Actor,
    asset: Asset,
    now: datetime,
    grid: TimeGrid | None = None,
    step: timedelta = USUAL_STEP,
    context: SiteContext | None = None,
    devices: Sequence[DeviceFlex] = (),
    engine: str = "auto",
    ties: Ties | None = None,
    on_infeasible: OnInfeasible = OnInfeasible.EXPLAIN,
    follow: Follow | None = None,
    quantiles: Quantiles | None = None,
    scenarios: Uncertainty | None = None,
    coarser: Sequence[Coarser] = (),
    resolves: int = 0,
) -> ScheduleRun:
    """Ask for a schedule of everything flexible beneath ``asset``.

    All that is beneath, and beneath the members of its context, is planned as one problem,
    whosever it is: the right to ask is needed on each. Each customer sees the plan of their
    own devices, as series of their sensors; the run itself is seen by who sees ``asset``.

    Args:
        now: time of the request; what becomes known later is not used.
        grid: planning window and step. When None, the next 24 hours from the running step
            on, or as much of them as all that the plan needs is known for.
        step: of the window when there is no ``grid``.
        context: what the request says instead of what is kept at the asset, field by field.
        devices: flexibility instead of, or beside, that kept at the devices.
        engine: name of a plug-in of group ``scheduling.engines``, or "auto".
        ties: as ``flex.SiteParts``, instead of what is kept.
        on_infeasible: as ``flex.SiteParts``.
        follow: what is kept of the last plan; nothing when None.
        quantiles: of forecasts, planned over; point values alone when None.
        scenarios: instead of that, scenarios with numbers of their own.
        coarser: as ``flex.Window``: later parts in which powers hold for longer than a step.
        resolves: at how many limits what a whole kW or kWh more is worth is found by planning
            anew; at most ``MOST_RESOLVES``.

    Returns:
        a queued run; a worker solves it after the transaction commits.

    Raises:
        PermissionDenied: ``actor`` may not request schedules on ``asset``.
        ValidationError: window, engine, a document or a sensor is wrong.
    """
    authorise_on(actor, Permission.SCHEDULE_REQUEST, asset)
    check_engine(engine)
    check_resolves(resolves)
    if grid is not None:
        check_length(grid)
    if context is not None:
        check_context(context, actor, field="context")
    asked = grid or _usual(now, step)
    # The running step began before now: what was set up a moment ago is meant all the same.
    kept, members = _kept_flex(actor, asset, at=asked.start if grid else now)
    for index, device in enumerate(devices):
        field, roots = f"devices.{index}", (asset.path, *(each.path for each in members))
        if not device.asset.path.startswith(roots):
            raise wrong(f"{field}.asset", f"not beneath {asset}", code="not_found")
        before = kept.get(device.asset.pk)
        row = checked_device(device, actor, at=asked.start, field=field, kept=before)
        kept[device.asset.pk] = row
    problem_of = partial(
        queries.run_document,
        asset,
        kept=kept,
        context=context if ties is None else _with_ties(context, ties),
        members=members,
        named={device.asset.pk for device in devices},
        on_infeasible=on_infeasible,
    )
    document = problem_of(asked)
    known = queries.known_steps(document, now) if grid is None else asked.n_steps
    if 0 < known < asked.n_steps:
        document = problem_of(TimeGrid(asked.start, asked.step, known))
    document = with_coarser(document, coarser)
    if follow is not None:
        document = following(document, follow, actor=actor, asset=asset, now=now)
    document = with_otherwise(document, quantiles, scenarios)
    document = document.model_copy(update={"resolves": resolves})
    run = run_of(asset, document, now=now, engine=engine)
    return enqueue_run(actor, "request_schedule", run, document=document)


def _kept_flex(
    actor: Actor, asset: Asset, *, at: datetime
) -> tuple[dict[int, AssetFlex], list[Asset]]:
    """Return what is kept beneath ``asset`` and its members, by asset, and the members.

    Raises:
        PermissionDenied: ``actor`` may not request schedules on one of the members.
    """
    kept = queries.flex_of(asset, at)
    members = queries.members_of(asset, kept)
    for member in members:
        authorise_on(actor, Permission.SCHEDULE_REQUEST, member)
        kept |= queries.flex_of(member, at)
    return kept, members


def _with_ties(context: SiteContext | None, ties: Ties) -> SiteContext:
    said = {} if context is None else dict(context.fields())
    fields = {"ties"} | (set() if context is None else context.model_fields_set)
    return SiteContext.model_construct(_fields_set=fields, **{**said, "ties": ties})


def with_coarser(document: RunDocument, coarser: Sequence[Coarser]) -> RunDocument:
    """Return ``document`` with a window that grows coarser.

    Raises:
        ValidationError: the parts do not rise, or do not fit the step.
    """
    if not coarser:
        return document
    given = document.site.window.model_dump() | {"coarser": tuple(coarser)}
    try:
        window = Window.model_validate(given)
    except DocumentInvalid as error:
        raise as_validation_error(error, field="") from error
    site = document.site.model_copy(update={"window": window})
    return document.model_copy(update={"site": site})


def check_length(grid: TimeGrid) -> None:
    """Check that a window is not too long.

    Raises:
        ValidationError: it is.
    """
    if grid.n_steps > MAX_STEPS:
        words = f"{grid.n_steps} steps; at most {MAX_STEPS} in one plan"
        raise wrong("end", words, code="too_long", maximum=MAX_STEPS)


def check_engine(engine: str) -> None:
    """Check that there is an engine of this name that the tenant may ask for.

    Raises:
        ValidationError: there is none.
    """
    known = ("auto", *usable(ENGINES))
    if engine not in known:
        words = f"unknown engine {engine!r} (known: {', '.join(known)})"
        raise wrong("engine", words, code="engine")


def check_resolves(number: int) -> None:
    """Check that not too many limits are to be planned anew.

    Raises:
        ValidationError: they are, or fewer than none.
    """
    if not 0 <= number <= MOST_RESOLVES:
        words = f"{number} should be from 0 to {MOST_RESOLVES}"
        raise wrong("resolves", words, code="range")


def _usual(now: datetime, step: timedelta) -> TimeGrid:
    if step <= timedelta(0) or USUAL_WINDOW % step or timedelta(hours=1) % step:
        raise wrong("step_minutes", "should divide an hour: 5, 15, 30 and 60 are common")
    behind = timedelta(seconds=now.timestamp() % step.total_seconds())
    return TimeGrid(now - behind, step, USUAL_WINDOW // step)


def run_of(asset: Asset, document: RunDocument, *, now: datetime, engine: str) -> ScheduleRun:
    """Return a run of ``document`` that is not stored yet."""
    grid = document.site.window.grid
    return ScheduleRun(
        asset=asset,
        engine=engine,
        start=grid.start,
        end=grid.end,
        step=grid.step,
        knowledge_time=now,
        problem=document.model_dump(mode="json"),
        requested_at=now,
        updated_at=now,
    )


def enqueue_run(actor: Actor, verb: str, run: ScheduleRun, *, document: RunDocument) -> ScheduleRun:
    """Store ``run`` of ``document`` with the job that solves it; called where rights are checked.

    What is refined waits in a queue of its own, so that no linear plan waits for it.
    """
    run.requested_by = actor.name
    run_id = str(run.pk)
    is_refined = run.engine == REFINER or (document.site.bends and run.engine == AUTO)
    kind = "scheduling.refine" if is_refined else "scheduling.solve"
    enqueue(kind, payload={"run_id": run_id}, dedupe_key=run_id, now=run.requested_at)
    asked = values_of(run, "asset_id", "engine", "start", "end", "step")
    record(actor=actor, verb=verb, subject=run, after=asked)
    run.revision = ScheduleRun.objects.next_revision()
    run.save()
    emit(ScheduleRunChanged(str(run.pk), run.asset.path))
    return run


@transaction.atomic
def request_again(*, actor: Actor, run: ScheduleRun, now: datetime) -> ScheduleRun:
    """Repeat the request of ``run`` with what is known now; the old run stays as it was.

    Raises:
        PermissionDenied: ``actor`` may not request schedules on the run's asset.
    """
    return _anew(actor, run, {}, verb="request_again", now=now)


@transaction.atomic
def request_nearest(*, actor: Actor, run: ScheduleRun, now: datetime) -> ScheduleRun:
    """Repeat the request of ``run``; where no plan keeps every limit, for the nearest.

    Raises:
        PermissionDenied: ``actor`` may not request schedules on the run's asset.
    """
    nearest = {"on_infeasible": OnInfeasible.NEAREST}
    return _anew(actor, run, nearest, verb="request_nearest", now=now)


def _anew(
    actor: Actor, run: ScheduleRun, changes: dict[str, Any], *, verb: str, now: datetime
) -> ScheduleRun:
    authorise_on(actor, Permission.SCHEDULE_REQUEST, run.asset)
    asked = RunDocument.model_validate(run.problem)
    document = asked.model_copy(update={"site": asked.site.model_copy(update=changes)})
    again = run_of(run.asset, document, now=now, engine=run.engine)
    again.variation = run.variation
    return enqueue_run(actor, verb, again, document=document)
