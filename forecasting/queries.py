"""Reads for forecasting: what was known of a sensor, as a forecaster wants it."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db.models import QuerySet

from assets.calendars import wall_clock
from assets.models import Belief, Quantity, Sensor, SourceKind
from assets.queries import EXPECTED, MEASURED, read_onto, read_series
from assets.timegrid import TimeGrid
from forecasting.evaluation.live import LiveScores, live_scores
from forecasting.features import known
from forecasting.features.calendar import with_holidays
from forecasting.forecasters.base import Array, Place, Sample, Times
from forecasting.forecasters.remote import Remote
from forecasting.models import REMOTE, ForecastPlan, ForecastRun, RemoteModel
from tenants.secrets import CannotOpen

logger = logging.getLogger(__name__)

_NAMES: Final = {
    Quantity.IRRADIANCE: known.IRRADIANCE,
    Quantity.TEMPERATURE: known.TEMPERATURE,
}
_SCORED: Final = timedelta(days=28)
#: How late a reading may be and still be news.
_LATE: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a forecaster is asked: the history, and labels and covariates of the window."""

    history: Sample
    times: Times
    covariates: Array


def plan_of(sensor: Sensor) -> ForecastPlan:
    """Return the plan that is kept for ``sensor``, or an unsaved one with the defaults."""
    return ForecastPlan.objects.filter(sensor=sensor).first() or ForecastPlan(sensor=sensor)


def has_remote_model(name: str) -> bool:
    """Return whether ``name`` is ``remote:`` and the name of a remote model of the tenant."""
    return _remote_models(name).exists()


def remote_forecaster(name: str) -> Remote | None:
    """Return the forecaster that the tenant calls ``remote:...``; None if there is none so."""
    kept = _remote_models(name).first()
    try:
        return None if kept is None else kept.forecaster()
    except CannotOpen:
        logger.error("%s cannot be opened: its secret has to be given anew", kept)  # noqa: TRY400
        return None


def _remote_models(name: str) -> QuerySet[RemoteModel]:
    rows = RemoteModel.objects.filter(name=name.removeprefix(REMOTE))
    return rows if name.startswith(REMOTE) else rows.none()


def newest_run(sensor: Sensor, *, requested_by: str) -> ForecastRun | None:
    """Return the run of ``sensor`` that ``requested_by`` asked for last."""
    runs = ForecastRun.objects.filter(sensor=sensor, requested_by=requested_by)
    return runs.order_by("-requested_at").first()


def something_new(sensor: Sensor, since: datetime) -> bool:
    """Return whether anything was measured that was not known at ``since``.

    Of events from two weeks before on: what comes later than that waits for the next news.
    """
    measured = Belief.objects.filter(sensor=sensor, event_start__gte=since - _LATE)
    return measured.filter(source__kind__in=MEASURED, belief_time__gt=since).exists()


def read_problem(run: ForecastRun) -> Problem:
    """Return what was known at the knowledge time of ``run``, before and of its window.

    Labelled by the clock on the wall of the sensor's asset. NaN where nothing was known, so at
    the end too when the window starts later than the knowledge time. Covariates are bridged
    where they have gaps; one of which nothing is known in the window is left out.
    """
    sensor, asset = run.sensor, run.sensor.asset
    whole = TimeGrid.between(run.history_start, run.end, sensor.resolution)
    n_past = whole.n_steps - run.grid.n_steps
    past = TimeGrid(run.history_start, sensor.resolution, n_past)
    target = np.full(whole.n_steps, np.nan)
    target[:n_past] = read_series(sensor, past, known_at=run.knowledge_time, kinds=MEASURED)
    names, columns = _covariates(run, whole, n_past)
    times = wall_clock(whole.starts(), asset.time_zone)
    place = None
    if asset.latitude is not None and asset.longitude is not None:
        place = Place(asset.latitude, asset.longitude, asset.time_zone)
    covariates = np.column_stack(columns) if columns else np.empty((times.size, 0))
    series = with_holidays(Sample(times, target, covariates, names, place), asset.time_zone)
    return Problem(series[:n_past], series.times[n_past:], series.covariates[n_past:])


def _covariates(
    run: ForecastRun, whole: TimeGrid, n_past: int
) -> tuple[tuple[str, ...], list[Array]]:
    plan = plan_of(run.sensor)
    if plan.pk is None:
        return (), []
    names: list[str] = []
    columns: list[Array] = []
    for sensor in plan.covariates.order_by("pk"):
        values = read_onto(sensor, whole, known_at=run.knowledge_time, kinds=EXPECTED)
        told = np.flatnonzero(~np.isnan(values))
        if not told.size or told[0] >= n_past or told[-1] < n_past:
            continue
        name = _NAMES.get(Quantity(sensor.quantity), "")
        names.append(name if name and name not in names else f"sensor {sensor.pk}")
        columns.append(np.interp(np.arange(whole.n_steps), told, values[told]))
    return tuple(names), columns


def read_live_scores(sensor: Sensor, *, now: datetime) -> LiveScores:
    """Return how good the forecasts of the last four weeks were.

    Of each event the newest forecast counts; such are formed before their events.
    """
    resolution = sensor.resolution
    end = datetime.fromtimestamp(
        now.timestamp() // resolution.total_seconds() * resolution.total_seconds(), tz=now.tzinfo
    )
    grid = TimeGrid(end - _SCORED // resolution * resolution, resolution, _SCORED // resolution)

    def foretold(probability: float) -> Array:
        return read_series(
            sensor,
            grid,
            known_at=now,
            kinds=[SourceKind.FORECASTER],
            probability=probability,
        )

    measured = read_series(sensor, grid, known_at=now, kinds=MEASURED)
    week = timedelta(days=7) // resolution
    return live_scores(measured, foretold(0.5), foretold(0.1), foretold(0.9), week)
