"""Standing plans: keep them, and ask for what they say is due."""

import logging
import math
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from assets.access import authorise_on
from assets.models import Sensor
from forecasting import queries
from forecasting.features.regions import NoRegion, check_region
from forecasting.models import (
    DEFAULT_HISTORY,
    DEFAULT_HORIZON,
    SUM,
    ForecastPlan,
    ForecastRun,
)
from forecasting.services.requests import (
    MAX_HISTORY,
    MAX_HORIZON,
    check_forecaster,
    check_has_events,
    check_span,
    check_step,
    check_sum,
    parts_of,
    request_forecast,
)
from tenants.audit.services import record, values_of
from tenants.errors import wrong
from tenants.permissions import PLATFORM, Actor, Permission

logger = logging.getLogger(__name__)

#: Between two forecasts of a sensor that nobody asked for.
MIN_RHYTHM: Final = timedelta(minutes=5)
_PLAN_FIELDS: Final = (
    "sensor_id",
    "forecaster",
    "history",
    "horizon",
    "rhythm",
    "follows_data",
    "holiday_region",
    "step",
    "peak_kw",
)


@transaction.atomic
def keep_plan(
    *,
    actor: Actor,
    sensor: Sensor,
    forecaster: str,
    history: timedelta = DEFAULT_HISTORY,
    horizon: timedelta = DEFAULT_HORIZON,
    step: timedelta | None = None,
    rhythm: timedelta | None = None,
    follows_data: bool = False,
    covariates: Sequence[Sensor] = (),
    parts: Sequence[Sensor] = (),
    holiday_region: str = "",
    peak_kw: float | None = None,
) -> ForecastPlan:
    """Keep the whole standing plan of ``sensor``, in place of what was kept before.

    Attributes are those of ``ForecastPlan``.

    Raises:
        PermissionDenied: ``actor`` may not manage the sensor's asset, or not read that of a
            covariate or a part.
        ValidationError: the forecaster or the region is unknown, a span too short or too long, the
            step no part of an hour or no whole number of events, a covariate is the sensor itself,
            a peak is not positive, parts cannot be added up.
    """
    authorise_on(actor, Permission.ASSET_MANAGE, sensor.asset)
    check_has_events(sensor)
    for each in covariates:
        authorise_on(actor, Permission.ASSET_READ, each.asset)
        if each.pk == sensor.pk:
            raise wrong("covariates", "a sensor does not explain itself", code="choice")
    check_forecaster(forecaster)
    _check_parts(actor, sensor, forecaster, parts, explained=bool(covariates), peak_kw=peak_kw)
    if step is not None and forecaster == SUM:
        raise wrong("step", "a sum has that of its parts' events", code="choice")
    if step is not None:
        check_step(step, sensor)
    check_span("history", history, step or sensor.resolution, MAX_HISTORY)
    check_span("horizon", horizon, step or sensor.resolution, MAX_HORIZON)
    if rhythm is not None and not MIN_RHYTHM <= rhythm <= MAX_HORIZON:
        words = f"{rhythm} is not between {MIN_RHYTHM} and {MAX_HORIZON.days} days"
        raise wrong("rhythm", words, code="range")
    if peak_kw is not None and not 0 < peak_kw < math.inf:
        raise wrong("peak_kw", f"{peak_kw} kW: a positive number is right", code="range")
    if holiday_region:
        _check_region(holiday_region)
    plan = queries.plan_of(sensor)
    before = values_of(plan, *_PLAN_FIELDS) if plan.pk else None
    plan.forecaster, plan.history, plan.horizon = forecaster, history, horizon
    plan.rhythm, plan.follows_data, plan.peak_kw = rhythm, follows_data, peak_kw
    plan.step, plan.holiday_region = step, holiday_region
    plan.save()
    plan.covariates.set(covariates)
    plan.parts.set(parts)
    after = values_of(plan, *_PLAN_FIELDS)
    record(actor=actor, verb="keep_plan", subject=plan, before=before, after=after)
    return plan


def _check_parts(
    actor: Actor,
    sensor: Sensor,
    forecaster: str,
    parts: Sequence[Sensor],
    *,
    explained: bool,
    peak_kw: float | None,
) -> None:
    if forecaster != SUM:
        if parts:
            raise wrong("parts", f"only the forecaster {SUM!r} adds up parts", code="choice")
        return
    if explained:
        raise wrong("covariates", "a sum has none: give them to its parts", code="choice")
    if peak_kw is not None:
        # Clipped, it would no longer be the sum of its parts.
        raise wrong("peak_kw", "a sum has none: give it to its parts", code="choice")
    check_sum(actor, sensor, list(parts) or parts_of(ForecastPlan(sensor=sensor)))


def _check_region(region: str) -> None:
    try:
        check_region(region)
    except NoRegion as refusal:
        raise wrong("holiday_region", str(refusal), code="choice") from None


def renew_forecasts(*, now: datetime) -> int:
    """Ask, for the platform, for each forecast of the present tenant that is due.

    Due is a plan whose rhythm has passed since it was last asked for, or that follows its data
    and something was measured since; and a sum of whose parts one has a new forecast. A burst of
    readings counts once: five minutes lie between two requests of one sensor at least, unless it
    is a sum.

    Returns:
        how many were asked for.
    """
    plans = ForecastPlan.objects.standing().select_related("sensor__asset")
    return sum(_renewed(plan, now) for plan in plans.order_by("pk"))


def renew_after_data(*, sensor_ids: Collection[int], now: datetime) -> int:
    """Ask for the forecasts of the sensors whose plans follow their data; return how many."""
    plans = ForecastPlan.objects.filter(sensor_id__in=sensor_ids, follows_data=True).order_by("pk")
    return sum(_renewed(plan, now) for plan in plans.select_related("sensor__asset"))


def renew_sums(*, part_ids: Collection[int], now: datetime) -> int:
    """Ask for the sums of which the sensors are parts, if they do not know their forecasts yet.

    Returns:
        how many were asked for.
    """
    if not ForecastPlan.objects.filter(forecaster=SUM).exists():
        return 0
    plans: dict[int, ForecastPlan] = {}
    for part in Sensor.objects.select_related("asset").filter(pk__in=part_ids):
        found = ForecastPlan.objects.sums_over(part).select_related("sensor__asset")
        plans.update((plan.pk, plan) for plan in found)
    return sum(_renewed(plans[pk], now) for pk in sorted(plans))


@transaction.atomic
def _renewed(plan: ForecastPlan, now: datetime) -> int:
    # The timetable and an event may come at once: who holds the plan asks, the other passes by.
    locked = ForecastPlan.objects.select_for_update(skip_locked=True, no_key=True)
    if not locked.filter(pk=plan.pk).exists() or not _is_due(plan, now):
        return 0
    try:
        request_forecast(actor=PLATFORM, sensor=plan.sensor, now=now)
    except ValidationError:
        # Kept when it was right; the resolution or the plug-ins have changed since.
        logger.warning("the forecast plan of sensor %s can no longer be kept", plan.sensor_id)
        return 0
    return 1


def _is_due(plan: ForecastPlan, now: datetime) -> bool:
    last = queries.newest_run(plan.sensor, requested_by=PLATFORM.name)
    if last is None:
        return True
    if last.finished_at is None:
        return False
    if plan.forecaster == SUM:
        # Cheap, and wrong until it is made: no rhythm holds it back.
        return _parts_have_news(plan, last, now)
    ago = now - last.requested_at
    if ago < MIN_RHYTHM:
        return False
    if plan.rhythm is not None and ago >= plan.rhythm:
        return True
    return plan.follows_data and queries.something_new(plan.sensor, last.knowledge_time)


def _parts_have_news(plan: ForecastPlan, last: ForecastRun, now: datetime) -> bool:
    try:
        return queries.something_foretold(plan, last, now)
    except queries.WrongParts:
        logger.warning("the parts of the sum of sensor %s are not clear", plan.sensor_id)
        return False


def score_forecasts(*, now: datetime) -> int:
    """Hold each plan's forecasts of the last four weeks against what was measured since.

    Returns:
        how many drift that did not before.
    """
    n_new = 0
    for plan in ForecastPlan.objects.select_related("sensor__asset").order_by("pk").iterator():
        if plan.scored_at is not None and not queries.something_new(plan.sensor, plan.scored_at):
            continue
        drifted = plan.drifts
        plan.take_scores(queries.read_live_scores(plan.sensor, now=now), at=now)
        if plan.drifts and not drifted:
            n_new += 1
            logger.warning("forecasts of sensor %s drift", plan.sensor_id)
    return n_new
