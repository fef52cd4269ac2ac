"""The mean of the same time of day and kind of day, with the errors that it made."""

from typing import ClassVar, Self

import numpy as np

from forecasting.forecasters.base import Array, NotEnoughHistory, Sample, Times

_MINUTES = 1440
_LEAST_DAYS = 8


class MyModel:
    """Means of workdays and of weekends apart; quantiles of past errors around them."""

    version: ClassVar[str] = "1"

    def fit(self, history: Sample, n_ahead: int) -> Self:
        known = history.known()
        days = np.unique(known.times.astype("datetime64[D]")).size
        if days < _LEAST_DAYS:
            raise NotEnoughHistory(f"needs {_LEAST_DAYS} days with known steps, has {days}")
        self._slots, where = np.unique(_slot(known.times), return_inverse=True)
        self._means = np.bincount(where, weights=known.target) / np.bincount(where)
        self._errors = known.target - self._means[where]
        self._hours = _slot(known.times) % _MINUTES // 60
        # What the series never did is not foretold: panels do not consume.
        self._floor = 0.0 if known.target.min() >= 0 else -np.inf
        self._ceiling = 0.0 if known.target.max() <= 0 else np.inf
        return self

    def predict(self, times: Times, covariates: Array, quantiles: Array) -> Array:
        slots = _slot(times)
        nearest = np.searchsorted(self._slots, slots).clip(0, self._slots.size - 1)
        hours = slots % _MINUTES // 60
        spread = np.zeros((quantiles.size, times.size))
        for hour in np.unique(hours):
            near = self._errors[self._hours == hour]
            said = np.quantile(near if near.size else self._errors, quantiles)
            spread[:, hours == hour] = said[:, None]
        values: Array = (self._means[nearest] + spread).clip(self._floor, self._ceiling)
        return values


def _slot(times: Times) -> "np.ndarray":
    """Return the minute of the day, those of weekends behind those of workdays, shape (T,)."""
    minute = times.astype("datetime64[m]").astype(np.int64) % _MINUTES
    weekend = (times.astype("datetime64[D]").astype(np.int64) + 3) % 7 >= 5
    return minute + _MINUTES * weekend
