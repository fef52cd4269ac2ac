"""Living models by site: kept in the process, few and small enough, never shared.

A key names a tenant and a site. Who borrows a model has it alone; another who asks for it
meanwhile gets an empty one.
"""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Final

from scheduling.engines.base import Engine
from scheduling.engines.highs import HighsEngine
from scheduling.engines.kept import Kept
from scheduling.engines.recent import MOST_COLUMNS, MOST_MODELS, Recent


class LivingModels:
    """Models of HiGHS that live on between runs, by key."""

    def __init__(self, *, most_models: int = MOST_MODELS, most_columns: int = MOST_COLUMNS) -> None:
        self._kept: Recent[Kept] = Recent(
            lambda kept: kept.n_columns, most=most_models, most_columns=most_columns
        )

    def __len__(self) -> int:
        return len(self._kept)

    @contextmanager
    def engine(self, key: Hashable, *, step: int = 0) -> Iterator[Engine]:
        """Lend an engine that goes on from the last model under ``key``, if there is one.

        ``step``: at which the window begins, counted from whenever: a later one has moved on.
        """
        kept = self._kept.take(key) or Kept()
        kept.begin(step)
        # A run that fails leaves a solver in an unknown state: it is not put back.
        yield HighsEngine(kept)
        self._kept.put(key, kept)


LIVING: Final = LivingModels()
