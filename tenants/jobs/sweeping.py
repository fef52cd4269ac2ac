"""Finding by state what no bell told: expired leases, jobs that wait, old ones to forget."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django_tenants.utils import schema_context

from tenants.jobs.failing import retry_or_quarantine
from tenants.models import Job, JobState
from tenants.models.tenant import PUBLIC_SCHEMA
from tenants.sayings import JOB_REASONS

_BATCH: Final = 500


def sweep(*, now: datetime) -> int:
    """Take jobs back whose worker gave no sign of life; return how many.

    They are ready at once, or quarantined after the last attempt.
    """
    with schema_context(PUBLIC_SCHEMA):
        taken = 0
        while taken < _BATCH and _take_one_back(now):
            taken += 1
        return taken


@transaction.atomic
def _take_one_back(now: datetime) -> bool:
    abandoned = Job.objects.abandoned_at(now).select_related("tenant")
    # Skip what is locked: another sweeper has it, or its worker lives and writes the result.
    job = abandoned.select_for_update(skip_locked=True, of=("self",)).order_by("id").first()
    if job is None:
        return False
    retry_or_quarantine(job, reason=JOB_REASONS("worker_stopped"), now=now, pause=timedelta(0))
    return True


def waiting_queues(*, now: datetime) -> list[str]:
    """Return the queues that have work for a worker at ``now``, in alphabetical order."""
    with schema_context(PUBLIC_SCHEMA):
        ready = Job.objects.ready_at(now).filter(tenant__suspended_at=None)
        return sorted(ready.values_list("queue", flat=True).distinct())


def forget_done(*, before: datetime) -> int:
    """Delete jobs done before that moment; return how many. Quarantined ones are kept."""
    with schema_context(PUBLIC_SCHEMA):
        done = Job.objects.filter(state=JobState.DONE, finished_at__lt=before)
        return done.delete()[0]
