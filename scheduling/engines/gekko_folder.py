"""Folders for gekko's files: private, gone after use, and swept after a crash.

A folder's name holds the process that made it (number and moment of start, for numbers come
round again). What belongs to a process that is no more is an orphan: its solver is ended, if
it still runs in there, and the folder removed.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_PREFIX: Final = "loadstar-gekko-"
_CHILD: Final = "child.pid"


@contextmanager
def own_folder() -> Iterator[Path]:
    """Give a new folder in the system's place for temporary files; remove it afterwards.

    Before the first use in a process, folders of dead processes are swept.
    """
    _sweep_once()
    pid = os.getpid()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{pid}-{_started(pid)}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remember_child(folder: Path, pid: int) -> None:
    """Note that ``pid`` works in ``folder``, for a sweep to end it."""
    (folder / _CHILD).write_text(str(pid))


def sweep() -> int:
    """Remove folders whose process is no more, and end what runs in them; return how many."""
    removed = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if _is_mine(folder) and _is_orphan(folder):
            _end_child(folder)
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


_swept_in: set[int] = set()


def _sweep_once() -> None:
    if os.getpid() not in _swept_in:
        _swept_in.add(os.getpid())
        sweep()


def _is_mine(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    is_folder = folder.is_dir() and not folder.is_symlink()
    return is_folder and (not hasattr(os, "getuid") or found.st_uid == os.getuid())


def _is_orphan(folder: Path) -> bool:
    parts = folder.name.removeprefix(_PREFIX).split("-")
    if len(parts) < 3 or not parts[0].isdigit():
        return False
    pid = int(parts[0])
    if not _is_alive(pid):
        return True
    return parts[1] != _started(pid)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OSError):
        return True
    return True


def _started(pid: int) -> str:
    """Return when ``pid`` started, in the kernel's ticks; "0" where that cannot be known."""
    try:
        # The name of the process is in brackets and may hold anything: read behind it.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "0"


def _end_child(folder: Path) -> None:
    try:
        pid = int((folder / _CHILD).read_text())
        # Only while it works in this folder: the number may be another's by now.
        if Path(f"/proc/{pid}/cwd").resolve() == folder.resolve():
            os.kill(pid, signal.SIGKILL)
    except (OSError, ValueError):
        return
