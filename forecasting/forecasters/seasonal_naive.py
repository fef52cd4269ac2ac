"""Seasonal naive: the same time yesterday or last week, whichever was better so far.

The baseline that always runs, and that every other model has to beat. Its quantiles are
those of its own past errors at that time of day, made as many days or weeks ahead as the
forecast is: the third day is less certain than the first.
"""

from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from forecasting.forecasters.base import Array, Sample, Times
from forecasting.forecasters.bounds import Bounds
from forecasting.forecasters.past_errors import PastErrors
from forecasting.forecasters.wall_clock import minute_of_day, require_days

_MIN_DAYS: Final = 2
_DAY: Final = np.timedelta64(1, "D")
_WEEK: Final = np.timedelta64(7, "D")
_FEWEST_ERRORS: Final = 20


class SeasonalNaive:
    """See the module. After ``fit``, ``season`` is the lag that it repeats, in days."""

    version: ClassVar[str] = "1"

    def __init__(self) -> None:
        self.season = 1
        self._times: Times
        self._values: Array
        self._bounds: Bounds

    def fit(self, history: Sample, n_ahead: int) -> Self:
        require_days(history, _MIN_DAYS)
        known = history.known()
        # The hour that is there twice when clocks go back counts once, with its mean.
        labels = known.times.astype("datetime64[s]")
        self._times, place = np.unique(labels, return_inverse=True)
        self._values = np.bincount(place, weights=known.target) / np.bincount(place)
        self._bounds = Bounds.of(known.target)
        self._choose_season()
        return self

    def predict(self, times: Times, covariates: Array, quantiles: Array) -> Array:
        times = times.astype("datetime64[s]")
        lag = self.season * _DAY
        # Rounded up: the newest season that is known. Labels that repeat lie not ahead at all.
        ahead = np.maximum(-((self._times[-1] - times) // lag).astype(np.int64), 1)
        result = np.empty((quantiles.size, times.size))
        for seasons in np.unique(ahead):
            chosen = ahead == seasons
            centre = self._repeat(times[chosen], int(seasons))
            errors = self._errors(int(seasons))
            spread = errors.quantiles(times[chosen], quantiles)
            result[:, chosen] = centre + spread
        return self._bounds.clip(result)

    def _choose_season(self) -> None:
        daily = self._values - self._at(self._times - _DAY)
        weekly = self._values - self._at(self._times - _WEEK)
        both = ~np.isnan(daily) & ~np.isnan(weekly)
        # A week of comparisons at least; before, last week has not shown what it can.
        compared = np.unique(self._times[both].astype("datetime64[D]")).size
        if compared >= 7 and np.abs(weekly[both]).mean() <= np.abs(daily[both]).mean():
            self.season = 7
        else:
            self.season = 1

    def _at(self, times: Times) -> Array:
        """Return the known values at ``times``, NaN where there is none."""
        place = np.minimum(np.searchsorted(self._times, times), self._times.size - 1)
        return np.where(self._times[place] == times, self._values[place], np.nan)

    def _repeat(self, times: Times, seasons: int) -> Array:
        """Return the value ``seasons`` seasons before ``times``, or the next older known one."""
        values = self._at(times - seasons * self.season * _DAY)
        oldest = (times.max() - self._times[0]) // (self.season * _DAY)
        for older in range(seasons + 1, int(oldest) + 1):
            missing = np.isnan(values)
            if not missing.any():
                return values
            values[missing] = self._at(times[missing] - older * self.season * _DAY)
        missing = np.isnan(values)
        if missing.any():
            values[missing] = self._typical(minute_of_day(times[missing]))
        return values

    def _typical(self, minutes: NDArray[np.int64]) -> Array:
        """Return the median of all known values nearest to each time of day."""
        past = minute_of_day(self._times)
        return np.array(
            [np.median(self._values[_nearest(past, int(minute))]) for minute in minutes]
        )

    def _errors(self, seasons: int) -> PastErrors:
        # A long lead on a short history leaves few errors: then those of the longest lead with any.
        for lead in range(seasons, 0, -1):
            errors = self._values - self._at(self._times - lead * self.season * _DAY)
            made = ~np.isnan(errors)
            if made.sum() >= _FEWEST_ERRORS or (lead == 1 and made.any()):
                return PastErrors(self._times[made], errors[made])
        typical = self._typical(minute_of_day(self._times))
        return PastErrors(self._times, self._values - typical)


def _nearest(past: NDArray[np.int64], minute: int) -> NDArray[np.bool_]:
    apart = np.abs(past - minute)
    apart = np.minimum(apart, 1_440 - apart)
    nearest: NDArray[np.bool_] = apart == apart.min()
    return nearest
