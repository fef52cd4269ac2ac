"""Rounds: what the timetable has done in every tenant, one after another."""

import logging
from collections.abc import Callable

from django.db import close_old_connections

from tenants.database import connection
from tenants.jobs.schema import poison
from tenants.models import Tenant

logger = logging.getLogger(__name__)


def in_each_tenant(act: Callable[[Tenant], object], *, what: str) -> None:
    """Call ``act`` with each customer of ours, in its schema; ``what``: for the log, of whom.

    One tenant's trouble is not the next one's: it is logged, and the round goes on.
    """
    close_old_connections()
    connection.set_schema_to_public()
    try:
        for tenant in list(Tenant.objects.customers().select_related("plan")):
            connection.set_tenant(tenant)
            try:
                act(tenant)
            except Exception:
                logger.exception("%s of %s were left alone", what, tenant.schema_name)
    finally:
        poison()
