"""What the timetable does for beliefs; the schedule is in ``config.settings.celery``."""

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from celery import shared_task
from django.utils import timezone

from assets.models import Sensor
from assets.services import (
    are_partitioned,
    forget_beliefs,
    forget_months,
    partition_beliefs,
    thin_forecasts,
)
from tenants import jobs
from tenants.models import Tenant
from tenants.permissions import PLATFORM

logger = logging.getLogger(__name__)

#: Of a task [s], below its time limit: the next night goes on with the rest.
_AT_MOST: Final = 480.0
#: Superseded forecasts are thinned a week after their events; looked for from a month on.
_THIN_BEFORE: Final = timedelta(days=7)
_THIN_SINCE: Final = timedelta(days=31)


class _Forget(Protocol):
    def __call__(self, _: Tenant, /, *, now: datetime) -> Iterator[int]: ...


@shared_task(name="assets.forget_beliefs")
def forget_old_beliefs(**_: Any) -> None:
    """Forget, in each tenant, what is older than its plan keeps."""
    _in_each_tenant(_beyond_retention)


@shared_task(name="assets.thin_forecasts")
def thin_superseded_forecasts(**_: Any) -> None:
    """Forget, in each tenant, superseded forecasts but for a few horizons."""
    _in_each_tenant(_superseded)


def _beyond_retention(tenant: Tenant, *, now: datetime) -> Iterator[int]:
    if are_partitioned():  # the months to come are made before there is anything to move
        for _ in partition_beliefs(actor=PLATFORM, now=now):
            pass
    days = tenant.plan.retention_days
    if days is None:
        return
    for month in forget_months(actor=PLATFORM, before=now - timedelta(days=days)):
        yield month.beliefs
    for sensor in Sensor.objects.select_related("asset").order_by("pk"):
        yield from forget_beliefs(actor=PLATFORM, sensor=sensor, before=now - timedelta(days=days))


def _superseded(_: Tenant, *, now: datetime) -> Iterator[int]:
    before, since = now - _THIN_BEFORE, now - _THIN_SINCE
    for sensor in Sensor.objects.select_related("asset").order_by("pk"):
        yield thin_forecasts(actor=PLATFORM, sensor=sensor, before=before, since=since)


def _in_each_tenant(forget: _Forget) -> None:
    now, until = timezone.now(), time.monotonic() + _AT_MOST

    def act(tenant: Tenant) -> None:
        forgotten = _until(forget(tenant, now=now), until)
        logger.info("%d beliefs of %s were forgotten", forgotten, tenant.schema_name)

    jobs.in_each_tenant(act, what="beliefs")


def _until(batches: Iterator[int], until: float) -> int:
    forgotten = 0
    for batch in batches:
        forgotten += batch
        if time.monotonic() > until:
            break
    return forgotten
