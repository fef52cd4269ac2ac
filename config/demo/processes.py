"""Programmes that the demo starts beside itself: worker, beat, web.

Each has a pid file in the run folder, on which it holds a lock for as long as it lives: so
nobody mistakes a stranger with a reused pid for it, and two demos share one worker.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

#: Those that may run, in the order in which they are ended.
NAMES: Final = ("web", "beat", "worker")
_CELERY: Final = (sys.executable, "-m", "celery", "--app")
_LOG_TAIL_CHARACTERS: Final = 2_000
_POLL_SECONDS: Final = 0.05
_LOOK_SECONDS: Final = 0.2
#: How long a programme may take to end what it does before it is killed [s].
_PATIENCE_SECONDS: Final = 20.0

#: Those that this process started, by log file.
_children: Final[dict[Path, "subprocess.Popen[bytes]"]] = {}


class DidNotStart(Exception):
    """A programme ended at once. The text says where its log is, and how that ends."""


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme that may run beside us: by its pid file, whoever started it."""

    name: str
    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def is_running(self) -> bool:
        """Say whether it runs now, also when another process started it."""
        _reap()
        try:
            file = self._pid_file.open("rb")
        except FileNotFoundError:
            return False
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def start(self, command: list[str]) -> bool:
        """Start ``command`` unless the programme runs; say whether it was started.

        It gets a session of its own, so that Ctrl-C reaches us alone and we end it in order.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._pid_file.open("a+") as pid_file:
            if not _take(pid_file):
                return False
            _await_last(self.log)
            with self.log.open("ab") as log:
                process = _children[self.log] = subprocess.Popen(  # noqa: S603  # our own commands
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    pass_fds=[pid_file.fileno()],  # inherits the lock, and lets it go by ending
                )
            pid_file.truncate(0)
            pid_file.write(f"{process.pid}\n")
        return True

    def stop(self) -> bool:
        """End it, and whatever it started; say whether it ran. Safe to repeat."""
        if not self.is_running():
            return False
        self._signal(signal.SIGTERM)
        until = time.monotonic() + _PATIENCE_SECONDS
        while self.is_running():
            if time.monotonic() > until:
                self._signal(signal.SIGKILL)
            time.sleep(_POLL_SECONDS)
        _reap()
        self._pid_file.unlink(missing_ok=True)
        return True

    def left_its_file(self) -> bool:
        """Say whether its pid file is still there: it was not ended by ``stop``."""
        return self._pid_file.exists()

    def failure(self) -> DidNotStart:
        """Return the error that it has ended, with the end of its log."""
        text = self.log.read_text(errors="replace")[-_LOG_TAIL_CHARACTERS:]
        return DidNotStart(f"the {self.name} has ended; the end of {self.log}:\n{text}")

    @property
    def _pid_file(self) -> Path:
        return self.folder / f"{self.name}.pid"

    def _signal(self, number: signal.Signals) -> None:
        # The lock is held, so the pid in the file is its own and not a stranger's. A signal to
        # end goes to the programme, which ends its children; a kill goes to all of them.
        with suppress(ValueError, ProcessLookupError, FileNotFoundError):
            pid = int(self._pid_file.read_text())
            if number == signal.SIGKILL:
                os.killpg(pid, number)
            else:
                os.kill(pid, number)


def worker_command(queues: tuple[str, ...]) -> list[str]:
    """Return the command of a worker for all ``queues``."""
    options = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")
    return [*_CELERY, "config.celery", "worker", "--queues", ",".join(queues), *options]


def beat_command() -> list[str]:
    """Return the command of the timetable; its pid file is ours, not Celery's."""
    return [*_CELERY, "config.beat", "beat", "--pidfile", "", "--loglevel", "WARNING"]


def web_command(port: int) -> list[str]:
    """Return the command of a web server for this machine alone."""
    return [
        *(sys.executable, "-m", "uvicorn", "config.asgi:application"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--lifespan", "off", "--log-level", "warning", "--timeout-graceful-shutdown", "5"),
    ]


def _take(pid_file: TextIO) -> bool:
    """Lock ``pid_file``; False if a programme holds it, and not just someone who looks."""
    until = time.monotonic() + _LOOK_SECONDS
    while True:
        try:
            fcntl.flock(pid_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(_LOOK_SECONDS / 10)
        else:
            return True


def _await_last(log: Path) -> None:
    """Take leave of the one before: its lock goes a moment before its process does."""
    if previous := _children.pop(log, None):
        previous.wait()


def _reap() -> None:
    """Take leave of children that have ended, lest they stay in the table of processes."""
    for log, process in list(_children.items()):
        if process.poll() is not None:
            del _children[log]
