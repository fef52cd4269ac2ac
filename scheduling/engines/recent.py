"""What a process keeps by key: few and small enough; what is longest unused goes first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final, Generic, TypeVar

#: Bounds of what a process keeps: models, and their columns together (some 2 kB each).
MOST_MODELS: Final = 32
MOST_COLUMNS: Final = 400_000

Kept = TypeVar("Kept")


class Recent(Generic[Kept]):
    """At most ``most`` of a kind, whose ``size`` together, in columns, is at most ``most_columns``.

    A key names a tenant and a site: what is kept under it is of that site alone.
    """

    def __init__(
        self,
        size: Callable[[Kept], int],
        *,
        most: int = MOST_MODELS,
        most_columns: int = MOST_COLUMNS,
    ) -> None:
        self._size, self._most, self._most_columns = size, most, most_columns
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def in_order(self) -> list[Hashable]:
        """Return all keys, the longest unused first."""
        return list(self._kept)

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._kept.clear()

    def look(self, key: Hashable) -> Kept | None:
        """Return what is kept under ``key``, which stays."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def take(self, key: Hashable) -> Kept | None:
        """Return what is kept under ``key``, which nobody else has from now on."""
        with self._lock:
            return self._kept.pop(key, None)

    def put(self, key: Hashable, kept: Kept) -> None:
        """Keep ``kept`` under ``key``, as long as there is room."""
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = kept
            while len(self._kept) > self._most or (
                sum(map(self._size, self._kept.values())) > self._most_columns
            ):
                self._kept.popitem(last=False)
