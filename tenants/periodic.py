"""What the timetable does for jobs and keys; the schedule is in ``config.settings.celery``."""

from datetime import timedelta
from typing import Any, Final

from celery import shared_task
from django.db import close_old_connections
from django.utils import timezone

from tenants import jobs
from tenants.idempotency.services import forget_requests

_KEEP_DONE: Final = timedelta(days=7)
_BELLS: Final = 4  # a queue and sweep: as many workers may start at once


@shared_task(name="tenants.sweep")
def sweep_jobs(**_: Any) -> None:
    """Find by state what no bell told, and ring for all that waits."""
    close_old_connections()
    jobs.poison()
    now = timezone.now()
    jobs.sweep(now=now)
    for queue in jobs.waiting_queues(now=now):
        for _bell in range(_BELLS):
            jobs.ring(queue)


@shared_task(name="tenants.forget_done_jobs")
def forget_done_jobs(**_: Any) -> None:
    """Delete what was done a week ago."""
    close_old_connections()
    jobs.poison()
    jobs.forget_done(before=timezone.now() - _KEEP_DONE)


@shared_task(name="tenants.forget_requests")
def forget_old_requests(**_: Any) -> None:
    """Delete, in each tenant, the idempotency keys that are no longer kept."""
    now = timezone.now()
    jobs.in_each_tenant(lambda _: forget_requests(now=now), what="idempotency keys")
