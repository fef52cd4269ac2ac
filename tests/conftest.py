"""Two tenants for the whole run: making a schema costs seconds, rolling back costs nothing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tenants import jobs, services
from tenants.accounts import tokens
from tenants.database import connection
from tenants.models import Tenant

#: The clock of most tests: the day before Europe's clocks go forward.
NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
TENANT_SCHEMA = "first_tenant"
OTHER_SCHEMA = "second_tenant"


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Make the test database, and the two tenants that all tests share.

    In place of the plugin's own, which makes no test database for tests that ask for this
    fixture alone: they would write into the one of development.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        call_command("migrate_schemas", shared=True, verbosity=0)
        for schema_name in (TENANT_SCHEMA, OTHER_SCHEMA):
            if not Tenant.objects.filter(schema_name=schema_name).exists():
                name = schema_name.replace("_", " ").capitalize()
                domain = f"{schema_name.replace('_', '-')}.localhost"
                services.create_tenant(
                    schema_name=schema_name, name=name, domain=domain, now=NOW, operator="tests"
                )
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def tenant(db: None) -> Iterator[Tenant]:
    """Run the test inside the first tenant's schema; its changes are rolled back."""
    tenant = Tenant.objects.get(schema_name=TENANT_SCHEMA)
    connection.set_tenant(tenant)
    yield tenant
    connection.set_schema_to_public()


@pytest.fixture
def other_tenant(db: None) -> Tenant:
    """The second tenant; the test enters its schema itself."""
    return Tenant.objects.get(schema_name=OTHER_SCHEMA)


@pytest.fixture
def run_jobs(tenant: Tenant) -> Callable[..., int]:
    """Return a worker that runs what is queued, says how much, and leaves us in our tenant."""

    def run(queue: str = "solver") -> int:
        done = 0
        while jobs.run_next(queue) is not None:
            done += 1
        connection.set_tenant(tenant)
        return done

    return run


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def keys_made_at_the_tests_clock_are_good_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are let in by the clock on the wall: a year after ours no key would be good."""
    monkeypatch.setattr(tokens, "MAX_LIFE", tokens.MAX_LIFE + (timezone.now() - NOW))


@pytest.fixture
def after_commit(django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[[], Any]:
    """Return a context in which what waits for the commit runs at its end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
