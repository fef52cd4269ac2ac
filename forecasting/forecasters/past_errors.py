"""Uncertainty from past errors at the same time of day.

Noon may so be less certain than midnight, and the distribution need not be symmetric.
Errors of an hour before to an hour after are pooled: one error per day is too few for the
0.1 and 0.9 quantiles of a month.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.forecasters.base import Array, Times
from forecasting.forecasters.wall_clock import MINUTES_PER_DAY, minute_of_day

_POOL_MINUTES: Final = 60
_FEWEST: Final = 20  # below, the quantiles of a time of day say less than those of all day


@dataclass(frozen=True, slots=True)
class PastErrors:
    """Errors (truth minus forecast) of steps at ``times``; both shape (N,), N >= 1, no NaN."""

    times: Times
    errors: Array

    def quantiles(self, times: Times, probabilities: Array) -> Array:
        """Return the quantiles of the errors at each of ``times``, shape (Q, H)."""
        past = minute_of_day(self.times)
        wanted, place = np.unique(minute_of_day(times), return_inverse=True)
        columns = [np.quantile(self._near(past, int(minute)), probabilities) for minute in wanted]
        return np.stack(columns, axis=1)[:, place]

    def _near(self, past: np.ndarray, minute: int) -> Array:
        apart = np.abs(past - minute)
        apart = np.minimum(apart, MINUTES_PER_DAY - apart)
        near = self.errors[apart <= _POOL_MINUTES]
        return near if near.size >= _FEWEST else self.errors
