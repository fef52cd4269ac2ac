"""Several workers at once, each with a connection of its own; rows are committed and removed."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from django_tenants.utils import tenant_context
from pytest_django import DjangoDbBlocker

from tenants import jobs
from tenants.accounts.models import Customer
from tenants.database import connection
from tenants.jobs.claiming import Claim, claim_next
from tenants.jobs.heartbeat import heartbeat
from tenants.models import Job, JobState, Plan, Tenant
from tests.workers import (
    QUEUE,
    HandClock,
    ask,
    declare_note,
    declared_for_a_test,
    in_own_connection,
    names_in,
    reread,
)

WORKERS = 4
T = TypeVar("T")


@pytest.fixture
def committed_tenant(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Tenant]:
    """A tenant whose changes other connections see; what the test makes is removed."""
    with django_db_blocker.unblock(), declared_for_a_test():
        declare_note()
        connection.set_schema_to_public()
        tenant = Tenant.objects.get(schema_name="first_tenant")
        plan = tenant.plan
        Tenant.objects.filter(pk=tenant.pk).update(
            plan=Plan.objects.create(name="Busy", max_running_jobs=100)
        )
        yield tenant
        with tenant_context(tenant):
            Customer.objects.all().delete()
        connection.set_schema_to_public()
        Job.objects.all().delete()
        Tenant.objects.filter(pk=tenant.pk).update(plan=plan)
        Plan.objects.filter(name="Busy").delete()
        connection.close()


@pytest.fixture
def clock(now: datetime) -> HandClock:
    return HandClock(now)


def at_once(work: Callable[[], T], count: int = WORKERS) -> list[T]:
    """Run ``work`` in ``count`` threads that start together; return what they return."""
    together = threading.Barrier(count)

    def start() -> T:
        together.wait(timeout=10)
        return work()

    with ThreadPoolExecutor(count) as pool:
        started = [pool.submit(in_own_connection(start)) for _ in range(count)]
        return [each.result(timeout=60) for each in started]


def test_one_job_is_claimed_by_one_of_many_workers(
    committed_tenant: Tenant, clock: HandClock
) -> None:
    ask(committed_tenant, "Depot", clock())
    claims = at_once(lambda: claim_next(QUEUE, clock=clock))
    assert sum(claim is not None for claim in claims) == 1


def test_many_jobs_are_done_once_each(committed_tenant: Tenant, clock: HandClock) -> None:
    for number in range(20):
        ask(committed_tenant, f"{number:02}", clock())

    def work() -> int:
        done = 0
        while jobs.run_next(QUEUE, clock=clock):
            done += 1
        return done

    assert sum(at_once(work)) == 20
    assert names_in(committed_tenant) == [f"{number:02}" for number in range(20)]


def test_a_plans_cap_holds_among_workers_that_claim_at_once(
    committed_tenant: Tenant, clock: HandClock
) -> None:
    Plan.objects.filter(name="Busy").update(max_running_jobs=2)
    for number in range(10):
        ask(committed_tenant, f"{number}", clock())
    claims = at_once(lambda: claim_next(QUEUE, clock=clock))
    assert sum(claim is not None for claim in claims) == 2


def test_the_same_request_from_many_at_once_is_one_job(
    committed_tenant: Tenant, clock: HandClock
) -> None:
    answers = at_once(lambda: ask(committed_tenant, "Depot", clock()).pk)
    assert len(set(answers)) == 1


def test_a_job_is_not_taken_from_a_worker_that_is_writing_its_result(
    committed_tenant: Tenant, clock: HandClock
) -> None:
    """The sweeper must neither wait for the writer nor undo it, however late it is."""
    job = ask(committed_tenant, "Depot", clock())
    claim = claim_next(QUEUE, clock=clock)
    assert claim is not None

    def sweep_late() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")  # to fail rather than to hang
        return jobs.sweep(now=clock() + timedelta(minutes=10))

    with tenant_context(committed_tenant), claim.finishing():
        assert at_once(sweep_late, count=1) == [0]
        Customer.objects.create(name="Depot")
    assert reread(job).state == JobState.DONE
    assert names_in(committed_tenant) == ["Depot"]


def test_a_worker_beats_from_another_connection_while_it_works(
    committed_tenant: Tenant, clock: HandClock, settings: Any
) -> None:
    settings.JOB_HEARTBEAT_SECONDS = 0.01
    job = ask(committed_tenant, "Depot", clock())
    claim = claim_next(QUEUE, clock=clock)
    assert claim is not None
    beaten = threading.Event()

    class Observed(Claim):
        def extend_lease(self) -> bool:
            held = Claim.extend_lease(self)
            beaten.set()
            return held

    observed = Observed(claim.job_id, claim.attempt, claim.kind, claim.payload, claim.tenant, clock)
    clock.move(seconds=20)
    with heartbeat(observed):
        assert beaten.wait(timeout=10)
    assert reread(job).lease_until == clock() + timedelta(seconds=30)


def test_a_worker_whose_connection_broke_says_that_its_job_failed(
    committed_tenant: Tenant, clock: HandClock
) -> None:
    """PostgreSQL may restart under a running job."""

    @jobs.job("tests.cut", queue=QUEUE)
    def cut(claim: jobs.Claim, **_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with tenant_context(committed_tenant):
        job = jobs.enqueue("tests.cut", payload={}, dedupe_key="1", now=clock())
    jobs.run_next(QUEUE, clock=clock)
    failed = reread(job)
    assert failed.state == JobState.READY
    assert "OperationalError" in failed.failure
