"""Living models by site: kept in the process, few and small enough, never shared.

A key names a tenant and a site. Who borrows a model has it alone; another who asks for it
meanwhile gets an empty one. What is kept longest unused goes first.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from scheduling.engines.base import Engine
from scheduling.engines.highs import HighsEngine
from scheduling.engines.kept import Kept

#: Bounds of what a process keeps: models, and their columns together (some 2 kB each).
MOST_MODELS: Final = 32
MOST_COLUMNS: Final = 400_000


class LivingModels:
    """Models of HiGHS that live on between runs, by key."""

    def __init__(self, *, most_models: int = MOST_MODELS, most_columns: int = MOST_COLUMNS) -> None:
        self._most_models, self._most_columns = most_models, most_columns
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @contextmanager
    def engine(self, key: Hashable, *, step: int = 0) -> Iterator[Engine]:
        """Lend an engine that goes on from the last model under ``key``, if there is one.

        ``step``: at which the window begins, counted from whenever: a later one has moved on.
        """
        with self._lock:
            kept = self._kept.pop(key, None) or Kept()
        kept.begin(step)
        # A run that fails leaves a solver in an unknown state: it is not put back.
        yield HighsEngine(kept)
        with self._lock:
            self._kept[key] = kept
            self._make_room()

    def _make_room(self) -> None:
        while len(self._kept) > self._most_models or (
            sum(kept.n_columns for kept in self._kept.values()) > self._most_columns
        ):
            self._kept.popitem(last=False)


LIVING: Final = LivingModels()
