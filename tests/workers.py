"""A worker's surroundings: a clock that is moved by hand, kinds that end with their test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django_tenants.utils import schema_context, tenant_context

from tenants import jobs
from tenants.accounts.models import Customer
from tenants.database import connection
from tenants.jobs import registry
from tenants.models import Job, Tenant

T = TypeVar("T")
QUEUE = "tests"
KIND = "tests.note"


@dataclass
class HandClock:
    """Shows the same time until it is moved."""

    time: datetime

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> datetime:
        self.time += timedelta(**by)
        return self.time


@contextmanager
def declared_for_a_test() -> Iterator[None]:
    """Forget, at the end, the kinds that were declared inside."""
    before = dict(registry._kinds)
    try:
        yield
    finally:
        registry._kinds.clear()
        registry._kinds.update(before)


def declare_note(on_quarantine: registry.OnQuarantine | None = None) -> None:
    """Declare the kind whose result is a customer named by the payload."""

    @jobs.job(KIND, queue=QUEUE, on_quarantine=on_quarantine)
    def note(claim: jobs.Claim, *, name: str, **_: Any) -> None:
        with claim.finishing():
            Customer.objects.create(name=name)


def declare_failing(error: Exception, **options: Any) -> None:
    """Declare the kind whose handler raises ``error``."""

    @jobs.job(KIND, queue=QUEUE, **options)
    def fails(claim: jobs.Claim, **_: Any) -> None:
        raise error


def ask(tenant: Tenant, name: str, now: datetime, **options: Any) -> Job:
    """Enqueue a note of ``tenant``."""
    with tenant_context(tenant):
        return jobs.enqueue(KIND, payload={"name": name}, dedupe_key=name, now=now, **options)


def names_in(tenant: Tenant) -> list[str]:
    """Return the notes that were made for ``tenant``."""
    with tenant_context(tenant):
        return list(Customer.objects.order_by("name").values_list("name", flat=True))


def reread(job: Job) -> Job:
    with schema_context("public"):
        return Job.objects.get(pk=job.pk)


def served_in_order(clock: HandClock, count: int) -> list[str]:
    """Run ``count`` jobs a second apart; return whose they were, by schema."""
    order = []
    for _ in range(count):
        clock.move(seconds=1)
        claim = jobs.run_next(QUEUE, clock=clock)
        assert claim is not None
        order.append(str(claim.tenant.schema_name))
    return order


def in_own_connection(work: Callable[[], T]) -> Callable[[], T]:
    """Wrap ``work`` for a thread: it starts in the public schema and closes its connection."""

    def run() -> T:
        connection.set_schema_to_public()
        try:
            return work()
        finally:
            connection.close()

    return run
