"""Reads of standing plans: what is kept, what was asked for last, whether anything is new."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from assets.models import Belief, Sensor
from assets.queries import MEASURED
from forecasting.forecasters.remote import Remote
from forecasting.models import REMOTE, ForecastPlan, ForecastRun, RemoteModel, RunState
from tenants.secrets import CannotOpen

logger = logging.getLogger(__name__)

#: How late a reading may be and still be news.
_LATE: Final = timedelta(days=14)


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


def newest_made(sensor: Sensor) -> ForecastRun | None:
    """Return the newest run of ``sensor`` that has a forecast."""
    runs = ForecastRun.objects.filter(sensor=sensor, state=RunState.READY)
    return runs.select_related("source").order_by("-requested_at").first()


def something_new(sensor: Sensor, since: datetime) -> bool:
    """Return whether anything was measured that was not known at ``since``.

    Of events from two weeks before on: what comes later than that waits for the next news.
    """
    measured = Belief.objects.filter(sensor=sensor, event_start__gte=since - _LATE)
    return measured.filter(source__kind__in=MEASURED, belief_time__gt=since).exists()
