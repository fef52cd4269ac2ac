"""Claiming work: the fairest job, by compare-and-set, under a lease that is fenced by attempt."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from django.conf import settings
from django.db import connection, transaction
from django_tenants.utils import schema_context

from tenants.models import Job, JobQuerySet, JobState, Tenant
from tenants.models.tenant import PUBLIC_SCHEMA

Clock: TypeAlias = Callable[[], datetime]

# Tenants with work and room for more, in the order of their turn: never served first, then by
# time since served times weight, so that a weight of 2 is a turn twice as often.
_TURNS: Final = """
SELECT t.id
FROM tenants_tenant t
JOIN tenants_plan plan ON plan.id = t.plan_id
LEFT JOIN LATERAL (
    SELECT j.claimed_at FROM tenants_job j
    WHERE j.queue = %(queue)s AND j.tenant_id = t.id AND j.claimed_at IS NOT NULL
    ORDER BY j.claimed_at DESC LIMIT 1
) served ON true
WHERE t.suspended_at IS NULL
    AND EXISTS (
        SELECT 1 FROM tenants_job j
        WHERE j.queue = %(queue)s AND j.tenant_id = t.id
            AND j.state = 'READY' AND j.not_before <= %(now)s
    )
    AND (
        SELECT count(*) FROM tenants_job j
        WHERE j.queue = %(queue)s AND j.tenant_id = t.id AND j.state = 'RUNNING'
    ) < plan.max_running_jobs
ORDER BY (%(now)s - served.claimed_at) * plan.job_weight DESC NULLS FIRST, t.id
"""


class StaleClaim(Exception):
    """The job was taken from this worker, which was believed dead. Nothing is written."""


@dataclass(slots=True)
class Claim:
    """The right to do one job, once.

    Attributes:
        attempt: 1 for the first; a retry and a taken-over job have a higher one.
    """

    job_id: int
    attempt: int
    kind: str
    payload: dict[str, Any]
    tenant: Tenant
    clock: Clock
    is_finished: bool = field(default=False, init=False)

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """Write results inside: they and the end of the job are one transaction.

        Raises:
            StaleClaim: another worker has the job; nothing inside ran.
        """
        with transaction.atomic():
            # Locked until the commit: the sweeper skips it, however long the writing takes.
            held = self.held().select_for_update()
            if not held.exists():
                raise StaleClaim(f"job {self.job_id}, attempt {self.attempt}")
            yield
            self.held().update(
                state=JobState.DONE, finished_at=self.clock(), lease_until=None, failure=""
            )
        self.is_finished = True

    def extend_lease(self) -> bool:
        """Show that the worker lives; say whether the job is still its own."""
        return self.held().update(lease_until=self.clock() + lease()) == 1

    def held(self) -> JobQuerySet:
        """Return the job as long as this claim holds it, else nothing."""
        return Job.objects.filter(pk=self.job_id, attempt=self.attempt, state=JobState.RUNNING)


def lease() -> timedelta:
    """Return how long a worker is believed to live without a sign."""
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


def claim_next(queue: str, *, clock: Clock) -> Claim | None:
    """Claim the fairest job of ``queue`` that may run now, or return None."""
    now = clock()
    with schema_context(PUBLIC_SCHEMA), transaction.atomic():
        turns = _turns(queue, now)
        if _is_full(queue):
            return None  # who works on it goes on with the rest
        for tenant_id in turns:
            claim = _claim_of(tenant_id, queue, now, clock)
            if claim is not None:
                return claim
    return None


def _turns(queue: str, now: datetime) -> list[int]:
    with connection.cursor() as cursor:
        # One claimer a queue at a time, for a millisecond: else two would see the same tenant
        # as next and the same free place, and caps would not hold.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"tenants.jobs:{queue}"]
        )
        cursor.execute(_TURNS, {"queue": queue, "now": now})
        return [row[0] for row in cursor.fetchall()]


def _is_full(queue: str) -> bool:
    """Say whether as many jobs of ``queue`` run as may; asked by one claimer at a time."""
    most = settings.JOB_MOST_RUNNING.get(queue)
    running = Job.objects.filter(queue=queue, state=JobState.RUNNING)
    return most is not None and running.count() >= most


def _claim_of(tenant_id: int, queue: str, now: datetime, clock: Clock) -> Claim | None:
    ready = Job.objects.ready_at(now).filter(tenant_id=tenant_id, queue=queue)
    free = ready.select_related("tenant").select_for_update(skip_locked=True, of=("self",))
    job = free.order_by("not_before", "id").first()
    if job is None:
        return None
    unclaimed = Job.objects.filter(pk=job.pk, attempt=job.attempt, state=JobState.READY)
    changed = unclaimed.update(
        state=JobState.RUNNING,
        attempt=job.attempt + 1,
        claimed_at=now,
        lease_until=now + lease(),
    )
    if changed != 1:
        return None
    return Claim(job.pk, job.attempt + 1, job.kind, job.payload, job.tenant, clock)
