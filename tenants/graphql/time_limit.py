"""How long one request may keep the database busy: each statement, and all together."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import DatabaseError, OperationalError
from psycopg.errors import QueryCanceled
from psycopg.pq import TransactionStatus

from tenants.database import connection

_USABLE: Final = (TransactionStatus.IDLE, TransactionStatus.INTRANS)


class OutOfTime(Exception):
    """A request asked for more of the database's time than it has."""


@contextmanager
def time_limit(*, statement_seconds: float, total_seconds: float) -> Iterator[None]:
    """Cancel each statement of the block that takes too long, and refuse all after the total.

    The server itself cancels (``statement_timeout``), so a statement ends even if this process
    hangs. The setting is made with the first statement, and taken back before the connection goes
    back to its pool.

    Raises:
        OutOfTime: from the statement that was cancelled or refused.
    """
    watch = _Watch(statement_seconds, total_seconds)
    try:
        with connection.execute_wrapper(watch):
            yield
    finally:
        watch.release()


class _Watch:
    """Stands around each statement of a request."""

    def __init__(self, statement_seconds: float, total_seconds: float) -> None:
        self._statement_seconds = statement_seconds
        self._ends_at = time.monotonic() + total_seconds
        self._limited: Any = None  # the connection that has the limit
        self._limit = 0.0

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise OutOfTime
        if connection.connection is not self._limited or left < self._limit:
            self.limit_to(min(left, self._statement_seconds))
        try:
            return execute(*statement)
        except OperationalError as error:
            if isinstance(error.__cause__, QueryCanceled):
                raise OutOfTime from error
            raise

    def limit_to(self, seconds: float) -> None:
        """Let the server cancel each further statement after ``seconds``."""
        connection.ensure_connection()
        self._limited, self._limit = connection.connection, seconds
        with connection.wrap_database_errors:
            self._limited.execute(f"SET statement_timeout = {max(int(seconds * 1000), 1)}")

    def release(self) -> None:
        """Take the limit from the connection, or the connection from the pool."""
        ours = self._limited
        if ours is None or connection.connection is not ours or ours.closed:
            return
        if ours.info.transaction_status not in _USABLE:
            return  # inside a transaction that has failed: its end takes the setting back
        try:
            with connection.wrap_database_errors:
                ours.execute("RESET statement_timeout")
        except DatabaseError:
            connection.close()
