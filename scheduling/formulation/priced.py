"""What the columns of a model cost, by term, and which of equal plans is preferred."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from scheduling.formulation.blocks import Array, Indices, flat, present


class Priced:
    """Costs of ``n_columns`` columns: the sum of all terms is what is minimised."""

    def __init__(self) -> None:
        self.n_columns = 0
        self.costs: list[tuple[str, Indices, Array]] = []
        self.constants: dict[str, float] = {}
        self._preferences: list[tuple[Indices, Array]] = []

    def add_cost(self, term: str, columns: Indices, price: ArrayLike) -> None:
        """Add ``price · x[columns]`` [currency] to the cost, under the name ``term``."""
        self.costs.append((term, *present(columns, flat(price, columns.shape))))

    def add_constant(self, term: str, amount: float) -> None:
        """Add ``amount`` [currency] to the cost, under the name ``term``."""
        self.constants[term] = self.constants.get(term, 0.0) + amount

    def reprice(self, costs: Iterable[tuple[str, Indices, ArrayLike]]) -> None:
        """Put the prices of ``costs`` for those that the same term and columns have."""
        new = {(term, int(columns[0])): prices for term, columns, prices in costs}
        self.costs = [
            (term, columns, flat(new.get((term, int(columns[0])), prices), columns.shape))
            if columns.size
            else (term, columns, prices)
            for term, columns, prices in self.costs
        ]

    def take_costs(self, other: "Priced") -> None:
        """Put costs and preferences of ``other``, whose columns come first here, for the own."""
        self.costs, self.constants = list(other.costs), dict(other.constants)
        self._preferences = list(other._preferences)

    def prices(self) -> Array:
        """Return what one more of each column costs, shape (n_columns,) [currency per unit]."""
        return self._summed([(columns, prices) for _, columns, prices in self.costs])

    def cost_by_term(self, values: Array) -> dict[str, float]:
        """Return what ``values``, shape (n_columns,), cost under each term [currency]."""
        totals = dict(self.constants)
        for term, columns, prices in self.costs:
            totals[term] = totals.get(term, 0.0) + float(prices @ values[columns])
        return totals

    def prefer_less(self, columns: Indices, weight: ArrayLike) -> None:
        """Among plans of equal cost choose one with a lower ``Σ weight · x[columns]``."""
        self._preferences.append(present(columns, flat(weight, columns.shape)))

    def forget_preferences(self) -> None:
        """Leave the choice among plans of equal cost open."""
        self._preferences.clear()

    def preferences(self) -> Array | None:
        """Return the weight of each column in choosing among plans of equal cost, if any."""
        return self._summed(self._preferences) if self._preferences else None

    def _summed(self, parts: Sequence[tuple[Indices, Array]]) -> Array:
        if not parts:
            return np.zeros(self.n_columns)
        columns, weights = (np.concatenate(part) for part in zip(*parts, strict=True))
        return np.bincount(columns, weights, minlength=self.n_columns).astype(np.float64)
