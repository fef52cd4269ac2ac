"""Ask for a forecast, now or again."""

import math
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from assets.access import authorise_on
from assets.models import Sensor
from assets.timegrid import TimeGrid
from forecasting import queries
from forecasting.forecasters.base import FORECASTERS
from forecasting.models import SUM, ForecastPlan, ForecastRun
from tenants.audit.services import record, values_of
from tenants.errors import wrong
from tenants.jobs import enqueue
from tenants.permissions import Actor, Permission
from tenants.queries import usable

#: Two weeks: weather and prices are not known further.
MAX_HORIZON: Final = timedelta(days=14)
_HOUR: Final = timedelta(hours=1)
MAX_HISTORY: Final = timedelta(days=3 * 365)
#: Two weeks of five minutes.
MAX_STEPS: Final = 4_032


@transaction.atomic
def request_forecast(
    *,
    actor: Actor,
    sensor: Sensor,
    now: datetime,
    grid: TimeGrid | None = None,
    forecaster: str | None = None,
    history: timedelta | None = None,
) -> ForecastRun:
    """Ask for a forecast of ``sensor``.

    Args:
        now: time of the request; what becomes known later is not used.
        grid: window, in steps of the sensor's resolution; from ``now`` over the horizon of the
            sensor's plan when not given.
        forecaster: name of a plug-in of group ``forecasting.forecasters``; that of the
            sensor's plan when not given.
        history: how far before the window to learn from; likewise.

    Returns:
        a queued run; a worker forecasts after the transaction commits.

    Raises:
        PermissionDenied: ``actor`` may not request forecasts on the sensor's asset.
        ValidationError: window, forecaster or history is wrong, or the plan's step has become so.
    """
    authorise_on(actor, Permission.FORECAST_REQUEST, sensor.asset)
    check_has_events(sensor)
    plan = queries.plan_of(sensor)
    name = plan.forecaster if forecaster is None else forecaster
    check_forecaster(name)
    if name == SUM:
        check_sum(actor, sensor, parts_of(plan))
    step = sensor.resolution if plan.step is None or name == SUM else plan.step
    check_step(step, sensor)
    if grid is None:
        grid = _window_from(now, plan, step)
    _check_window(grid, sensor, step, now)
    span = plan.history if history is None else history
    check_span("history", span, step, MAX_HISTORY)
    run = ForecastRun.objects.create(
        sensor=sensor,
        forecaster=name,
        start=grid.start,
        end=grid.end,
        history_start=grid.start - span // step * step,
        step=step,
        knowledge_time=now,
        requested_by=actor.name,
        requested_at=now,
    )
    _enqueue(run, now)
    asked = values_of(run, "sensor_id", "forecaster", "start", "end", "history_start", "step")
    record(actor=actor, verb="request_forecast", subject=run, after=asked)
    return run


@transaction.atomic
def request_again(*, actor: Actor, run: ForecastRun, now: datetime) -> ForecastRun:
    """Repeat the request of ``run``, for as long a window from now on; the old run stays.

    Returns and raises as ``request_forecast``.
    """
    sensor = run.sensor
    start = next_start(sensor, now)
    return request_forecast(
        actor=actor,
        sensor=sensor,
        now=now,
        grid=TimeGrid.between(start, start + (run.end - run.start), sensor.resolution),
        forecaster=run.forecaster,
        history=run.history,
    )


def _enqueue(run: ForecastRun, now: datetime) -> None:
    run_id = str(run.pk)
    enqueue("forecasting.forecast", payload={"run_id": run_id}, dedupe_key=run_id, now=now)


def _window_from(now: datetime, plan: ForecastPlan, step: timedelta) -> TimeGrid:
    check_span("horizon", plan.horizon, step, MAX_HORIZON)
    start = _next_multiple(step, now)
    return TimeGrid.between(start, start + plan.horizon // step * step, plan.sensor.resolution)


def next_start(sensor: Sensor, now: datetime) -> datetime:
    """Return when the first window of ``sensor`` begins that does at ``now`` or later."""
    return _next_multiple(queries.plan_of(sensor).step or sensor.resolution, now)


def _next_multiple(step: timedelta, now: datetime) -> datetime:
    seconds = step.total_seconds()
    after = math.ceil(now.timestamp() / seconds) * seconds
    return datetime.fromtimestamp(after, tz=now.tzinfo)


def check_has_events(sensor: Sensor) -> None:
    """Raise ``ValidationError`` if the readings of ``sensor`` are points in time."""
    if sensor.is_instantaneous:
        words = f"{sensor} has points in time: forecasts are of events, of minutes or more"
        raise wrong("sensor", words, code="sensor")


def check_forecaster(name: str) -> None:
    """Raise ``ValidationError`` unless ``name`` is one that the tenant may ask for.

    A plug-in of ours or one that its plan lists, a remote model, or ``SUM``.
    """
    known = usable(FORECASTERS)
    if name not in (*known, SUM) and not queries.has_remote_model(name):
        words = f"unknown forecaster {name!r} (known: {', '.join(known)}, {SUM})"
        raise wrong("forecaster", words, code="forecaster")


def _check_window(grid: TimeGrid, sensor: Sensor, step: timedelta, now: datetime) -> None:
    if grid.step != sensor.resolution:
        words = f"{sensor} has events of {sensor.resolution}, not {grid.step}"
        raise wrong("step", words, code="step")
    for field, moment in (("start", grid.start), ("end", grid.end)):
        if moment.timestamp() % step.total_seconds():
            words = f"{sensor} is foretold on multiples of {step} in UTC, not at {moment}"
            raise wrong(field, words, code=field)
    if grid.end <= now:
        raise wrong("end", f"the window ends at {grid.end}: that is past", code="past")
    n_steps = (grid.end - grid.start) // step
    if grid.end > now + MAX_HORIZON + step or n_steps > MAX_STEPS:
        words = f"{n_steps} steps to {grid.end}: at most {MAX_HORIZON.days} days ahead"
        raise wrong("end", f"{words} and {MAX_STEPS} steps are allowed", code="too_long")


def parts_of(plan: ForecastPlan) -> list[Sensor]:
    """Return the sensors that ``plan`` adds up. Raises ``ValidationError``."""
    try:
        return queries.parts_of(plan)
    except queries.WrongParts as refusal:
        raise wrong("parts", str(refusal), code="choice") from None


def check_sum(actor: Actor, net: Sensor, parts: list[Sensor]) -> None:
    """Raise unless ``actor`` may read ``parts``, and they can be added up to ``net``."""
    for each in parts:
        authorise_on(actor, Permission.ASSET_READ, each.asset)
    try:
        queries.check_parts(net, parts)
    except queries.WrongParts as refusal:
        raise wrong("parts", str(refusal), code="choice") from None


def check_step(step: timedelta, sensor: Sensor) -> None:
    """Raise ``ValidationError`` unless ``step`` is a part of an hour in whole events."""
    if not timedelta(0) < step <= _HOUR or _HOUR % step or step % sensor.resolution:
        words = f"{step} is no part of an hour that is a whole number of {sensor.resolution}"
        raise wrong("step", words, code="step")


def check_span(field: str, span: timedelta, step: timedelta, most: timedelta) -> None:
    """Raise ``ValidationError`` unless ``span`` is one step or more, and at most ``most``."""
    if not step <= span <= most:
        words = f"{span} is not between one step ({step}) and {most.days} days"
        raise wrong(field, words, code="range")
