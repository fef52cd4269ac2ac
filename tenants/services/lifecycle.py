"""Suspending, activating and deleting tenants."""

import logging
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django_tenants.utils import schema_context

from tenants.audit.services import record, values_of
from tenants.models import Tenant
from tenants.models.tenant import PUBLIC_SCHEMA

logger = logging.getLogger(__name__)

#: What the audit trail keeps of a tenant that comes or goes.
FIELDS: Final = ("schema_name", "name", "plan", "currency", "time_zone")


def suspend_tenant(*, operator: str, tenant: Tenant, now: datetime) -> None:
    """Stop serving ``tenant``: hosts answer as unknown ones, jobs wait. Its data stays."""
    _check_is_customer(tenant)
    _set_suspended(operator, "suspend_tenant", tenant, now)
    logger.info("tenant %s suspended by %s", tenant.schema_name, operator)


def activate_tenant(*, operator: str, tenant: Tenant) -> None:
    """Serve a suspended ``tenant`` again; what waited runs."""
    _set_suspended(operator, "activate_tenant", tenant, None)
    logger.info("tenant %s activated by %s", tenant.schema_name, operator)


def delete_tenant(*, operator: str, tenant: Tenant) -> None:
    """Delete ``tenant`` with its schema, hosts, brand and jobs. There is no way back.

    Raises:
        ValidationError: it is the platform itself or the template.
        OperationalError: its tables stayed in use for five seconds; nothing is deleted.
    """
    _check_is_customer(tenant)
    schema_name = tenant.schema_name
    with schema_context(PUBLIC_SCHEMA), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
        record(
            actor=operator, verb="delete_tenant", subject=tenant, before=values_of(tenant, *FIELDS)
        )
        tenant.delete(force_drop=True)
    logger.info("tenant %s deleted by %s", schema_name, operator)


def _set_suspended(operator: str, verb: str, tenant: Tenant, since: datetime | None) -> None:
    with schema_context(PUBLIC_SCHEMA), transaction.atomic():
        row = Tenant.objects.select_for_update().get(pk=tenant.pk)
        if (row.suspended_at is None) == (since is None):
            return
        was = values_of(row, "suspended_at")
        row.suspended_at = since
        row.save(update_fields=["suspended_at"])
        now_is = values_of(row, "suspended_at")
        record(actor=operator, verb=verb, subject=row, before=was, after=now_is)


def _check_is_customer(tenant: Tenant) -> None:
    if tenant.is_template or tenant.schema_name == PUBLIC_SCHEMA:
        raise ValidationError({"tenant": "this is no customer's tenant"}, code="reserved")
