"""Tenants suspended, activated and deleted: what stays, what goes, and what is told of it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.exceptions import ValidationError

from tenants import services
from tenants.audit.models import AuditEntry
from tenants.models import Job, Tenant
from tenants.models.tenant import TEMPLATE_SCHEMA
from tests.new_tenants import REPLAYED, nothing_left_of


def test_a_deleted_tenant_leaves_nothing(make: Callable[..., Tenant], now: datetime) -> None:
    tenant = make(REPLAYED)
    Job.objects.create(
        tenant=tenant, kind="x", queue="x", dedupe_key="x", not_before=now, created_at=now
    )
    key = tenant.pk
    services.delete_tenant(operator="tests", tenant=tenant)
    assert nothing_left_of(REPLAYED)
    assert not Job.objects.filter(tenant_id=key).exists()


def test_the_platforms_audit_trail_tells_of_each_step(
    make: Callable[..., Tenant], now: datetime
) -> None:
    before = AuditEntry.objects.count()
    tenant = make(REPLAYED)
    services.suspend_tenant(operator="olga", tenant=tenant, now=now)
    services.suspend_tenant(operator="olga", tenant=tenant, now=now)
    services.activate_tenant(operator="olga", tenant=tenant)
    services.delete_tenant(operator="olga", tenant=tenant)

    told = list(AuditEntry.objects.order_by("pk")[before:])
    verbs = ["create_tenant", "suspend_tenant", "activate_tenant", "delete_tenant"]
    assert [entry.verb for entry in told] == verbs
    assert [entry.actor for entry in told] == ["tests", "olga", "olga", "olga"]
    assert told[0].after["schema_name"] == told[3].before["schema_name"] == REPLAYED


@pytest.mark.parametrize("schema_name", [TEMPLATE_SCHEMA, "public"])
def test_neither_the_template_nor_the_platform_can_be_deleted(
    make: Callable[..., Tenant], now: datetime, schema_name: str
) -> None:
    make(REPLAYED)
    tenant = Tenant.objects.filter(schema_name=schema_name).first() or Tenant(schema_name="public")
    with pytest.raises(ValidationError):
        services.delete_tenant(operator="tests", tenant=tenant)
    with pytest.raises(ValidationError):
        services.suspend_tenant(operator="tests", tenant=tenant, now=now)
