"""Typed readers of the environment. A wrong value stops the start and says what would be right.

No secret's value is ever part of a message. Each variable may also be given as a file:
``NAME_FILE`` holds the path.
"""

import os
import secrets
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg

from config import embedded
from config.embedded.processes import locked

_PROJECT: Final = Path(__file__).resolve().parents[1]
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off", ""})
_MIN_KEY: Final = 32


class WrongEnvironment(SystemExit):
    """A variable is missing or wrong; the message names it and says what would be right."""


def text(name: str) -> str | None:
    """Return the variable ``name``, or the content of the file that ``name_FILE`` names."""
    if (path := os.environ.get(f"{name}_FILE")) is not None:
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise WrongEnvironment(f"{name}_FILE: cannot read {path}: {error.strerror}") from None
    return os.environ.get(name)


def boolean(name: str, *, default: bool) -> bool:
    """Return the variable ``name`` as a yes or no."""
    value = text(name)
    if value is None:
        return default
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise WrongEnvironment(f"{name} is {value!r}: use 1 or 0")


def whole_number(name: str, *, default: int) -> int:
    """Return the variable ``name`` as a whole number, at least 1."""
    value = text(name)
    if value is None:
        return default
    if not value.isdecimal() or int(value) < 1:
        raise WrongEnvironment(f"{name} is {value!r}: use a whole number, at least 1")
    return int(value)


def words(name: str) -> list[str]:
    """Return the comma-separated parts of the variable ``name``."""
    return [part.strip() for part in (text(name) or "").split(",") if part.strip()]


def run_dir() -> Path:
    """Return where embedded services and their keys live."""
    return Path(text("LOADSTAR_RUN_DIR") or _PROJECT / ".run")


def debug() -> bool:
    """Return whether errors are shown in full; never where others can reach."""
    return boolean("LOADSTAR_DEBUG", default=False)


def allowed_hosts() -> list[str]:
    """Return the accepted host names; without a choice any, since tenants' hosts are rows."""
    return words("LOADSTAR_ALLOWED_HOSTS") or ["*"]


def database() -> dict[str, Any]:
    """Return Django's settings of the database: ``DATABASE_URL``, or the embedded one."""
    url = text("DATABASE_URL") or embedded.database_url(run_dir())
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or len(parts.path) < 2:
        raise WrongEnvironment(
            "DATABASE_URL is not a PostgreSQL address: write postgresql://user:password@host/name"
        )
    options = dict(parse_qsl(parts.query))
    try:
        port = parts.port
    except ValueError:
        raise WrongEnvironment("DATABASE_URL has a wrong port: use 1 to 65535") from None
    return {
        "ENGINE": "django_tenants.postgresql_backend",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def connect() -> psycopg.Connection:
    """Return a new plain connection to the database, in autocommit mode."""
    settings = database()
    parameters = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
    given = {name: settings[key] for key, name in (*parameters.items(), ("PORT", "port"))}
    wanted = {name: value for name, value in given.items() if value}
    return psycopg.connect(autocommit=True, **wanted, **settings["OPTIONS"])


def redis_url() -> str:
    """Return ``REDIS_URL``, or the embedded Valkey's address."""
    url = text("REDIS_URL")
    if url is None:
        return embedded.redis_url(run_dir())
    if urlsplit(url).scheme not in ("redis", "rediss"):
        raise WrongEnvironment(
            "REDIS_URL is not a Redis address: write redis://:password@host:6379/0"
        )
    return url


def secret_key() -> str:
    """Return ``LOADSTAR_SECRET_KEY``; beside an embedded database one made for it."""
    key = text("LOADSTAR_SECRET_KEY")
    if key is not None:
        if len(key) < _MIN_KEY:
            raise WrongEnvironment(
                f"LOADSTAR_SECRET_KEY has {len(key)} characters: "
                f"use at least {_MIN_KEY} random ones"
            )
        return key
    if text("DATABASE_URL") is not None:
        raise WrongEnvironment(
            "LOADSTAR_SECRET_KEY is missing: with DATABASE_URL give at least "
            f"{_MIN_KEY} random characters, or a file's path in LOADSTAR_SECRET_KEY_FILE"
        )
    return _kept_key(run_dir() / "secret_key")


def secret_key_fallbacks() -> list[str]:
    """Return former keys, newest first, which still open what they closed."""
    return words("LOADSTAR_SECRET_KEY_FALLBACKS")


def start_services() -> None:
    """Start the embedded services for which no address is given."""
    embedded.start(
        run_dir(), database=text("DATABASE_URL") is None, redis=text("REDIS_URL") is None
    )


def _kept_key(path: Path) -> str:
    with locked(path.with_suffix(".lock")):
        if not path.exists():
            descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text()
