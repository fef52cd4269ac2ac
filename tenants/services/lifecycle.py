"""Suspending, activating and deleting tenants."""

import logging
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django_tenants.utils import schema_context

from tenants.models import Tenant
from tenants.models.tenant import PUBLIC_SCHEMA

logger = logging.getLogger(__name__)


def suspend_tenant(*, operator: str, tenant: Tenant, now: datetime) -> None:
    """Stop serving ``tenant``: hosts answer as unknown ones, jobs wait. Its data stays."""
    _check_is_customer(tenant)
    with schema_context(PUBLIC_SCHEMA):
        Tenant.objects.filter(pk=tenant.pk, suspended_at=None).update(suspended_at=now)
    logger.info("tenant %s suspended by %s", tenant.schema_name, operator)


def activate_tenant(*, operator: str, tenant: Tenant) -> None:
    """Serve a suspended ``tenant`` again; what waited runs."""
    with schema_context(PUBLIC_SCHEMA):
        Tenant.objects.filter(pk=tenant.pk).update(suspended_at=None)
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
        tenant.delete(force_drop=True)
    logger.info("tenant %s deleted by %s", schema_name, operator)


def _check_is_customer(tenant: Tenant) -> None:
    if tenant.is_template or tenant.schema_name == PUBLIC_SCHEMA:
        raise ValidationError({"tenant": "this is no customer's tenant"}, code="reserved")
