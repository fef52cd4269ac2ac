"""Making a tenant: row, host name, brand and schema in one transaction, or nothing of it."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django_tenants.utils import schema_context, schema_exists

from tenants.audit.services import record, values_of
from tenants.models import Brand, Domain, Plan, Tenant
from tenants.models.tenant import PUBLIC_SCHEMA, check_schema_name
from tenants.services.lifecycle import FIELDS
from tenants.services.template import default_plan, ensure_template, template_sql

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewBrand:
    """How a new tenant shows itself; colours as ``#rrggbb``, the tenant's name if empty."""

    display_name: str = ""
    logo: str = ""
    primary_colour: str = "#0f4c5c"
    accent_colour: str = "#e36414"
    mail_sender: str = ""


def create_tenant(
    *,
    operator: str,
    schema_name: str,
    name: str,
    domain: str,
    now: datetime,
    plan: Plan | None = None,
    currency: str = "EUR",
    time_zone: str = "Europe/Amsterdam",
    brand: NewBrand | None = None,
) -> Tenant:
    """Make a tenant that is served at ``domain`` from the commit on.

    Args:
        operator: who makes it, for the log and the audit trail.
        schema_name: 2 to 48 lower-case letters, digits and underscores.
        plan: "Standard" if not given.

    Raises:
        ValidationError: by field, what is wrong or taken already.
    """
    with schema_context(PUBLIC_SCHEMA):
        tenant = Tenant(
            schema_name=schema_name,
            name=name,
            plan=plan or default_plan(),
            currency=currency,
            time_zone=time_zone,
            created_at=now,
        )
        host = Domain(domain=domain, is_primary=True)
        look = Brand(**asdict(brand or NewBrand()))
        look.display_name = look.display_name or name
        _check(tenant, host, look)
        ensure_template(now=now)
        sql = template_sql(schema_name)
        with transaction.atomic(), _taken_in_words():
            _save(tenant, host, look)
            made = values_of(tenant, *FIELDS)
            record(actor=operator, verb="create_tenant", subject=tenant, after=made)
            _fill_schema(schema_name, sql)
    logger.info("tenant %s created by %s", schema_name, operator)
    return tenant


def ensure_platform(*, domain: str, now: datetime) -> Tenant:
    """Make the platform's own host, which serves the operators, unless it exists."""
    with schema_context(PUBLIC_SCHEMA), transaction.atomic():
        platform, _ = Tenant.objects.get_or_create(
            schema_name=PUBLIC_SCHEMA,
            defaults={"name": "Platform", "plan": default_plan(), "created_at": now},
        )
        host = Domain(domain=domain, tenant=platform)
        if not Domain.objects.filter(domain=domain, tenant=platform).exists():
            host.full_clean()
            host.save()
        return platform


def _check(tenant: Tenant, host: Domain, look: Brand) -> None:
    errors: defaultdict[str, list[Any]] = defaultdict(list)
    rows: tuple[tuple[models.Model, list[str]], ...] = (
        (tenant, []),
        (host, ["tenant"]),
        (look, ["tenant"]),
    )
    for row, exclude in rows:
        try:
            row.full_clean(exclude=exclude)
        except ValidationError as error:
            for field, messages in error.error_dict.items():
                errors[field].extend(messages)
    try:
        check_schema_name(tenant.schema_name)
    except ValidationError as error:
        errors["schema_name"].append(error)
    if not errors and schema_exists(tenant.schema_name, case_sensitive=False):
        errors["schema_name"].append(ValidationError("this schema exists already", code="unique"))
    if errors:
        raise ValidationError(dict(errors))


def _save(tenant: Tenant, host: Domain, look: Brand) -> None:
    tenant.save()
    host.tenant = look.tenant = tenant
    host.save()
    look.save()


def _fill_schema(schema_name: str, sql: str | None) -> None:
    with connection.cursor() as cursor:
        if sql is not None:
            cursor.execute(sql)
            return
        cursor.execute(f'CREATE SCHEMA "{schema_name}"')
    # Commits nothing: we are inside a transaction.
    call_command("migrate_schemas", tenant=True, schema_name=schema_name, verbosity=0)


@contextmanager
def _taken_in_words() -> Iterator[None]:
    """Turn what two creations at the same moment end in into an error of the input."""
    try:
        yield
    except IntegrityError as error:
        field = "domain" if "tenants_domain" in str(error) else "schema_name"
        raise ValidationError({field: "this is taken already"}, code="unique") from None
