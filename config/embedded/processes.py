"""What both servers need of the operating system: locks, signs of life, quiet starts."""

import fcntl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

#: Kept, since a process object that is forgotten complains that its process still runs.
_launched: Final[list["subprocess.Popen[bytes]"]] = []


class ServiceFailed(RuntimeError):
    """A server did not start; the message says what it said last."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file at ``path``: one process at a time starts or stops a server."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_alive(pid: int, mentions: str) -> bool:
    """Say whether ``pid`` runs, is no zombie, and has ``mentions`` in its command line.

    The last makes the difference after a power cut, when another process has the number.
    """
    process = Path("/proc") / str(pid)
    try:
        state = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
        command = (process / "cmdline").read_bytes().decode(errors="replace")
    except (OSError, IndexError):
        return False
    return state != "Z" and mentions in command


def launch(arguments: Sequence[str | Path], log: Path, **options: Any) -> "subprocess.Popen[bytes]":
    """Start a server of its own session, so that Ctrl-C in a terminal does not reach it."""
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **options,
        )
    _launched.append(process)
    return process


def last_lines(log: Path, characters: int = 2_000) -> str:
    """Return the end of a log for an error message."""
    return log.read_text(errors="replace")[-characters:] if log.exists() else "(no log)"
