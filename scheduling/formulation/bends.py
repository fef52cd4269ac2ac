"""Power into a stock that is not in proportion to power: losses by its square, ratios by stock.

With c and d what a flow draws and gives [kW], e the stock before a step, η_c and η_d its
efficiencies at that stock and r its quadratic loss [1/kW], into the stock comes::

    η_c(e) · c - d / η_d(e) - r · (c² + d²)

The linear model has efficiencies n_c and n_d at a working point instead, and one column z more,
the power that these leave out::

    z = (η_c(e) - n_c) · c - (1 / η_d(e) - 1 / n_d) · d - r · (c² + d²)            (exact)
    z <= r · p² - 2 · r · p · (c + d)   for some p,    z >= -r · P · (c + d)     (linear model)

the first of which are tangents of -r · (c + d)², the last its chord up to P, the most power.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.curves import Curve

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bend:
    """How flow ``flow`` bends: ``loss`` r above [1/kW], and efficiencies that follow its stock."""

    name: str
    flow: int
    loss: float = 0.0
    charge: Curve | None = None
    discharge: Curve | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bent:
    """A bend in a model over T steps: where its variables are, in the terms above.

    ``extra``: z; ``charge``, ``discharge``, ``before``: columns of c, d and e, -1 where there is
    none; ``initial``: e before the first step; ``into``, ``out``: n_c and n_d, shape (T,);
    ``rows``: those that the exact equation replaces.
    """

    bend: Bend
    extra: Indices
    charge: Indices
    discharge: Indices
    before: Indices
    initial: float
    into: Array
    out: Array
    rows: Indices

    def exact(self, values: Array) -> Array:
        """Return z, shape (T,), as it follows from the other ``values`` of a solution."""
        charge, discharge, stock = self._of(values)
        drawn, given = self.ratios(stock)
        loss = self.bend.loss * (charge**2 + discharge**2)
        more: Array = (drawn - self.into) * charge - (given - 1.0 / self.out) * discharge - loss
        return more

    def slopes(self, values: Array) -> tuple[Array, Array, Array]:
        """Return the change of z per unit of c, d and e, each shape (T,), at ``values``."""
        charge, discharge, stock = self._of(values)
        drawn, given = self.ratios(stock)
        of_stock = np.zeros(stock.shape)
        if self.bend.charge is not None:
            of_stock += self.bend.charge.slope(stock) * charge
        if self.bend.discharge is not None:
            of_stock += self.bend.discharge.slope(stock) * given**2 * discharge
        return (
            drawn - self.into - 2.0 * self.bend.loss * charge,
            -(given - 1.0 / self.out) - 2.0 * self.bend.loss * discharge,
            of_stock,
        )

    def ratios(self, stock: Array) -> tuple[Array, Array]:
        """Return what a kWh drawn stores, and what a kWh given takes, at ``stock`` before."""
        bend = self.bend
        drawn = self.into if bend.charge is None else bend.charge.at(stock)
        given = 1.0 / (self.out if bend.discharge is None else bend.discharge.at(stock))
        return drawn, given

    def moved(self, by: int, down: int) -> "Bent":
        """Return this as it is in a model where other columns and rows come first."""

        def put(columns: Indices) -> Indices:
            return np.where(columns >= 0, columns + by, -1)

        return replace(
            self,
            extra=put(self.extra),
            charge=put(self.charge),
            discharge=put(self.discharge),
            before=put(self.before),
            rows=self.rows + down,
        )

    def _of(self, values: Array) -> tuple[Array, Array, Array]:
        charge, discharge, stock = (
            np.where(columns >= 0, values[columns], 0.0)
            for columns in (self.charge, self.discharge, self.before)
        )
        stock[self.before < 0] = self.initial
        return charge, discharge, stock


def misses(bent: Sequence[Bent], values: Array) -> float:
    """Return how far ``values`` are from the exact equations at most [kW]."""
    return max(float(np.abs(each.exact(values) - values[each.extra]).max()) for each in bent)
