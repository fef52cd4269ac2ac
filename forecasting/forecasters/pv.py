"""PV by physics: what the sun would give, times what this site makes of it.

With the place known, pvlib works out the plane's irradiance, from the weather if a covariate
``ghi`` tells it, from a clear sky otherwise; the plane is the one that fits the history best
(see ``features.solar``). Without a place the most of the last three weeks at each time of day
stands for the clear sky. The gain, generation per unit of that, is learnt from recent
daylight, apart for mornings and afternoons: trees and chimneys cast their shadows on one side.
"""

from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from forecasting.features.sayings import FORECASTS
from forecasting.features.solar import Plane, plane_of, sky_of
from forecasting.forecasters.base import Array, Sample, Times, WrongSeries
from forecasting.forecasters.bounds import Bounds
from forecasting.forecasters.past_errors import PastErrors
from forecasting.forecasters.wall_clock import minute_of_day, require_days

_MIN_DAYS: Final = 3
_GAIN_DAYS: Final = 21
_ERROR_DAYS: Final = 45
_DARK: Final = 0.02  # of the greatest; below, a gain is noise
_POOL_MINUTES: Final = 90


class PvPhysics:
    """See the module. Works with either sign of generation."""

    version: ClassVar[str] = "1"

    def __init__(self) -> None:
        self._history: Sample
        self._plane: Plane | None
        self._gains: dict[int, float]
        self._errors: PastErrors
        self._bounds: Bounds

    def fit(self, history: Sample, n_ahead: int) -> Self:
        require_days(history, _MIN_DAYS)
        recent = history[history.times > history.times[-1] - np.timedelta64(_ERROR_DAYS, "D")]
        known = recent.known() if recent.known().times.size else history.known()
        self._history = known
        self._plane = plane_of(known)
        self._bounds = Bounds.of(known.target)
        _require_dark_nights(known)
        potential = self._potential(known.times, known.covariates)
        age = (known.times.max() - known.times) / np.timedelta64(1, "D")
        new = age < _GAIN_DAYS
        self._gains = _gains(minute_of_day(known.times[new]), potential[new], known.target[new])
        errors = known.target - potential * self._gain_at(known.times)
        self._errors = PastErrors(known.times, errors)
        return self

    def predict(self, times: Times, covariates: Array, quantiles: Array) -> Array:
        centre = self._potential(times, covariates) * self._gain_at(times)
        return self._bounds.clip(centre + self._errors.quantiles(times, quantiles))

    def _potential(self, times: Times, covariates: Array) -> Array:
        place = self._history.place
        if self._plane is not None and place is not None:
            names = self._history.names
            return sky_of(times, covariates, names, place).power(*self._plane)
        return _envelope(self._history, times)

    def _gain_at(self, times: Times) -> Array:
        minutes, place = np.unique(minute_of_day(times), return_inverse=True)
        known = np.array(sorted(self._gains))
        gains = np.array([self._gains[minute] for minute in known.tolist()])
        found: Array = np.interp(minutes, known, gains)[place]
        return found


def _envelope(history: Sample, times: Times) -> Array:
    """Return the high of the last three weeks at each time of day, in size, shape of ``times``."""
    recent = history.times > history.times.max() - np.timedelta64(_GAIN_DAYS, "D")
    minutes, place = np.unique(minute_of_day(history.times[recent]), return_inverse=True)
    sizes = np.abs(history.target[recent])
    highs = np.array([np.quantile(sizes[place == index], 0.9) for index in range(minutes.size)])
    found: Array = np.interp(minute_of_day(times), minutes, highs)
    return found


def _gains(minutes: NDArray[np.int64], potential: Array, target: Array) -> dict[int, float]:
    """Return the median of target per potential by minute of the day, 90 minutes pooled."""
    light = potential > _DARK * potential.max()
    if not light.any():
        return {0: 0.0}
    ratios, at = target[light] / potential[light], minutes[light]
    weights = potential[light]
    gains = {}
    for minute in np.unique(at).tolist():
        near = np.abs(at - minute) <= _POOL_MINUTES
        gains[minute] = _weighted_median(ratios[near], weights[near])
    return gains


def _weighted_median(values: Array, weights: Array) -> float:
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(below, below[-1] / 2)])


def _require_dark_nights(known: Sample) -> None:
    """Raise unless some time of day is dark: the rest is no panel's."""
    minutes = minute_of_day(known.times)
    sizes = [float(np.abs(known.target[minutes == each]).mean()) for each in np.unique(minutes)]
    if min(sizes) > _DARK * max(sizes):
        raise WrongSeries(FORECASTS("needs_night"))
