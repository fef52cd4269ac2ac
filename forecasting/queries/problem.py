"""What was known of a sensor, as a forecaster wants it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from assets.calendars import wall_clock
from assets.models import Annotation, AnnotationType, Quantity, Sensor
from assets.queries import EXPECTED, MEASURED, read_onto
from assets.timegrid import TimeGrid
from forecasting.features import known
from forecasting.features.calendar import with_holidays
from forecasting.features.school import with_school
from forecasting.forecasters.base import Array, Place, Sample, Times
from forecasting.models import ForecastRun
from forecasting.queries.standing import plan_of

#: How long before each event its covariates are taken to have been known, in the past.
_AHEAD: Final = timedelta(days=1)
_NAMES: Final = {
    Quantity.IRRADIANCE: known.IRRADIANCE,
    Quantity.TEMPERATURE: known.TEMPERATURE,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What a forecaster is asked: the history, and labels and covariates of the window."""

    history: Sample
    times: Times
    covariates: Array


def read_problem(run: ForecastRun) -> Problem:
    """Return what was known at the knowledge time of ``run``, before and of its window.

    Labelled by the clock on the wall of the sensor's asset. NaN where nothing was known, so at
    the end too when the window starts later than the knowledge time. Covariates are bridged
    where they have gaps; one of which nothing is known in the window is left out.
    """
    sensor, asset = run.sensor, run.sensor.asset
    whole = TimeGrid.between(run.history_start, run.end, run.step)
    n_past = run.history // run.step
    past = TimeGrid(run.history_start, run.step, n_past)
    target = np.full(whole.n_steps, np.nan)
    target[:n_past] = read_onto(sensor, past, known_at=run.knowledge_time, kinds=MEASURED)
    names, columns = _covariates(run, whole, n_past)
    times = wall_clock(whole.starts(), asset.time_zone)
    place = None
    if asset.latitude is not None and asset.longitude is not None:
        place = Place(asset.latitude, asset.longitude, asset.time_zone)
    covariates = np.column_stack(columns) if columns else np.empty((times.size, 0))
    series = Sample(times, target, covariates, names, place)
    region = plan_of(run.sensor).holiday_region
    series = with_holidays(series, asset.time_zone, region, _closed(run, whole))
    series = with_school(series, region)
    return Problem(series[:n_past], series.times[n_past:], series.covariates[n_past:])


def _closed(run: ForecastRun, whole: TimeGrid) -> list[Times]:
    """Return when people said, by the run's knowledge time, that it is as on a holiday there.

    What was changed since counts as said since: how it was before is not kept.
    """
    said = Annotation.objects.told_of(run.sensor).filter(
        annotation_type=AnnotationType.HOLIDAY,
        start__lt=whole.end,
        end__gt=whole.start,
        updated_at__lte=run.knowledge_time,
    )
    zone = run.sensor.asset.time_zone
    return [
        wall_clock(np.array([_utc(start), _utc(end)], "datetime64[s]"), zone)
        for start, end in said.order_by("start", "pk").values_list("start", "end")
    ]


def _utc(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "s")


def _covariates(
    run: ForecastRun, whole: TimeGrid, n_past: int
) -> tuple[tuple[str, ...], list[Array]]:
    plan = plan_of(run.sensor)
    if plan.pk is None:
        return (), []
    names: list[str] = []
    columns: list[Array] = []
    for sensor in plan.covariates.order_by("pk"):
        values = _foreseen(sensor, whole, n_past, run.knowledge_time)
        told = np.flatnonzero(~np.isnan(values))
        if not told.size or told[0] >= n_past or told[-1] < n_past:
            continue
        name = _NAMES.get(Quantity(sensor.quantity), "")
        names.append(name if name and name not in names else f"sensor {sensor.pk}")
        columns.append(np.interp(np.arange(whole.n_steps), told, values[told]))
    return tuple(names), columns


def _foreseen(sensor: Sensor, whole: TimeGrid, n_past: int, known_at: datetime) -> Array:
    """Return what is expected of the window, and of the ``n_past`` steps before what once was.

    What was known of them a day ahead, else what is known now: whoever learns from weather as it
    was measured trusts its forecasts more than they deserve, and finds itself better than it is.
    """
    values = read_onto(sensor, whole, known_at=known_at, kinds=EXPECTED)
    past = TimeGrid(whole.start, whole.step, n_past)
    then = read_onto(sensor, past, known_at=known_at, kinds=EXPECTED, horizon=_AHEAD)
    values[:n_past] = np.where(np.isnan(then), values[:n_past], then)
    return values
