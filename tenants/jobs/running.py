"""Running one job: in its tenant's schema, and in no schema before and after."""

import logging

from django.utils import timezone

from tenants.database import connection, release_connection
from tenants.jobs.claiming import Claim, Clock, StaleClaim, claim_next
from tenants.jobs.failing import JobFailed, fail, give_up
from tenants.jobs.heartbeat import heartbeat
from tenants.jobs.registry import UnknownKind, kind_of
from tenants.jobs.schema import poison
from tenants.sayings import JOB_REASONS, saying_of

logger = logging.getLogger(__name__)


def run_next(queue: str, *, clock: Clock = timezone.now) -> Claim | None:
    """Claim and run the fairest job of ``queue``; return its claim, or None without work.

    Whatever the handler does, the connection is in no tenant's schema afterwards.
    """
    poison()
    try:
        claim = claim_next(queue, clock=clock)
        if claim is not None:
            run(claim)
        return claim
    finally:
        poison()


def run(claim: Claim) -> None:
    """Do the job of ``claim`` and note how it ended."""
    try:
        kind = kind_of(claim.kind)
    except UnknownKind as unknown:
        give_up(claim, reason=str(unknown))
        return
    try:
        with heartbeat(claim):
            connection.set_tenant(claim.tenant)
            kind.handler(claim, **claim.payload)
            if not claim.is_finished:
                with claim.finishing():
                    pass
    except StaleClaim as stale:
        logger.warning("results refused, the claim was taken over: %s", stale)
    except Exception as error:
        logger.exception("job %s of kind %s failed", claim.job_id, claim.kind)
        # A failure of the connection itself must not keep us from saying so.
        release_connection()
        if not claim.is_finished:
            fail(claim, reason=_in_words(error))


def _in_words(error: Exception) -> str:
    if isinstance(error, JobFailed):
        return saying_of(error)
    if type(error).__name__ == "SoftTimeLimitExceeded":  # by name: importing celery costs 0.2 s
        return JOB_REASONS("took_too_long")
    # The class alone: a message may hold an address with a token.
    return JOB_REASONS("broke", kind=type(error).__name__)
