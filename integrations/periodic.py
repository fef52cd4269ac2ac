"""What the timetable does for integrations; the schedule is in ``config.settings.celery``."""

from typing import Any

from celery import shared_task
from django.db import close_old_connections
from django.utils import timezone

from integrations.services import forget_files
from tenants import jobs
from tenants.database import connection
from tenants.models import Tenant


@shared_task(name="integrations.forget_files")
def forget_old_files(**_: Any) -> None:
    """Delete, in each tenant, the contents of files that nobody imported within a day."""
    close_old_connections()
    connection.set_schema_to_public()
    now = timezone.now()
    try:
        for tenant in list(Tenant.objects.customers()):
            connection.set_tenant(tenant)
            forget_files(now=now)
    finally:
        jobs.poison()
