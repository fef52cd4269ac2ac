"""Jobs: asked for with the caller's transaction, run once, finished with their result."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from tenants import jobs
from tenants.accounts.models import Customer
from tenants.database import connection
from tenants.models import Job, JobState, Tenant
from tests.workers import (
    KIND,
    QUEUE,
    HandClock,
    ask,
    declare_failing,
    declare_note,
    declared_for_a_test,
    names_in,
    reread,
)


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    with declared_for_a_test():
        declare_note()
        yield


@pytest.fixture
def clock(now: datetime) -> HandClock:
    return HandClock(now)


def test_a_job_runs_in_its_tenants_schema_and_is_done(tenant: Tenant, clock: HandClock) -> None:
    job = ask(tenant, "Depot", clock())
    claim = jobs.run_next(QUEUE, clock=clock)
    assert claim is not None
    assert names_in(tenant) == ["Depot"]
    done = reread(job)
    assert (done.state, done.attempt, done.finished_at) == (JobState.DONE, 1, clock())
    assert done.lease_until is None
    assert jobs.run_next(QUEUE, clock=clock) is None


def test_a_handler_that_just_returns_is_done(tenant: Tenant, clock: HandClock) -> None:
    @jobs.job("tests.quiet", queue=QUEUE)
    def quiet(claim: jobs.Claim, **_: Any) -> None:
        pass

    job = jobs.enqueue("tests.quiet", payload={}, dedupe_key="1", now=clock())
    jobs.run_next(QUEUE, clock=clock)
    assert reread(job).state == JobState.DONE


def test_a_job_goes_with_its_callers_transaction(tenant: Tenant, clock: HandClock) -> None:
    @transaction.atomic
    def caller() -> None:
        ask(tenant, "Depot", clock())
        raise RuntimeError("caller")

    with pytest.raises(RuntimeError, match="caller"):
        caller()
    assert not Job.objects.exists()


def test_the_bell_rings_after_the_commit_and_names_the_queue_alone(
    tenant: Tenant,
    clock: HandClock,
    after_commit: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(jobs.enqueueing, "ring", rung.append)
    with after_commit():
        ask(tenant, "Depot", clock())
        assert rung == []
    assert rung == [QUEUE]


def test_a_dead_broker_neither_fails_nor_stops_who_asks(
    tenant: Tenant,
    clock: HandClock,
    after_commit: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"  # nobody listens there
    jobs.bell._bell.cache_clear()
    monkeypatch.setattr(jobs.bell, "_silent_until", 0.0)
    try:
        with after_commit():
            job = ask(tenant, "Depot", clock())
        assert jobs.bell._silent_until > 0, "the bell was never tried"
    finally:
        jobs.bell._bell.cache_clear()
    assert reread(job).state == JobState.READY
    assert jobs.waiting_queues(now=clock()) == [QUEUE]


def test_the_same_work_twice_is_one_job_until_it_is_done(tenant: Tenant, clock: HandClock) -> None:
    first = ask(tenant, "Depot", clock())
    assert ask(tenant, "Depot", clock()) == first
    jobs.run_next(QUEUE, clock=clock)
    assert ask(tenant, "Depot", clock()) != first


def test_the_same_key_of_another_tenant_is_another_job(
    tenant: Tenant, other_tenant: Tenant, clock: HandClock
) -> None:
    assert ask(tenant, "Depot", clock()) != ask(other_tenant, "Depot", clock())


def test_a_running_job_is_the_answer_to_the_same_request(tenant: Tenant, clock: HandClock) -> None:
    job = ask(tenant, "Depot", clock())
    jobs.claiming.claim_next(QUEUE, clock=clock)
    assert ask(tenant, "Depot", clock()) == job


def test_a_job_waits_for_its_time(tenant: Tenant, clock: HandClock) -> None:
    ask(tenant, "Depot", clock(), not_before=clock() + timedelta(minutes=5))
    assert jobs.run_next(QUEUE, clock=clock) is None
    clock.move(minutes=5)
    assert jobs.run_next(QUEUE, clock=clock) is not None


def test_jobs_of_another_queue_are_left(tenant: Tenant, clock: HandClock) -> None:
    ask(tenant, "Depot", clock())
    assert jobs.run_next("solver", clock=clock) is None


@pytest.mark.parametrize("place", ["public", "poisoned", "template", "nobody's"])
def test_work_without_a_tenant_is_refused(tenant: Tenant, clock: HandClock, place: str) -> None:
    places: dict[str, Callable[[], None]] = {
        "public": connection.set_schema_to_public,
        "poisoned": jobs.poison,
        "template": lambda: connection.set_schema("loadstar_tenant_template"),
        "nobody's": lambda: connection.set_schema("never_created"),
    }
    places[place]()
    with pytest.raises(jobs.NoTenant):
        jobs.enqueue(KIND, payload={"name": "x"}, dedupe_key="x", now=clock())
    connection.set_schema_to_public()
    assert not Job.objects.exists()


def test_a_handler_called_without_a_tenant_is_refused(tenant: Tenant) -> None:
    connection.set_schema_to_public()
    with pytest.raises(jobs.NoTenant):
        jobs.kinds()[KIND].handler(None, name="Depot")


def test_a_payload_holds_identifiers_only(tenant: Tenant, clock: HandClock) -> None:
    values: Any = {"values": [1.0, 2.0]}
    with pytest.raises(TypeError, match="values"):
        jobs.enqueue(KIND, payload=values, dedupe_key="x", now=clock())


def test_an_unknown_kind_is_refused_when_asked_for(tenant: Tenant, clock: HandClock) -> None:
    with pytest.raises(jobs.UnknownKind, match="tests\\.note"):
        jobs.enqueue("tests.nothing", payload={}, dedupe_key="x", now=clock())


def test_a_worker_is_in_nobodys_schema_after_each_job(tenant: Tenant, clock: HandClock) -> None:
    """Code that forgets the tenant fails; it does not read the tenant of the job before."""
    ask(tenant, "Depot", clock())
    jobs.run_next(QUEUE, clock=clock)
    with pytest.raises(Exception, match="does not exist"), transaction.atomic():
        Customer.objects.count()
    with pytest.raises(Exception, match="does not exist"), transaction.atomic():
        Tenant.objects.count()  # not even the tables that all share


def test_a_worker_is_in_nobodys_schema_after_a_failure(tenant: Tenant, clock: HandClock) -> None:
    declare_failing(RuntimeError("boom"))
    ask(tenant, "Depot", clock())
    jobs.run_next(QUEUE, clock=clock)
    with pytest.raises(Exception, match="does not exist"), transaction.atomic():
        Customer.objects.count()


def test_each_tenants_job_writes_to_its_own_schema(
    tenant: Tenant, other_tenant: Tenant, clock: HandClock
) -> None:
    ask(tenant, "of the first", clock())
    ask(other_tenant, "of the second", clock())
    while jobs.run_next(QUEUE, clock=clock):
        pass
    assert names_in(tenant) == ["of the first"]
    assert names_in(other_tenant) == ["of the second"]


def test_done_jobs_are_forgotten_and_others_kept(tenant: Tenant, clock: HandClock) -> None:
    ask(tenant, "done", clock())
    jobs.run_next(QUEUE, clock=clock)
    waiting = ask(tenant, "waiting", clock())
    assert jobs.forget_done(before=clock.move(days=8)) == 1
    connection.set_schema_to_public()
    assert list(Job.objects.all()) == [waiting]
