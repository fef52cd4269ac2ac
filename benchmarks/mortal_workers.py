"""Workers of benchmarks that kill them: the product's own, with a shorter lease."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Final

from django.conf import settings

from tenants.database import connection
from tenants.periodic import sweep_jobs

#: Short, so that a kill costs seconds here; in production half a minute.
_LEASE_SECONDS: Final = 3.0
_PATIENCE_SECONDS: Final = 240.0


def run_worker(queue: str, *, processes: int = 1) -> None:
    """Be the worker: the product's Celery application."""
    from config.celery import app  # noqa: PLC0415  # in the worker's process only

    settings.JOB_LEASE_SECONDS = _LEASE_SECONDS
    settings.JOB_HEARTBEAT_SECONDS = _LEASE_SECONDS / 3
    arguments = ["--queues", queue, "--concurrency", str(processes), "--loglevel", "ERROR"]
    app.worker_main(["--quiet", "worker", *arguments, "--without-gossip", "--without-mingle"])


def start_worker(script: str) -> "subprocess.Popen[bytes]":
    """Start ``script`` as a worker, in a process group of its own."""
    return subprocess.Popen(  # noqa: S603  # ourselves
        [sys.executable, "-W", "ignore", script, "--worker"],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )


def kill(worker: "subprocess.Popen[bytes]") -> None:
    """Kill the worker with all its processes, without a word of warning."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def wait_until(reached: Callable[[], bool]) -> None:
    """Wait, sweeping each second as beat would.

    Raises:
        SystemExit: it takes too long.
    """
    if not came(reached, time.monotonic() + _PATIENCE_SECONDS):
        raise SystemExit("the work does not come on")


def came(reached: Callable[[], bool], until: float) -> bool:
    """Wait, sweeping likewise, at most ``until`` of the monotonic clock; say if it came to that."""
    sweep_at = 0.0
    while not reached():
        if time.monotonic() > until:
            return False
        if time.monotonic() >= sweep_at:
            sweep_jobs()
            connection.set_schema_to_public()
            sweep_at = time.monotonic() + 1.0
        time.sleep(0.02)
    return True
