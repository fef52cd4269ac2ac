"""What a worker does with a queued run or inquiry: read, plan, record."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import transaction
from pydantic import ValidationError

from assets.models import Sensor, Source, SourceKind
from assets.services import SeriesOfBeliefs, record_many
from assets.timegrid import TimeGrid
from scheduling import queries
from scheduling.engines.base import EngineFailed, OutOfTime, Unbounded
from scheduling.events import ScheduleRunChanged
from scheduling.flex.identification import IdentificationDocument, IdentificationResult
from scheduling.flex.parsing import DocumentError, error_lines
from scheduling.flex.run import RunDocument, RunResult
from scheduling.flex.study import StudyDocument
from scheduling.flex.study_result import StudyResult
from scheduling.interpret.failures import FAILURES
from scheduling.models import (
    Identification,
    InquiryState,
    RunState,
    ScheduleRun,
    Study,
)
from scheduling.models.schedule_run import ScheduleRunQuerySet
from scheduling.planning import EngineUnsuited, Explanation, Plan, PlanStatus, explain, plan
from tenants.events import emit
from tenants.jobs import Claim
from tenants.permissions import PLATFORM
from tenants.sayings import kept, saying_of

TIME_LIMIT: Final = timedelta(seconds=60)  # below the job's limit, to end in words

Clock = Callable[[], datetime]


def solve(claim: Claim, run_id: str, *, clock: Clock) -> None:
    """Bring the run from QUEUED to READY, INFEASIBLE or FAILED; leave a finished run alone.

    The outcome, the schedule and the end of the job are one transaction.
    """
    with transaction.atomic():
        run = _held().get(pk=run_id)
        if run.finished_at is not None:
            return
        _move(run, RunState.SOLVING, at=clock())
    try:
        found = plan(
            queries.read_problem(run),
            engine=run.engine,
            time_limit=TIME_LIMIT,
            # A variation has other rows: it would only push the site's own model out.
            living=None if run.variation else (claim.tenant.schema_name, run.asset_id),
        )
    except (queries.MissingBeliefs, OutOfTime, Unbounded, EngineFailed, EngineUnsuited) as failure:
        with claim.finishing():
            _move(run, RunState.FAILED, at=clock(), **kept(failure=_why(failure), most=1000))
        return
    # Before the transaction: planning anew what a limit is worth takes its time.
    why = explain(found, resolves=RunDocument.model_validate(run.problem).resolves)
    with claim.finishing():
        if found.status is PlanStatus.INFEASIBLE:
            result = RunResult.model_validate(_contradiction(run, found)).model_dump(mode="json")
            told = kept(failure=found.failure, most=1000)
            _move(run, RunState.INFEASIBLE, at=clock(), result=result, **told)
        else:
            _record(run, found, why, at=clock())


def identify(claim: Claim, identification_id: str, *, clock: Clock) -> None:
    """Bring the identification from QUEUED to READY or FAILED; leave a finished one alone."""
    # Needs what takes half a second to import, and few workers are asked.
    from scheduling.planning import identifying  # noqa: PLC0415

    row = Identification.objects.get(pk=identification_id)
    if row.finished_at is not None:
        return
    asked = IdentificationDocument.model_validate(row.asked).measured
    found, failure = None, {}
    try:
        measured = queries.read_measured(asked, row.grid, known_at=row.knowledge_time)
        found = identifying.identify(measured)
    except ValueError as refusal:  # each kind of it has words for the user
        failure = kept(failure=_why(refusal), most=500)
    with claim.finishing():
        if found is None:
            row.end_as(InquiryState.FAILED, at=clock(), **failure)
            return
        result = IdentificationResult(
            parameters=found.parameters, errors=found.errors, rmse=found.rmse
        )
        row.end_as(InquiryState.READY, at=clock(), result=result.model_dump(mode="json"))


def study(claim: Claim, study_id: str, *, clock: Clock) -> None:
    """Bring the study from QUEUED to READY or FAILED; leave a finished one alone."""
    # Loads the compiler of loops, which few workers need.
    from scheduling.planning.sizing import StudyRefused  # noqa: PLC0415
    from scheduling.planning.studying import answer_study  # noqa: PLC0415

    row = Study.objects.get(pk=study_id)
    if row.finished_at is not None:
        return
    document = StudyDocument.model_validate(row.asked)
    found, failure = None, {}
    try:
        asked, filled = queries.read_study(document, known_at=row.knowledge_time)
        found = {**answer_study(asked), "filled_share": filled}
    except (queries.MissingBeliefs, ValidationError, StudyRefused, OutOfTime) as refusal:
        failure = kept(failure=_why(refusal), most=500)
    with claim.finishing():
        if found is None:
            row.end_as(InquiryState.FAILED, at=clock(), **failure)
        else:
            result = StudyResult.model_validate(found).model_dump(mode="json")
            row.end_as(InquiryState.READY, at=clock(), result=result)


def give_up_inquiry(
    kind: type[Identification] | type[Study], key: str, *, reason: str, at: datetime
) -> None:
    """End an inquiry whose job failed for good."""
    row = kind.objects.select_for_update().filter(pk=key).first()
    if row is not None and row.finished_at is None:
        failure = FAILURES("internal", reason=reason)
        row.end_as(InquiryState.FAILED, at=at, **kept(failure=failure, most=500))


def give_up(run_id: str, *, reason: str, at: datetime) -> None:
    """End a run whose job failed for good; called in the transaction that says so."""
    run = _held().filter(pk=run_id).first()
    if run is not None and run.finished_at is None:
        failure = FAILURES("internal", reason=reason)
        _move(run, RunState.FAILED, at=at, **kept(failure=failure, most=1000))


def _why(refusal: Exception) -> str:
    """Return the words of ``refusal``; engines know none in other languages."""
    if isinstance(refusal, OutOfTime):
        return FAILURES("out_of_time")
    if isinstance(refusal, EngineFailed):
        return FAILURES("engine_failed")
    if isinstance(refusal, ValidationError):
        return FAILURES("does_not_fit", reason=str(DocumentError(error_lines(refusal))))
    return FAILURES("unbounded") if isinstance(refusal, Unbounded) else saying_of(refusal)


def _held() -> ScheduleRunQuerySet:
    """Return the runs, each to be locked when read, with the asset under which it is told of."""
    return ScheduleRun.objects.select_related("asset").select_for_update(of=("self",))


def _record(run: ScheduleRun, found: Plan, why: Explanation, *, at: datetime) -> None:
    outputs = RunDocument.model_validate(run.problem).outputs
    source = Source.objects.of(SourceKind.SCHEDULER, found.engine)
    sensor_ids = {
        each
        for output in outputs.values()
        for each in (output.power_sensor, output.stock_sensor)
        if each is not None
    }
    sensors = Sensor.objects.select_related("asset").in_bulk(sensor_ids)

    def believed(sensor_id: int | None, values: np.ndarray) -> SeriesOfBeliefs | None:
        sensor = sensors.get(sensor_id or 0)
        if sensor is None or sensor.resolution != run.step:
            return None
        grid = TimeGrid(run.start, run.step, values.size)
        return SeriesOfBeliefs(
            sensor=sensor, source=source, grid=grid, values=values, belief_time=at
        )

    series = []
    for name, output in outputs.items():
        power, held = _power_of(name, found), found.stock_kwh.get(name)
        series += [] if power is None else [believed(output.power_sensor, power)]
        series += [] if held is None else [believed(output.stock_sensor, held)]
    record_many(actor=PLATFORM, series=[each for each in series if each is not None])
    told = why.as_json() | _contradiction(run, found)
    result = RunResult.model_validate(found.as_json() | told)
    _move(run, RunState.READY, at=at, cost=found.cost, result=result.model_dump(mode="json"))


def _contradiction(run: ScheduleRun, found: Plan) -> dict[str, Any]:
    """Return which limits cannot be kept together, and where the site's clocks stand."""
    conflicts = zip(found.as_json()["contradiction"], found.contradiction, strict=True)
    return {
        "contradiction": [{**told, "said": each.text.as_json()} for told, each in conflicts],
        "time_zone": run.asset.time_zone,
    }


def _power_of(name: str, found: Plan) -> np.ndarray | None:
    """Return the planned power of a device; of one with several ports, that at its first."""
    if name in found.power_kw:
        return found.power_kw[name]
    ports = (power for port, power in found.power_kw.items() if port.startswith(f"{name}/"))
    return next(ports, None)


def _move(run: ScheduleRun, state: RunState, *, at: datetime, **changes: object) -> None:
    run.move_to(state, at=at, **changes)
    emit(ScheduleRunChanged(str(run.pk), run.asset.path))
