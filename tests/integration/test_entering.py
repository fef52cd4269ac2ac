"""A command that enters a tenant."""

import gc
import sys

import pytest
from django.core import management
from django.core.management.base import CommandError

import manage
from tenants.database import connection
from tenants.management.entering import enter
from tenants.models import Tenant


def test_a_database_without_our_tables_is_told_in_words(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tenants_tenant RENAME TO elsewhere")

    with pytest.raises(CommandError, match="migrate_schemas") as refused:
        enter("first_tenant")

    assert refused.value.returncode == 2


def test_any_command_on_a_database_without_our_tables_says_so(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that enters no tenant: it would close the connection that the test is in."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tenants_tenant RENAME TO elsewhere")
    monkeypatch.setattr(
        management, "execute_from_command_line", lambda _: list(Tenant.objects.all())
    )
    monkeypatch.setattr(sys, "argv", ["manage.py", "version"])

    try:
        with pytest.raises(SystemExit) as ended:
            manage.main()
    finally:
        gc.enable()

    assert ended.value.code == 2
    assert "run manage.py migrate_schemas" in capsys.readouterr().err
