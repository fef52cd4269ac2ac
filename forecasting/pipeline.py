"""What a worker does with a queued run: read, fit, predict, record."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from assets.calendars import wall_clock
from assets.models import Source, SourceKind
from assets.services import SeriesOfBeliefs, record_many
from forecasting import interpret, queries
from forecasting.models import ForecastRun, RunState
from tenants.jobs import Claim
from tenants.permissions import PLATFORM

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
    times = wall_clock(run.grid.starts(), run.sensor.asset.time_zone)
    try:
        found = interpret.forecast(run.forecaster, queries.read_history(run), times)
    except interpret.NoForecast as failure:
        with claim.finishing():
            run.move_to(RunState.FAILED, at=clock(), failure=str(failure)[:500])
        return
    with claim.finishing():
        _record(run, found, at=clock())


def give_up(run_id: str, *, reason: str, at: datetime) -> None:
    """End a run whose job failed for good; called in the transaction that says so."""
    run = ForecastRun.objects.select_for_update(of=("self",)).filter(pk=run_id).first()
    if run is not None and run.finished_at is None:
        run.move_to(RunState.FAILED, at=at, failure=f"internal error: {reason}"[:500])


def _record(run: ForecastRun, found: interpret.Forecast, *, at: datetime) -> None:
    source = Source.objects.of(SourceKind.FORECASTER, found.forecaster, found.version)
    # Believed since the knowledge time, not since the worker was done: a forecast holds nothing
    # newer, and a backtest finds it where it belongs.
    series = [
        SeriesOfBeliefs(
            sensor=run.sensor,
            source=source,
            grid=run.grid,
            values=values,
            belief_time=run.knowledge_time,
            cumulative_probability=probability,
        )
        for probability, values in zip(interpret.QUANTILES, found.values, strict=True)
    ]
    record_many(actor=PLATFORM, series=series)
    run.move_to(RunState.READY, at=at, source=source, fallback=found.fallback[:500])
