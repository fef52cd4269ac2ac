"""Refusing a connection pooler that would mix tenants.

The tenant's schema is a state of the connection (``search_path``). A pooler in transaction mode
lends a server connection for one transaction at a time, so a statement may run on a connection
on which somebody else chose the schema. Measured with PgBouncer: 2,236 of 2,400 reads outside a
transaction came from another tenant.
"""

from collections.abc import Callable
from typing import Final, Protocol

import psycopg

_ROUNDS: Final = 3
_PID: Final = "SELECT pg_backend_pid()"


class TransactionPooling(SystemExit):
    """The address leads to a pooler in transaction or statement mode."""

    def __init__(self) -> None:
        super().__init__(
            "DATABASE_URL leads to a connection pooler in transaction mode, which mixes tenants: "
            "statements run on connections whose schema another request chose. "
            "Use session pooling (PgBouncer: pool_mode = session) or a direct address."
        )


class Connection(Protocol):
    """As much of a psycopg connection in autocommit mode as is needed here."""

    def execute(self, query: str, /) -> "psycopg.Cursor[tuple[int]]": ...

    def close(self) -> None: ...


def refuse_transaction_pooling(connect: Callable[[], Connection]) -> None:
    """Raise ``TransactionPooling`` if a connection changes its server process under our hands.

    A pooler takes the server connection back after each statement. So a second client that
    holds a transaction open gets it, and the first, asking again, is on another one.

    Args:
        connect: opens a new connection in autocommit mode.
    """
    ours = connect()
    others: list[Connection] = []
    try:
        first_pid = _pid(ours)
        for _ in range(_ROUNDS):
            others.append(connect())
            others[-1].execute("BEGIN")
            _pid(others[-1])
            if _pid(ours) != first_pid:
                raise TransactionPooling
    finally:
        for connection in (*others, ours):
            connection.close()


def _pid(connection: Connection) -> int:
    row = connection.execute(_PID).fetchone()
    assert row is not None  # noqa: S101  # a SELECT of one value has a row
    return int(row[0])
