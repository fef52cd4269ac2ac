"""Jobs of several tenants share the workers: nobody waits for all of somebody else's."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

import pytest
from django.test import override_settings

from tenants import jobs
from tenants.database import connection
from tenants.jobs.claiming import claim_next
from tenants.models import Plan, Tenant
from tenants.services import activate_tenant, suspend_tenant
from tests.workers import (
    QUEUE,
    HandClock,
    ask,
    declare_note,
    declared_for_a_test,
    served_in_order,
)


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    with declared_for_a_test():
        declare_note()
        yield


@pytest.fixture
def clock(now: datetime) -> HandClock:
    return HandClock(now)


def on_plan(tenant: Tenant, **limits: int) -> None:
    connection.set_schema_to_public()
    plan = Plan.objects.create(name=f"Plan of {tenant.pk}", **limits)
    Tenant.objects.filter(pk=tenant.pk).update(plan=plan)


def test_one_job_is_served_second_at_latest_beside_fifty_of_another(
    tenant: Tenant, other_tenant: Tenant, clock: HandClock
) -> None:
    for number in range(50):
        ask(tenant, f"{number}", clock())
    served_in_order(clock, 5)  # the first tenant has the workers for itself
    ask(other_tenant, "the only one", clock())
    assert other_tenant.schema_name in served_in_order(clock, 2)


def test_two_busy_tenants_take_turns(
    tenant: Tenant, other_tenant: Tenant, clock: HandClock
) -> None:
    for number in range(6):
        ask(tenant, f"{number}", clock())
    for number in range(6):
        ask(other_tenant, f"{number}", clock())
    order = served_in_order(clock, 12)
    assert all(one != next_one for one, next_one in pairwise(order))


def test_a_weight_of_two_is_two_turns_for_one(
    tenant: Tenant, other_tenant: Tenant, clock: HandClock
) -> None:
    on_plan(tenant, job_weight=2)
    for number in range(30):
        ask(tenant, f"{number}", clock())
        ask(other_tenant, f"{number}", clock())
    order = served_in_order(clock, 30)
    assert 18 <= order.count(tenant.schema_name) <= 21
    assert other_tenant.schema_name in order[:3]


def test_a_plans_cap_holds_and_leaves_the_workers_to_others(
    tenant: Tenant, other_tenant: Tenant, clock: HandClock
) -> None:
    on_plan(tenant, max_running_jobs=2)
    for number in range(5):
        ask(tenant, f"{number}", clock())
    running = [claim_next(QUEUE, clock=clock) for _ in range(3)]
    assert [claim is not None for claim in running] == [True, True, False]
    ask(other_tenant, "Depot", clock())
    claim = claim_next(QUEUE, clock=clock)
    assert claim is not None
    assert claim.tenant == other_tenant


def test_a_queue_with_a_limit_runs_so_many_at_once_over_all_tenants(
    tenant: Tenant, other_tenant: Tenant, clock: HandClock
) -> None:
    ask(tenant, "Depot", clock())
    ask(other_tenant, "Shop", clock())
    with override_settings(JOB_MOST_RUNNING={QUEUE: 1}):
        first = claim_next(QUEUE, clock=clock)
        assert first is not None
        assert claim_next(QUEUE, clock=clock) is None
        with first.finishing():
            pass
        second = claim_next(QUEUE, clock=clock)
    assert second is not None
    assert {first.tenant, second.tenant} == {tenant, other_tenant}


def test_a_tenants_jobs_run_in_the_order_of_their_requests(
    tenant: Tenant, clock: HandClock
) -> None:
    asked = [ask(tenant, name, clock()).pk for name in ("c", "a", "b")]
    done = [jobs.run_next(QUEUE, clock=clock) for _ in asked]
    assert [claim.job_id for claim in done if claim] == asked


def test_jobs_of_a_suspended_tenant_wait(tenant: Tenant, clock: HandClock) -> None:
    ask(tenant, "Depot", clock())
    suspend_tenant(operator="tests", tenant=tenant, now=clock())
    assert jobs.run_next(QUEUE, clock=clock) is None
    assert jobs.waiting_queues(now=clock()) == []
    activate_tenant(operator="tests", tenant=tenant)
    assert jobs.run_next(QUEUE, clock=clock) is not None
