"""Celery's side of jobs: what a bell starts. It carries the queue's name and nothing else."""

import time
from typing import Any, Final

from celery import shared_task
from django.db import close_old_connections
from django.utils import timezone

from tenants.jobs import ring, run_next
from tenants.jobs.bell import WORK

#: Up to this age [s] a bell goes on with the next job. Its time limits hold for all of them.
_ANSWER_SECONDS: Final = 5.0


@shared_task(name=WORK)
def work(*, queue: str, **_: Any) -> None:
    """Run the fairest jobs of ``queue`` for a while; ring again if there may be more."""
    close_old_connections()
    until = time.monotonic() + _ANSWER_SECONDS
    while run_next(queue, clock=timezone.now) is not None:
        close_old_connections()
        if time.monotonic() >= until:
            ring(queue)
            return
