"""Bringing all schemas to the state of the code, at no cost when they are there."""

from datetime import datetime
from io import StringIO

from django.core.management import call_command
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django_tenants.utils import schema_context

from tenants.database import connection
from tenants.models import Tenant
from tenants.models.tenant import PUBLIC_SCHEMA
from tenants.services import ensure_template


def migrate_all(*, now: datetime) -> None:
    """Migrate the public schema, the template of new tenants, and all tenants."""
    connection.set_schema_to_public()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate_schemas", shared=True, verbosity=0, stdout=StringIO())
    ensure_template(now=now)
    newest = set(MigrationLoader(None).graph.leaf_nodes())
    with schema_context(PUBLIC_SCHEMA):
        names = list(Tenant.objects.customers().values_list("schema_name", flat=True))
    for name in names:
        if not newest <= _applied(name):
            call_command(
                "migrate_schemas", tenant=True, schema_name=name, verbosity=0, stdout=StringIO()
            )


def _applied(schema_name: str) -> set[tuple[str, str]]:
    # Without the public schema, or its migrations would be taken for the tenant's.
    connection.set_schema(schema_name, include_public=False)
    try:
        return set(MigrationRecorder(connection).applied_migrations())
    finally:
        connection.set_schema_to_public()
