"""Jobs that fail, and workers that die: tried again, taken over, given up with a reason."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tenants import jobs
from tenants.accounts.models import Customer
from tenants.database import connection
from tenants.jobs.claiming import Claim, claim_next
from tenants.jobs.running import run
from tenants.models import JobState, Tenant
from tests.workers import (
    QUEUE,
    HandClock,
    ask,
    declare_failing,
    declare_note,
    declared_for_a_test,
    names_in,
    reread,
)

LEASE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    with declared_for_a_test():
        declare_note()
        yield


@pytest.fixture
def clock(now: datetime) -> HandClock:
    return HandClock(now)


def claimed(clock: HandClock) -> Claim:
    claim = claim_next(QUEUE, clock=clock)
    assert claim is not None
    return claim


def run_three_times(clock: HandClock) -> None:
    for _ in range(3):
        assert jobs.run_next(QUEUE, clock=clock) is not None
        clock.move(minutes=5)


def test_a_failed_job_is_tried_again_after_a_growing_pause(
    tenant: Tenant, clock: HandClock
) -> None:
    declare_failing(RuntimeError("boom"))
    job = ask(tenant, "Depot", clock())
    jobs.run_next(QUEUE, clock=clock)
    first = reread(job)
    assert (first.state, first.attempt) == (JobState.READY, 1)
    assert first.not_before == clock() + timedelta(seconds=5)
    assert jobs.run_next(QUEUE, clock=clock) is None
    clock.move(seconds=5)
    jobs.run_next(QUEUE, clock=clock)
    assert reread(job).not_before == clock() + timedelta(seconds=15)


def test_after_three_attempts_a_job_is_quarantined_and_its_app_told(
    tenant: Tenant, clock: HandClock
) -> None:
    def told(payload: dict[str, Any], reason: str) -> None:
        Customer.objects.create(name=f"{payload['name']}: {reason}")

    declare_failing(jobs.JobFailed("the meter is gone"), on_quarantine=told)
    job = ask(tenant, "Depot", clock())
    run_three_times(clock)
    given_up = reread(job)
    assert (given_up.state, given_up.attempt) == (JobState.QUARANTINED, 3)
    assert given_up.failure == "gave up after 3 attempts: the meter is gone"
    assert names_in(tenant) == ["Depot: gave up after 3 attempts: the meter is gone"]
    assert jobs.run_next(QUEUE, clock=clock) is None


def test_a_reason_shows_no_message_of_an_unexpected_error(tenant: Tenant, clock: HandClock) -> None:
    declare_failing(RuntimeError("https://user:secret@host"))
    job = ask(tenant, "Depot", clock())
    jobs.run_next(QUEUE, clock=clock)
    assert reread(job).failure == "internal error (RuntimeError)"


def test_a_job_is_given_up_also_when_telling_its_app_fails(
    tenant: Tenant, clock: HandClock
) -> None:
    def fails_too(payload: dict[str, Any], reason: str) -> None:
        Customer.objects.create(name="half")
        raise RuntimeError("again")

    declare_failing(RuntimeError("boom"), on_quarantine=fails_too)
    job = ask(tenant, "Depot", clock())
    run_three_times(clock)
    assert reread(job).state == JobState.QUARANTINED
    assert names_in(tenant) == []


def test_a_kind_that_this_release_does_not_know_is_quarantined(
    tenant: Tenant, clock: HandClock
) -> None:
    job = ask(tenant, "Depot", clock())
    connection.set_schema_to_public()
    type(job).objects.filter(pk=job.pk).update(kind="tests.removed")
    jobs.run_next(QUEUE, clock=clock)
    given_up = reread(job)
    assert given_up.state == JobState.QUARANTINED
    assert "tests.removed" in given_up.failure


def test_what_a_failed_attempt_wrote_while_finishing_is_rolled_back(
    tenant: Tenant, clock: HandClock
) -> None:
    @jobs.job("tests.half", queue=QUEUE)
    def half(claim: Claim, **_: Any) -> None:
        with claim.finishing():
            Customer.objects.create(name="half")
            raise RuntimeError("boom")

    job = jobs.enqueue("tests.half", payload={}, dedupe_key="1", now=clock())
    jobs.run_next(QUEUE, clock=clock)
    assert names_in(tenant) == []
    assert reread(job).state == JobState.READY


def test_an_error_after_the_end_does_not_undo_it(tenant: Tenant, clock: HandClock) -> None:
    @jobs.job("tests.late", queue=QUEUE)
    def late(claim: Claim, **_: Any) -> None:
        with claim.finishing():
            Customer.objects.create(name="kept")
        raise RuntimeError("after the end")

    job = jobs.enqueue("tests.late", payload={}, dedupe_key="1", now=clock())
    jobs.run_next(QUEUE, clock=clock)
    assert reread(job).state == JobState.DONE
    assert names_in(tenant) == ["kept"]


def test_a_dead_workers_job_is_ready_when_its_lease_has_expired(
    tenant: Tenant, clock: HandClock
) -> None:
    job = ask(tenant, "Depot", clock())
    claimed(clock)
    clock.move(seconds=LEASE.total_seconds())
    assert jobs.sweep(now=clock()) == 0
    clock.move(seconds=1)
    assert jobs.sweep(now=clock()) == 1
    assert reread(job).state == JobState.READY
    jobs.run_next(QUEUE, clock=clock)
    assert names_in(tenant) == ["Depot"]


def test_a_job_that_kills_each_worker_is_quarantined_by_the_sweeper(
    tenant: Tenant, clock: HandClock
) -> None:
    told: list[str] = []
    declare_note(on_quarantine=lambda payload, reason: told.append(reason))
    job = ask(tenant, "Depot", clock())
    for _ in range(3):
        claimed(clock)
        jobs.sweep(now=clock.move(minutes=1))
    assert reread(job).state == JobState.QUARANTINED
    assert told == ["gave up after 3 attempts: the worker stopped in the middle"]


def test_a_sign_of_life_keeps_long_work_from_being_taken(tenant: Tenant, clock: HandClock) -> None:
    ask(tenant, "Depot", clock())
    claim = claimed(clock)
    clock.move(seconds=20)
    assert claim.extend_lease()
    assert jobs.sweep(now=clock.move(seconds=20)) == 0


def test_a_zombie_may_not_write_after_its_job_was_taken_over(
    tenant: Tenant, clock: HandClock
) -> None:
    job = ask(tenant, "Depot", clock())
    zombie = claimed(clock)
    jobs.sweep(now=clock.move(minutes=1))
    heir = claimed(clock)
    with pytest.raises(jobs.StaleClaim), zombie.finishing():
        Customer.objects.create(name="of the zombie")
    assert not zombie.extend_lease()
    run(heir)
    assert names_in(tenant) == ["Depot"]
    assert (reread(job).state, reread(job).attempt) == (JobState.DONE, 2)


def test_a_zombies_whole_run_leaves_no_trace(tenant: Tenant, clock: HandClock) -> None:
    job = ask(tenant, "Depot", clock())
    zombie = claimed(clock)
    jobs.sweep(now=clock.move(minutes=1))
    run(zombie)
    assert names_in(tenant) == []
    assert (reread(job).state, reread(job).attempt) == (JobState.READY, 1)


def test_a_zombies_failure_is_no_news(tenant: Tenant, clock: HandClock) -> None:
    declare_failing(RuntimeError("boom"))
    job = ask(tenant, "Depot", clock())
    zombie = claimed(clock)
    jobs.sweep(now=clock.move(minutes=1))
    heir = claimed(clock)
    run(zombie)
    assert (reread(job).state, reread(job).attempt) == (JobState.RUNNING, heir.attempt)
