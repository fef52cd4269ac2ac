"""What the timetable does for integrations; the schedule is in ``config.settings.celery``."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from integrations.services import forget_files
from tenants import jobs


@shared_task(name="integrations.forget_files")
def forget_old_files(**_: Any) -> None:
    """Delete, in each tenant, the contents of files that nobody imported within a day."""
    now = timezone.now()
    jobs.in_each_tenant(lambda _: forget_files(now=now), what="files")
