"""What a model declares beside its columns and rows.

Rows do not say all of it: that two columns exclude each other, that one is zero or at least so
much, that rows are a stock over time, whose limit a bound is. Engines and reasons read it here.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scheduling.formulation.bends import Bent
from scheduling.formulation.blocks import (
    Exclusive,
    FromBetween,
    Indices,
    Limit,
    RowLimit,
    Runs,
    Side,
    Softness,
    flat,
)
from scheduling.formulation.compiled import Chain


class Declared:
    """What is known of columns and rows by their numbers.

    ``softnesses``: of rows that may be broken. ``bent``: where exact equations bend.
    """

    def __init__(self) -> None:
        self.chains: list[Chain] = []
        self.exclusives: list[Exclusive] = []
        self.from_between: list[FromBetween] = []
        self.limits: list[Limit] = []
        self.row_limits: list[RowLimit] = []
        self.softnesses: list[Softness] = []
        self.bent: list[Bent] = []
        self._still: dict[int, tuple[Indices, Indices]] = {}

    def add_chain(self, states: Indices, rows: Indices) -> None:
        """Tell that ``rows`` hand ``states``, both of shape (T,), on from step to step."""
        self.chains.append(Chain(states, rows))

    def stand_still(self, rows: Indices, columns: Indices) -> None:
        """Tell that where nothing moves, ``columns`` make up for ``rows``, of the same shape.

        A start for a solver, no more, in place of what was told of ``rows`` before; ``NO_COLUMN``
        where nothing does.
        """
        row, column = rows.ravel(), columns.ravel()
        there = column >= 0
        if row.size:
            self._still[int(row[0])] = row[there], column[there]

    def keep_from_between(
        self,
        name: str,
        columns: Indices,
        *,
        least: ArrayLike,
        most: ArrayLike,
        runs: Iterable[Runs] = (),
    ) -> None:
        """Declare that each of ``columns`` is zero or between ``least`` and ``most``."""
        shape = columns.shape
        bounds = flat(least, shape), flat(most, shape)
        self.from_between.append(FromBetween(name, columns.ravel(), *bounds, tuple(runs)))

    def keep_apart(
        self,
        name: str,
        first: Indices,
        second: Indices,
        *,
        first_most: ArrayLike,
        second_most: ArrayLike,
        cancels: ArrayLike = False,
    ) -> None:
        """Declare that of ``first`` and ``second`` at most one is above zero, per element.

        The rest as in ``Exclusive``, flattened; all broadcast to the columns' shape.
        """
        shape = first.shape
        self.exclusives.append(
            Exclusive(
                name,
                first.ravel(),
                second.ravel(),
                flat(first_most, shape),
                flat(second_most, shape),
                np.broadcast_to(np.asarray(cancels, dtype=bool), shape).ravel(),
            )
        )

    def add_limit(
        self,
        name: str,
        columns: Indices,
        *,
        side: Side,
        unit: str,
        of: str,
        beyond: ArrayLike = np.inf,
        is_fixed: bool = False,
    ) -> None:
        """Name the bounds of ``columns`` as a limit that somebody set and could change.

        Args:
            name: in the user's words, "import limit".
            side: which bound it is, ``"upper"`` or ``"lower"``.
            unit: of the columns, "kW" or "kWh".
            of: whose limit it is, in the user's words.
            beyond: how far the bound could move at all (a bound of nature behind the limit).
            is_fixed: what the device can do by its nature: it explains, but does not give way.
        """
        self.limits.append(Limit(name, of, columns, side, unit, beyond, is_fixed))

    def add_row_limit(
        self,
        name: str,
        rows: Indices,
        *,
        unit: str,
        of: str,
        first: NDArray[np.int64] | None = None,
        beyond: NDArray[np.int64] | None = None,
    ) -> None:
        """Name rows as a limit that somebody set; a row per step, if nothing else is said.

        The rest as in ``RowLimit``.
        """
        start = np.arange(rows.size) if first is None else first
        end = start + 1 if beyond is None else beyond
        self.row_limits.append(RowLimit(name, of, rows.ravel(), unit, start, end))
