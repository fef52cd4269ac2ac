"""A pooler that lends server connections per transaction is refused."""

import itertools
from dataclasses import dataclass, field

import pytest

from config.pooling import TransactionPooling, refuse_transaction_pooling


@dataclass
class Pooler:
    """Server processes by number; ``per_transaction`` as PgBouncer in transaction mode."""

    per_transaction: bool
    free: list[int] = field(default_factory=list)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    open: int = 0

    def take(self) -> int:
        return self.free.pop() if self.free else next(self.numbers)

    def connect(self) -> "Client":
        self.open += 1
        return Client(self)


@dataclass
class Client:
    pooler: Pooler
    held: int | None = None
    in_transaction: bool = False

    def execute(self, query: str) -> "Client":
        self.in_transaction |= query == "BEGIN"
        if self.held is None:
            self.held = self.pooler.take()
        self.answer = self.held
        if self.pooler.per_transaction and not self.in_transaction:
            self.pooler.free.append(self.held)
            self.held = None
        return self

    def fetchone(self) -> tuple[int]:
        return (self.answer,)

    def close(self) -> None:
        self.pooler.open -= 1


def test_transaction_mode_is_refused_with_the_reason() -> None:
    pooler = Pooler(per_transaction=True)

    with pytest.raises(TransactionPooling, match="mixes tenants"):
        refuse_transaction_pooling(pooler.connect)  # type: ignore[arg-type]
    assert pooler.open == 0


def test_sessions_and_direct_connections_are_accepted() -> None:
    pooler = Pooler(per_transaction=False)

    refuse_transaction_pooling(pooler.connect)  # type: ignore[arg-type]

    assert pooler.open == 0
