"""Sums of forecasts: quantiles of a net, from those of its parts.

The middle of the sum is the sum of the middles, so that net and parts add up to the digit. How wide
it is depends on whether the parts err together, which their quantiles do not say. With deviations
d of a quantile from the middle, part by part,

    d(net)² = r (Σ d)² + (1 - r) Σ d²

r = 1 lets all parts err together (quantiles are added), r = 0 each by itself (widths add as those
of independent normal errors do). Every level by itself, so a lopsided band stays so.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: What suits the nets of ``benchmarks/net_sums.py`` best as a whole.
TOGETHER: Final = 0.2


def summed(quantiles: Array, middle: int, together: float = TOGETHER) -> Array:
    """Return the quantiles of the sum, shape (Q, H), ascending; NaN where a part has one.

    Args:
        quantiles: of each part, shape (M, Q, H), ascending in Q.
        middle: place of the median in Q.
        together: r above, 0 to 1.
    """
    centres = quantiles[:, middle]
    deviations = quantiles - centres[:, None]
    squared = together * deviations.sum(axis=0) ** 2 + (1 - together) * (deviations**2).sum(axis=0)
    signs = np.where(np.arange(quantiles.shape[1]) < middle, -1.0, 1.0)
    found: Array = centres.sum(axis=0) + signs[:, None] * np.sqrt(squared)
    return found
