"""``migrate_schemas``: as in django-tenants, and the template of new tenants as well."""

from typing import Any

from django.utils import timezone
from django_tenants.management.commands.migrate_schemas import MigrateSchemasCommand

from tenants.services import ensure_template


class Command(MigrateSchemasCommand):  # type: ignore[misc]  # the library has no types
    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; where all tenants were meant, the template exists afterwards."""
        super().handle(*args, **options)
        partial = ("app_label", "migration_name", "fake", "plan", "check_unapplied", "prune")
        is_whole = not any(options.get(option) for option in partial)
        if self.sync_tenant and not options.get("schema_name") and is_whole:
            ensure_template(now=timezone.now())
