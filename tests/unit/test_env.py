"""The environment: wrong values stop the start, in words, and without secrets."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import env

SECRET = "hunter2-hunter2-hunter2-hunter2-hunter2"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "LOADSTAR_SECRET_KEY", "LOADSTAR_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOADSTAR_RUN_DIR", str(tmp_path))


def test_reads_an_address_with_all_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:p%40ss@db:5433/energy?sslmode=require")

    database = env.database()

    assert (database["USER"], database["PASSWORD"]) == ("me", "p@ss")
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db", "5433", "energy")
    assert database["OPTIONS"] == {"sslmode": "require"}


def test_reads_a_socket_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@/energy?host=/run/pg")

    assert env.database()["HOST"] == "/run/pg"


@pytest.mark.parametrize(
    ("name", "value", "read", "words"),
    [
        ("DATABASE_URL", f"mysql://me:{SECRET}@db/x", env.database, "postgresql://"),
        ("DATABASE_URL", f"postgresql://me:{SECRET}@db/", env.database, "postgresql://"),
        ("DATABASE_URL", f"postgresql://me:{SECRET}@db:x/y", env.database, "port"),
        ("REDIS_URL", f"http://:{SECRET}@cache", env.redis_url, "redis://"),
        ("LOADSTAR_DEBUG", "perhaps", env.debug, "1 or 0"),
        ("LOADSTAR_SECRET_KEY", "short", env.secret_key, "at least 32"),
    ],
)
def test_a_wrong_value_is_named_and_no_secret_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, read: object, words: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(env.WrongEnvironment) as error:
        read()  # type: ignore[operator]

    assert name in str(error.value)
    assert words in str(error.value)
    assert SECRET not in str(error.value)


def test_beside_a_real_database_a_key_must_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@db/energy")

    with pytest.raises(env.WrongEnvironment, match="LOADSTAR_SECRET_KEY is missing"):
        env.secret_key()


def test_beside_the_embedded_one_a_key_is_made_once(tmp_path: Path) -> None:
    assert env.secret_key() == env.secret_key()
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_secret_may_be_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET + "\n")
    monkeypatch.setenv("LOADSTAR_SECRET_KEY_FILE", str(tmp_path / "key"))

    assert env.secret_key() == SECRET
    monkeypatch.setenv("LOADSTAR_SECRET_KEY_FILE", str(tmp_path / "nothing"))
    with pytest.raises(env.WrongEnvironment, match="cannot read"):
        env.secret_key()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="tells threads on Linux alone")
def test_a_process_computes_in_one_thread() -> None:
    """None of those that numpy would start for sums: they spin where nothing is to be done."""
    code = (
        "import os, config, numpy as np; a = np.ones(100_000); a @ a;"
        "print(len(os.listdir('/proc/self/task')))"
    )
    chosen = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    found = subprocess.run(
        [sys.executable, "-c", code], env=chosen, capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "1"
