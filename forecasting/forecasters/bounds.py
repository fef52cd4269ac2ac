"""What a series cannot be: a side of zero on which its history never was."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from forecasting.forecasters.base import Array


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of a forecast; infinite where there is none.

    A load is never negative, generation (negative in our sign) never positive; a series that
    was both, such as a net connection or a price, is not limited.
    """

    lower: float
    upper: float

    @classmethod
    def of(cls, known: Array) -> Self:
        """Return the bounds of a series whose known values are ``known``, not empty, no NaN."""
        return cls(
            lower=0.0 if known.min() >= 0 else -np.inf,
            upper=0.0 if known.max() <= 0 else np.inf,
        )

    def clip(self, quantiles: Array) -> Array:
        """Return ``quantiles`` (Q, H) in order along the first axis, and within the bounds."""
        ordered: Array = np.maximum.accumulate(quantiles, axis=0)
        return np.clip(ordered, self.lower, self.upper)
