"""How a ratio of power follows a stock: efficiencies of a battery, the COP of a heat pump.

Corners are rounded, so that a solver that follows slopes does not stumble: with r the radius,
max(x, 0) is taken as (x + √(x² + r²)) / 2, which is off by r / 2 at the corner and by r² / (4 |x|)
beyond. That is what is called exact here: by the solver, the simulation and the costs alike.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ZERO_C_IN_K: Final = 273.15
#: Below this lift a heat pump's COP is that of this lift [K].
LEAST_LIFT: Final = 1.0
#: Radii of corners: of the lift [K], of the COP at its most, of tables as a share of their span.
LIFT_RADIUS: Final = 0.1
COP_RADIUS: Final = 0.02
TABLE_RADIUS: Final = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A ratio on straight lines between ``ratio`` at ``stock`` [kWh], rising; level beyond."""

    stock: Array
    ratio: Array

    @property
    def radius(self) -> float:
        """Of its corners [kWh]."""
        return float(TABLE_RADIUS * (self.stock[-1] - self.stock[0]))

    @property
    def bends(self) -> Array:
        """How much the slope changes at each of ``stock`` [1/kWh]."""
        slopes = np.diff(self.ratio) / np.diff(self.stock)
        return np.diff(np.concatenate([[0.0], slopes, [0.0]]))

    def at(self, stock: Array) -> Array:
        """Return the ratio at ``stock``, any shape."""
        beyond = stock[..., None] - self.stock
        rounded = 0.5 * (beyond + np.sqrt(beyond**2 + self.radius**2))
        return np.asarray(self.ratio[0] + rounded @ self.bends)

    def slope(self, stock: Array) -> Array:
        """Return its change per kWh."""
        beyond = stock[..., None] - self.stock
        return np.asarray(0.5 * (1.0 + beyond / np.sqrt(beyond**2 + self.radius**2)) @ self.bends)

    def highest(self, low: Array, high: Array) -> Array:
        """Return what it is nowhere above, shape of ``low``."""
        corner = 0.5 * self.radius * float(np.abs(self.bends).sum())
        return np.full(np.broadcast(low, high).shape, self.ratio.max() + corner)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarnotCop:
    """A COP: share · T / lift, at most ``most``; T the supply in K, lift from source to supply.

    The supply is ``at_zero`` + ``per_kwh`` · stock [K, K/kWh]; ``source``, shape (T,) [K].
    """

    share: float
    most: float
    at_zero: float
    per_kwh: float
    source: Array

    def at(self, stock: Array) -> Array:
        """Return the COP at ``stock`` before each step, shape (T,)."""
        ideal, _ = self._ideal(stock)
        spare = ideal - self.most
        return np.asarray(0.5 * (ideal + self.most - np.sqrt(spare**2 + COP_RADIUS**2)))

    def slope(self, stock: Array) -> Array:
        """Return its change per kWh."""
        ideal, change = self._ideal(stock)
        spare = ideal - self.most
        return np.asarray(0.5 * change * (1.0 - spare / np.sqrt(spare**2 + COP_RADIUS**2)))

    def highest(self, low: Array, high: Array) -> Array:
        """Return what it is nowhere above for stocks from ``low`` to ``high``, shape (T,)."""
        coldest = low if self.per_kwh >= 0.0 else high
        known = np.isfinite(coldest)
        return np.where(known, self.at(np.where(known, coldest, 0.0)), self.most)

    def _ideal(self, stock: Array) -> tuple[Array, Array]:
        supply = self.at_zero + self.per_kwh * stock
        beyond = supply - self.source - LEAST_LIFT
        root = np.sqrt(beyond**2 + LIFT_RADIUS**2)
        lift = LEAST_LIFT + 0.5 * (beyond + root)
        change = self.per_kwh * 0.5 * (1.0 + beyond / root)
        return self.share * supply / lift, self.share * (
            self.per_kwh / lift - supply * change / lift**2
        )


Curve: TypeAlias = Table | CarnotCop
