"""Ranges in which the power that a flow draws may lie: bands, and nothing or at least so much."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.site import SiteProblem

Array = NDArray[np.float64]

_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Ranges:
    """``low`` and ``high`` of each range by steps, shape (B, T) [kW, >= 0]."""

    low: Array
    high: Array

    @classmethod
    def of(cls, problem: SiteProblem, flow: int) -> Self | None:
        """Return those of what ``flow`` draws; None where any power is allowed."""
        n_steps = problem.fixed.shape[1]
        nothing = np.zeros(n_steps)
        for bands in problem.bands:
            if bands.flow == flow:
                drawn = bands.high >= 0.0
                low, high = np.maximum(bands.low[drawn], 0.0), bands.high[drawn]
                return cls(low[:, None] + nothing, high[:, None] + nothing)
        least = [each.least for each in problem.least_powers if each.flow == flow and each.is_drawn]
        least += [each.least for each in problem.switching if each.flow == flow]
        if not least or not least[0].any():
            return None
        return cls(np.stack([nothing, least[0]]), np.stack([nothing, nothing + np.inf]))

    def nearest(self, step: int, power: float, most: float) -> float:
        """Return ``power`` if it is allowed, else the next above, or below if that is too much.

        ``most`` [kW]: more than this is too much.
        """
        low, high = self.low[:, step], self.high[:, step]
        if ((low <= power + _ROUNDING) & (power <= high + _ROUNDING)).any():
            return power
        above = low[(low > power) & (low <= most + _ROUNDING)]
        if above.size:
            return float(above.min())
        return float(high[high < power].max(initial=0.0))
