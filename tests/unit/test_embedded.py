"""The embedded servers: started by whoever comes first, found again after any death.

These tests start real servers in directories of their own, and end them.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis

from config import env
from config.embedded import Postgres, Valkey
from config.embedded.identity import own_identity
from config.embedded.processes import is_alive


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "run")
    yield server
    server.stop()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path / "run")
    yield server
    server.stop()


def pid_of(postgres: Postgres) -> int:
    return int((postgres.cluster / "postmaster.pid").read_text().split("\n")[0])


def wait_for_end(pid: int, mentions: str) -> None:
    until = time.monotonic() + 10
    while is_alive(pid, mentions):
        assert time.monotonic() < until
        time.sleep(0.02)


def query(postgres: Postgres, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_of_many_who_start_one_starts_and_all_find_it(tmp_path: Path, postgres: Postgres) -> None:
    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(lambda _: Postgres(tmp_path / "run").start(), range(4)))

    assert sorted(started) == [False, False, False, True]
    assert query(postgres, "SELECT current_user") == [("loadstar",)]


def test_the_application_is_no_superuser(postgres: Postgres) -> None:
    postgres.start()

    rows = query(postgres, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = 'loadstar'")
    assert rows == [(False, True)]


def test_rows_survive_kill_9(postgres: Postgres) -> None:
    postgres.start()
    query(postgres, "SET synchronous_commit = on; CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(pid_of(postgres), signal.SIGKILL)

    assert postgres.start()

    assert query(postgres, "SELECT answer FROM kept") == [(42,)]


def test_a_lock_file_with_the_number_of_an_unrelated_process_is_no_server(
    postgres: Postgres,
) -> None:
    postgres.start()
    stale = (postgres.cluster / "postmaster.pid").read_text().split("\n")
    postgres.stop()
    stale[0] = str(os.getpid())
    (postgres.cluster / "postmaster.pid").write_text("\n".join(stale))

    assert postgres.start()


def test_a_path_too_long_for_a_socket_is_no_obstacle(tmp_path: Path) -> None:
    server = Postgres(tmp_path / ("long" * 30) / "run")
    try:
        assert server.start()
        assert server.is_up()
    finally:
        server.stop()
    assert not server.is_up()


def test_a_path_with_a_space_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "my project" / "run"
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("LOADSTAR_RUN_DIR", str(folder))
    server = Postgres(folder)
    try:
        assert server.start()
        with env.connect() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another identity")
def test_root_runs_the_server_as_somebody_else_and_opens_no_directory(
    tmp_path: Path, postgres: Postgres
) -> None:
    tmp_path.chmod(0o700)
    postgres.start()

    assert own_identity().mode in ("namespace", "nobody")
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_valkeys_address_is_known_before_it_runs_and_stays(valkey: Valkey) -> None:
    before = valkey.url
    valkey.start()

    assert valkey.url == before
    assert redis.Redis.from_url(valkey.url).ping()


def test_valkey_keeps_its_keys_over_kill_9(tmp_path: Path, valkey: Valkey) -> None:
    valkey.start()
    redis.Redis.from_url(valkey.url).set("kept", "yes")
    redis.Redis.from_url(valkey.url).waitaof(1, 0, 5_000)
    pid = int((valkey.base / "valkey.pid").read_text())
    os.kill(pid, signal.SIGKILL)
    wait_for_end(pid, "valkey")

    assert valkey.start()

    assert redis.Redis.from_url(valkey.url).get("kept") == b"yes"


def test_valkey_refuses_who_has_no_password(valkey: Valkey) -> None:
    valkey.start()
    address = valkey.url.split("@")[1]

    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(f"redis://{address}").ping()


def test_the_address_is_for_our_eyes_only(valkey: Valkey) -> None:
    valkey.start()

    for name in ("valkey.conf", "valkey-address.json"):
        assert (valkey.base / name).stat().st_mode & 0o077 == 0


def test_a_wrong_word_on_the_command_line_says_the_right_ones() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "config.embedded", "begin"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert "start|stop|status" in done.stderr
