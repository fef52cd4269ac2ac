"""The template: a tenant's schema without a tenant, which every migration reaches.

Its dump, replayed under another name, makes a tenant in a tenth of a second where migrations
take seconds, with each constraint named as the migrations name it.
"""

import logging
import re
from datetime import datetime
from functools import cache
from typing import Final

from django.core.management import call_command
from django.db import transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django_tenants.utils import schema_context

from tenants.database import connection
from tenants.models import Plan, Tenant
from tenants.models.tenant import PUBLIC_SCHEMA, TEMPLATE_SCHEMA
from tenants.services.dump import DumpFailed, dump_schema

logger = logging.getLogger(__name__)

_LOCK: Final = "tenants.services.template"
# Settings of the dump's session would outlive the transaction; psql's own commands are not SQL.
_NOT_REPLAYED: Final = re.compile(
    r"^(\\(un)?restrict .*|SET \w+ = .*;|SELECT pg_catalog\.set_config\('search_path'.*)$",
    re.MULTILINE,
)
_NAME: Final = re.compile(rf"\b{TEMPLATE_SCHEMA}\b")

#: Dumps of this process by the template's state; only the newest is kept.
_dumps: Final[dict[str, str]] = {}


def default_plan() -> Plan:
    """Return the plan of who has chosen none."""
    return Plan.objects.get_or_create(name="Standard")[0]


def ensure_template(*, now: datetime) -> None:
    """Make the template if there is none, and bring it to the state of the code."""
    with schema_context(PUBLIC_SCHEMA):
        if _is_complete():
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [_LOCK])
        try:
            if not _is_complete():
                _make(now)
        finally:
            # Migrations close the connection at their end, and the lock with it: then no news.
            connection.set_schema_to_public()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [_LOCK])


def template_sql(schema_name: str) -> str | None:
    """Return what makes ``schema_name`` a copy of the template; None if it cannot be dumped."""
    state = _state()
    if state not in _dumps:
        try:
            dump = dump_schema(TEMPLATE_SCHEMA)
        except DumpFailed as failure:
            logger.warning("the template cannot be dumped, migrations run instead: %s", failure)
            return None
        _dumps.clear()
        _dumps[state] = _NOT_REPLAYED.sub("", dump)
    return _NAME.sub(f'"{schema_name}"', _dumps[state])


def _make(now: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        Tenant.objects.get_or_create(
            schema_name=TEMPLATE_SCHEMA,
            defaults={
                "name": "Template",
                "plan": default_plan(),
                "is_template": True,
                "created_at": now,
            },
        )
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{TEMPLATE_SCHEMA}"')
    call_command("migrate_schemas", tenant=True, schema_name=TEMPLATE_SCHEMA, verbosity=0)


def _is_complete() -> bool:
    if not Tenant.objects.filter(schema_name=TEMPLATE_SCHEMA).exists():
        return False
    # Without the public schema, or its migrations would be taken for the template's.
    connection.set_schema(TEMPLATE_SCHEMA, include_public=False)
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    finally:
        connection.set_schema_to_public()
    return all(migration in applied for migration in _newest_migrations())


@cache
def _newest_migrations() -> frozenset[tuple[str, str]]:
    graph = MigrationLoader(None).graph
    return frozenset((app, name) for app, name in graph.leaf_nodes())


def _state() -> str:
    """Return what changes with each migration of the template, and when it is made anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT n.oid::text || ' ' || (
                SELECT md5(string_agg(m.id || m.app || m.name, ' ' ORDER BY m.id))
                FROM "{TEMPLATE_SCHEMA}".django_migrations m
            )
            FROM pg_namespace n WHERE n.nspname = %s
            """,  # noqa: S608  # a constant of ours
            [TEMPLATE_SCHEMA],
        )
        return f"{connection.settings_dict['NAME']} {cursor.fetchone()[0]}"
