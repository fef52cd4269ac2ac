"""What the timetable does for forecasts; the schedule is in ``config.settings.celery``."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from forecasting import services
from tenants import jobs


@shared_task(name="forecasting.renew")
def renew_forecasts(**_: Any) -> None:
    """Ask, in each tenant, for the forecasts that are due."""
    now = timezone.now()
    jobs.in_each_tenant(lambda _: services.renew_forecasts(now=now), what="forecasts")


@shared_task(name="forecasting.score")
def score_forecasts(**_: Any) -> None:
    """Hold, in each tenant, forecasts against what was measured."""
    now = timezone.now()
    jobs.in_each_tenant(lambda _: services.score_forecasts(now=now), what="forecasts")
