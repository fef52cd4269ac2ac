"""A sign of life while a handler works, so that long work is not taken for dead."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError

from tenants.database import connection
from tenants.jobs.claiming import Claim

logger = logging.getLogger(__name__)


@contextmanager
def heartbeat(claim: Claim) -> Iterator[None]:
    """Extend the lease of ``claim`` now and then while the block runs.

    A thread does so, with a connection of its own that is opened at the first beat: short
    jobs pay nothing. Whoever holds the interpreter's lock longer than the lease is taken for
    dead; the job is then done twice, and the late result refused.
    """
    done = threading.Event()
    beat = threading.Thread(
        target=_beat, args=(claim, done), name=f"heartbeat-{claim.job_id}", daemon=True
    )
    beat.start()
    try:
        yield
    finally:
        done.set()
        beat.join()


def _beat(claim: Claim, done: threading.Event) -> None:
    try:
        while not done.wait(settings.JOB_HEARTBEAT_SECONDS):
            try:
                if not _extend(claim):
                    return
            except DatabaseError as error:
                logger.warning("a heartbeat failed: %s", type(error).__name__)
                connection.close()
    finally:
        connection.close()


def _extend(claim: Claim) -> bool:
    connection.set_schema_to_public()
    with connection.cursor() as cursor:
        # The row is locked while results are written: then the job is not in danger.
        cursor.execute("SET lock_timeout = '1s'")
    return claim.extend_lease()
