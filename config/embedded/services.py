"""Both services of one run directory."""

from pathlib import Path

from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey


def database_url(run_dir: Path) -> str:
    """Return the address of the embedded database; nothing is started."""
    return Postgres(run_dir).url()


def redis_url(run_dir: Path) -> str:
    """Return the address of the embedded Valkey; nothing is started."""
    return Valkey(run_dir).url


def start(run_dir: Path, *, database: bool = True, redis: bool = True) -> None:
    """Start what does not run yet.

    Raises:
        ServiceFailed: a server did not come up.
    """
    if database:
        Postgres(run_dir).start()
    if redis:
        Valkey(run_dir).start()


def stop(run_dir: Path) -> None:
    """Stop what runs."""
    Valkey(run_dir).stop()
    Postgres(run_dir).stop()


def status(run_dir: Path) -> dict[str, bool]:
    """Return which of the two answer."""
    return {"postgresql": Postgres(run_dir).is_up(), "valkey": Valkey(run_dir).is_up()}
