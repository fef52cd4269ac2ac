"""What the timetable does for forecasts; the schedule is in ``config.settings.celery``."""

import logging
from datetime import datetime
from typing import Any, Protocol

from celery import shared_task
from django.db import close_old_connections
from django.utils import timezone

from forecasting import services
from tenants import jobs
from tenants.database import connection
from tenants.models import Tenant

logger = logging.getLogger(__name__)


class Act(Protocol):
    def __call__(self, *, now: datetime) -> int: ...


@shared_task(name="forecasting.renew")
def renew_forecasts(**_: Any) -> None:
    """Ask, in each tenant, for the forecasts that are due."""
    _in_each_tenant(services.renew_forecasts)


@shared_task(name="forecasting.score")
def score_forecasts(**_: Any) -> None:
    """Hold, in each tenant, forecasts against what was measured."""
    _in_each_tenant(services.score_forecasts)


def _in_each_tenant(act: Act) -> None:
    close_old_connections()
    connection.set_schema_to_public()
    now = timezone.now()
    try:
        for tenant in list(Tenant.objects.customers()):
            connection.set_tenant(tenant)
            try:
                act(now=now)
            except Exception:  # one tenant's trouble is not the next one's
                logger.exception("forecasts of %s were left alone", tenant.schema_name)
    finally:
        jobs.poison()
