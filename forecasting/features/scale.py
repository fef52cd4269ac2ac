"""Values as numbers near one, and heavy tails drawn in."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from forecasting.features.series import Array


@dataclass(frozen=True, slots=True)
class Scale:
    """Between the unit of a series and numbers near one; monotone, so quantiles stay quantiles.

    Attributes:
        centre, spread: subtracted, then divided by.
        draws_in: whether large numbers are drawn in by the inverse hyperbolic sine, as is usual
            for prices (Uniejewski, Weron and Ziel, IEEE Trans. Power Systems 33, 2018).
    """

    centre: float
    spread: float
    draws_in: bool

    @classmethod
    def of(cls, known: Array) -> Self:
        """Return the scale of a series whose known values are ``known``, not empty."""
        centre = float(np.median(known))
        low, high = np.quantile(known, [0.25, 0.75])
        spread = float(high - low) / 1.35 or float(known.std()) or 1.0
        # Both signs and rare values far out: a price, or what behaves like one.
        far = float(np.mean(np.abs(known - centre) > 4 * spread))
        both = bool(known.min() < 0 < known.max())
        extreme = float(np.abs(known - centre).max()) > 10 * spread
        return cls(centre, spread, draws_in=(both and far > 0.002) or (extreme and far > 0.002))

    def into(self, values: Array) -> Array:
        """Return ``values`` as numbers near one."""
        scaled: Array = (values - self.centre) / self.spread
        return np.arcsinh(scaled) if self.draws_in else scaled

    def back(self, scaled: Array) -> Array:
        """Return what ``into`` turned into ``scaled``."""
        straight = np.sinh(scaled) if self.draws_in else scaled
        values: Array = straight * self.spread + self.centre
        return values
