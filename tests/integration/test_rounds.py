"""What the timetable has done in every tenant."""

import pytest

from tenants import jobs
from tenants.database import connection
from tenants.models import Tenant
from tenants.models.tenant import POISONED_SCHEMA


@pytest.fixture(autouse=True)
def same_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the test's own connection, whose changes are rolled back."""
    monkeypatch.setattr("tenants.jobs.rounds.close_old_connections", lambda: None)


def test_a_round_comes_to_each_tenant_in_its_schema(tenant: Tenant, other_tenant: Tenant) -> None:
    seen: dict[str, str] = {}

    jobs.in_each_tenant(
        lambda each: seen.update({each.schema_name: connection.schema_name}), what="things"
    )

    assert seen[tenant.schema_name] == tenant.schema_name
    assert seen[other_tenant.schema_name] == other_tenant.schema_name
    assert connection.schema_name == POISONED_SCHEMA


def test_trouble_of_one_tenant_is_told_and_does_not_stop_the_round(
    tenant: Tenant, other_tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    def act(each: Tenant) -> None:
        seen.append(each.schema_name)
        if len(seen) == 1:
            raise RuntimeError("boom")

    jobs.in_each_tenant(act, what="things")

    assert {tenant.schema_name, other_tenant.schema_name} <= set(seen)
    assert f"things of {seen[0]} were left alone" in caplog.text
