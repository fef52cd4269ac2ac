"""What a worker does with a queued run: read, fit, predict, record."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
from django.db import transaction

from assets.models import Quantity, Source, SourceKind
from assets.services import SeriesOfBeliefs, record_many
from forecasting import interpret, queries
from forecasting.features.sayings import FORECASTS
from forecasting.features.typical import typical_day
from forecasting.models import SUM, ForecastRun, RunState
from tenants.jobs import Claim
from tenants.permissions import PLATFORM
from tenants.sayings import JOB_REASONS, kept, saying_of

Clock = Callable[[], datetime]


def forecast(claim: Claim, run_id: str, *, clock: Clock) -> None:
    """Bring the run from QUEUED to READY or FAILED; leave a finished run alone.

    The outcome, the forecast and the end of the job are one transaction.
    """
    with transaction.atomic():
        locked = ForecastRun.objects.select_for_update(of=("self",))
        run = locked.select_related("sensor__asset").get(pk=run_id)
        if run.finished_at is not None:
            return
        run.move_to(RunState.RUNNING, at=clock())
    try:
        found = _added_up(run) if run.forecaster == SUM else _foretold(run)
    except interpret.NoForecast as failure:
        with claim.finishing():
            run.move_to(RunState.FAILED, at=clock(), **kept(failure=saying_of(failure), most=500))
        return
    with claim.finishing():
        _record(run, found, at=clock())


def _foretold(run: ForecastRun) -> interpret.Forecast:
    """Return what the forecaster says, within what the sensor can reach."""
    problem = queries.read_problem(run)
    peak_kw = _peak_of(run)
    try:
        found = interpret.forecast(
            run.forecaster,
            problem.history,
            problem.times,
            problem.covariates,
            guest=queries.remote_forecaster(run.forecaster),
        )
    except interpret.NoForecast as failure:
        if peak_kw is None:
            raise
        found = _first_guess(run, problem, peak_kw, reason=saying_of(failure))
    if peak_kw is None:
        return found
    return replace(found, values=found.values.clip(-peak_kw, peak_kw))


def _added_up(run: ForecastRun) -> interpret.Forecast:
    """Return the sum of the parts' forecasts; a step of which a part says nothing stays a gap."""
    try:
        added = queries.read_sum(run)
    except queries.WrongParts as wrong:
        raise interpret.NoForecast(FORECASTS("none", why=str(wrong))) from None
    if np.isnan(added.values).all():
        why = FORECASTS("not_one_step", gaps=added.gaps)
        raise interpret.NoForecast(FORECASTS("none", why=why))
    return interpret.Forecast(added.values, SUM, "1", reason=added.reason, input_notes=added.gaps)


def _peak_of(run: ForecastRun) -> float | None:
    """Return what the sensor reaches at most [kW], if anybody knows."""
    return queries.plan_of(run.sensor).peak_kw if run.sensor.quantity == Quantity.POWER else None


def _first_guess(
    run: ForecastRun, problem: queries.Problem, peak_kw: float, *, reason: str
) -> interpret.Forecast:
    """Return what an asset of this kind and height usually does."""
    levels = np.array(interpret.QUANTILES)
    values = typical_day(run.sensor.asset.asset_type, peak_kw, problem.times, levels)
    return interpret.Forecast(values, "typical_day", "1", fallback=reason)


def give_up(run_id: str, *, reason: str, at: datetime) -> None:
    """End a run whose job failed for good; called in the transaction that says so."""
    run = ForecastRun.objects.select_for_update(of=("self",)).filter(pk=run_id).first()
    if run is not None and run.finished_at is None:
        run.move_to(
            RunState.FAILED, at=at, **kept(failure=JOB_REASONS("internal", reason=reason), most=500)
        )


def _record(run: ForecastRun, found: interpret.Forecast, *, at: datetime) -> None:
    source = Source.objects.of(SourceKind.FORECASTER, found.forecaster, found.version)
    # Believed since the knowledge time, not since the worker was done: a forecast holds nothing
    # newer, and a backtest finds it where it belongs.
    sensor, factor = run.sensor, run.step // run.sensor.resolution
    # What is foretold of a step holds in each of its events; energy is shared out among them.
    share = factor if sensor.quantity == Quantity.ENERGY else 1
    series = [
        SeriesOfBeliefs(
            sensor=sensor,
            source=source,
            grid=run.grid,
            values=np.repeat(values, factor) / share,
            belief_time=run.knowledge_time,
            cumulative_probability=probability,
        )
        for probability, values in zip(interpret.QUANTILES, found.values, strict=True)
    ]
    record_many(actor=PLATFORM, series=series)
    run.move_to(
        RunState.READY,
        at=at,
        source=source,
        **kept(
            most=500,
            fallback=found.fallback,
            reason=found.reason,
            input_notes=found.input_notes,
        ),
    )
