"""Serving the demo: web, worker and beat side by side until Ctrl-C or ``manage.py stop``."""

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.conf import settings

from config.demo.processes import (
    NAMES,
    DidNotStart,
    Programme,
    beat_command,
    web_command,
    worker_command,
)
from config.env import start_services

_POLL_SECONDS: Final = 0.2
_START_SECONDS: Final = 60.0
#: How long an embedded service that was killed stays away, at most [s].
_LOOK_AFTER_SECONDS: Final = 2.0


def programmes(folder: Path) -> dict[str, Programme]:
    """Return the programmes of the run folder by name, running or not."""
    return {name: Programme(name, folder) for name in NAMES}


def start_worker(worker: Programme) -> bool:
    """Start a worker for all queues unless one runs; say whether it was started."""
    return worker.start(worker_command(settings.JOB_QUEUES))


def port_of(web: Programme) -> int | None:
    """Return the port at which the demo is served now, or None."""
    if not web.is_running():
        return None
    try:
        return int(_port_file(web).read_text())
    except (FileNotFoundError, ValueError):
        return None


def is_free(port: int) -> bool:
    """Say whether nobody listens at ``port`` of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def serve(folder: Path, port: int, *, on_ready: Callable[[], None]) -> None:
    """Run worker, beat and web; return when they were stopped from outside.

    They end with this call, however it ends. An embedded service that is killed meanwhile is
    started again.

    Raises:
        DidNotStart: one of them ended by itself.
        KeyboardInterrupt: Ctrl-C.
    """
    running = programmes(folder)
    try:
        start_worker(running["worker"])
        running["beat"].start(beat_command())
        running["web"].start(web_command(port))
        _port_file(running["web"]).write_text(str(port))
        _wait_until_it_answers(running["web"], port)
        on_ready()
        look_after(running)
        for each in running.values():
            # ``stop`` takes the pid file away; who ended by itself leaves it.
            if not each.is_running() and each.left_its_file():
                raise each.failure()
    finally:
        for each in running.values():
            each.stop()
        _port_file(running["web"]).unlink(missing_ok=True)


def look_after(running: dict[str, Programme]) -> None:
    """Keep the services up for as long as all programmes run."""
    look = time.monotonic() + _LOOK_AFTER_SECONDS
    while all(each.is_running() for each in running.values()):
        if time.monotonic() > look:
            start_services()
            look = time.monotonic() + _LOOK_AFTER_SECONDS
        time.sleep(_POLL_SECONDS)


def _wait_until_it_answers(web: Programme, port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while web.is_running() and time.monotonic() < until:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(_POLL_SECONDS)
    if not web.is_running():
        raise web.failure()
    raise DidNotStart(f"the web server does not answer at port {port}; its log is {web.log}")


def _port_file(web: Programme) -> Path:
    return web.folder / "web.port"
