"""An idempotency key: one effect however often, however concurrently, whoever else uses it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django_tenants.utils import schema_context, tenant_context
from pytest_django import DjangoDbBlocker, Settings

from tenants import periodic
from tenants.accounts.models import Customer
from tenants.database import connection
from tenants.idempotency.models import RememberedRequest
from tenants.idempotency.services import KEEP, forget_requests, once
from tenants.models import Tenant
from tenants.permissions import Actor

KEYS = 25
CALLS = 5
TOKEN = Actor("token:lst_00000001")
OTHER_TOKEN = Actor("token:lst_00000002")


@pytest.fixture
def committed_tenant(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Tenant]:
    """A tenant whose changes other connections see; what the test makes is removed."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        tenant = Tenant.objects.get(schema_name="first_tenant")
        yield tenant
        with tenant_context(tenant):
            Customer.objects.all().delete()
            RememberedRequest.objects.all().delete()
        connection.close()


def make(name: str, now: datetime, *, digest: str = "d") -> tuple[Any, bool]:
    """Make a customer under the key ``name``."""

    def act() -> Any:
        return Customer.objects.create(name=name).pk

    return once(actor=TOKEN, key=name, digest=digest, act=act, now=now)


def test_concurrent_requests_have_one_effect_and_one_answer(
    committed_tenant: Tenant, now: datetime
) -> None:
    together = threading.Barrier(CALLS)

    def call(_: int) -> list[tuple[Any, bool]]:
        try:
            with tenant_context(committed_tenant):
                together.wait()
                return [make(f"key {i}", now) for i in range(KEYS)]
        finally:
            connection.close()

    with ThreadPoolExecutor(CALLS) as threads:
        calls = list(threads.map(call, range(CALLS)))

    for answers in zip(*calls, strict=True):
        assert sorted(replayed for _, replayed in answers) == [False] + [True] * (CALLS - 1)
        assert len({pk for pk, _ in answers}) == 1
    with tenant_context(committed_tenant):
        assert Customer.objects.count() == KEYS


def test_another_body_under_the_key_is_refused(tenant: Tenant, now: datetime) -> None:
    make("key", now)

    with pytest.raises(ValidationError) as refused:
        make("key", now, digest="another")

    assert refused.value.error_dict["idempotency_key"][0].code == "key_reused"
    assert Customer.objects.count() == 1


def test_what_failed_is_not_kept(tenant: Tenant, now: datetime) -> None:
    def act() -> Any:
        Customer.objects.create(name="half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        once(actor=TOKEN, key="key", digest="d", act=act, now=now)

    assert not Customer.objects.exists()
    assert make("key", now)[1] is False


def test_two_tokens_do_not_share_a_key(tenant: Tenant, now: datetime) -> None:
    mine = once(actor=TOKEN, key="key", digest="d", act=lambda: "mine", now=now)
    theirs = once(actor=OTHER_TOKEN, key="key", digest="d", act=lambda: "theirs", now=now)

    assert (mine, theirs) == (("mine", False), ("theirs", False))


def test_two_tenants_do_not_share_a_key(
    tenant: Tenant, other_tenant: Tenant, now: datetime
) -> None:
    mine = once(actor=TOKEN, key="key", digest="d", act=lambda: "mine", now=now)
    with schema_context(other_tenant.schema_name):
        theirs = once(actor=TOKEN, key="key", digest="d", act=lambda: "theirs", now=now)

    assert (mine, theirs) == (("mine", False), ("theirs", False))


def test_a_key_is_new_again_after_thirty_days(tenant: Tenant, now: datetime) -> None:
    assert timedelta(days=30) == KEEP
    make("key", now)

    later = once(
        actor=TOKEN, key="key", digest="other", act=lambda: "new",
        now=now + KEEP + timedelta(seconds=1),
    )  # fmt: skip

    assert later == ("new", False)


def test_old_keys_are_swept_and_young_ones_stay(tenant: Tenant, now: datetime) -> None:
    make("old", now - KEEP - timedelta(seconds=1))
    make("young", now - KEEP + timedelta(seconds=1))

    assert forget_requests(now=now) == 1

    assert [each.key for each in RememberedRequest.objects.all()] == ["young"]


def test_the_timetable_sweeps_every_tenant(
    tenant: Tenant,
    other_tenant: Tenant,
    now: datetime,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tenants.jobs.rounds.close_old_connections", lambda: None)  # the test's own
    for schema in (tenant.schema_name, other_tenant.schema_name):
        with schema_context(schema):
            make("old", datetime(2020, 1, 1, tzinfo=now.tzinfo))

    periodic.forget_old_requests()

    for schema in (tenant.schema_name, other_tenant.schema_name):
        with schema_context(schema):
            assert not RememberedRequest.objects.exists()
    entry = settings.CELERY_BEAT_SCHEDULE["forget-requests"]
    assert entry == {"task": "tenants.forget_requests", "schedule": 86_400.0}
