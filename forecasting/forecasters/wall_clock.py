"""Labels of steps on the wall clock: time of day, kind of day, days that are known."""

import numpy as np
from numpy.typing import NDArray

from forecasting.features.sayings import FORECASTS
from forecasting.forecasters.base import NotEnoughHistory, Sample, Times

MINUTES_PER_DAY = 1_440


def minute_of_day(times: Times) -> NDArray[np.int64]:
    """Minutes since local midnight, in [0, 1440), shape of ``times``."""
    return times.astype("datetime64[m]").astype(np.int64) % MINUTES_PER_DAY


def day_of_week(times: Times) -> NDArray[np.int64]:
    """Return 0 for Monday to 6 for Sunday, shape of ``times``."""
    # Day 0 of datetime64, 1970-01-01, was a Thursday.
    return (times.astype("datetime64[D]").astype(np.int64) + 3) % 7


def require_days(history: Sample, days: int) -> None:
    """Raise unless ``history`` has known steps on at least ``days`` local days.

    Raises:
        NotEnoughHistory: it has fewer.
    """
    known = history.times[~np.isnan(history.target)]
    found = np.unique(known.astype("datetime64[D]")).size
    if found < days:
        raise NotEnoughHistory(FORECASTS("needs_days", days=days, found=found))
