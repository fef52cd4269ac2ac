"""A command that enters a tenant."""

import pytest
from django.core.management.base import CommandError

from tenants.database import connection
from tenants.management.entering import enter


def test_a_database_without_our_tables_is_told_in_words(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tenants_tenant RENAME TO elsewhere")

    with pytest.raises(CommandError, match="migrate_schemas") as refused:
        enter("first_tenant")

    assert refused.value.returncode == 2
