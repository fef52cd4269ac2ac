"""What becomes of a job that failed: another attempt later, or quarantine with a reason."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django_tenants.utils import schema_context, tenant_context

from tenants.jobs.claiming import Claim
from tenants.jobs.registry import kinds
from tenants.models import Job, JobState
from tenants.models.tenant import PUBLIC_SCHEMA
from tenants.sayings import JOB_REASONS

logger = logging.getLogger(__name__)

_GROWTH: Final = 3  # of the pause, from attempt to attempt


class JobFailed(Exception):
    """An attempt failed, for a reason in plain words that the tenant's users may read."""


def fail(claim: Claim, *, reason: str) -> None:
    """Note that an attempt failed; nothing when another worker has the job by now."""
    with schema_context(PUBLIC_SCHEMA), transaction.atomic():
        job = claim.held().select_for_update(of=("self",)).select_related("tenant").first()
        if job is not None:
            pause = timedelta(seconds=settings.JOB_BACK_OFF_SECONDS) * _GROWTH ** (job.attempt - 1)
            retry_or_quarantine(job, reason=reason, now=claim.clock(), pause=pause)


def give_up(claim: Claim, *, reason: str) -> None:
    """Quarantine the job at once: another attempt could not end otherwise."""
    with schema_context(PUBLIC_SCHEMA), transaction.atomic():
        job = claim.held().select_for_update(of=("self",)).select_related("tenant").first()
        if job is not None:
            _quarantine(job, reason=reason, now=claim.clock())


def retry_or_quarantine(job: Job, *, reason: str, now: datetime, pause: timedelta) -> None:
    """Make the locked, running ``job`` ready again after ``pause``; give it up at the last."""
    if job.attempt >= settings.JOB_MAX_ATTEMPTS:
        times = JOB_REASONS("gave_up", attempts=job.attempt, reason=reason)
        _quarantine(job, reason=times, now=now)
        return
    job.state, job.not_before = JobState.READY, now + pause
    job.failure, job.lease_until = reason, None
    job.save(update_fields=["state", "not_before", "failure", "lease_until"])


def _quarantine(job: Job, *, reason: str, now: datetime) -> None:
    kind = kinds().get(job.kind)
    if kind is not None and kind.on_quarantine is not None:
        try:
            with tenant_context(job.tenant), transaction.atomic():
                kind.on_quarantine(job.payload, reason)
        except Exception:
            # Else the job would come back for ever, to fail here each time.
            logger.exception("what jobs of kind %s do in quarantine failed", job.kind)
            reason = f"{reason}; telling its app failed as well"
    job.state, job.failure = JobState.QUARANTINED, reason
    job.lease_until, job.finished_at = None, now
    job.save(update_fields=["state", "failure", "lease_until", "finished_at"])
    logger.error("job %s of kind %s is quarantined", job.pk, job.kind)
