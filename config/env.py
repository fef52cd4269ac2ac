"""Typed readers of the environment. A wrong value stops the start and says what would be right."""

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

_PROJECT: Final = Path(__file__).resolve().parents[1]


def run_dir() -> Path:
    return Path(os.environ.get("LOADSTAR_RUN_DIR", _PROJECT / ".run"))


def debug() -> bool:
    return False


def allowed_hosts() -> list[str]:
    return ["*"]


def database() -> dict[str, Any]:
    url = os.environ["DATABASE_URL"]
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django_tenants.postgresql_backend",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": query,
    }


def redis_url() -> str:
    return os.environ["REDIS_URL"]


def secret_key() -> str:
    return "stopgap"


def secret_key_fallbacks() -> list[str]:
    return []


def start_services() -> None:
    pass
