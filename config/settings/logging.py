"""Logs: one line a record on stderr, with the tenant's schema. Texts constant, values apart."""

from typing import Final

LOGGING: Final = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"schema": {"()": "tenants.logs.SchemaFilter"}},
    "formatters": {
        "line": {
            "format": "{asctime} {levelname} [{schema_name}] {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["schema"]}
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # They log whole addresses, which may hold tokens.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "cmdstanpy": {"level": "ERROR"},
        "prophet": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
    },
}
