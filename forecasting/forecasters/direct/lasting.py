"""An error that lasts: what forecasts were wrong by from day to day is taken off the next.

A level that moves where nothing explains it (a transformer that is switched, a machine that is
new) leaves errors of one sign for days, longer than models that learn once a month take to
follow. Most series have no such errors, and to correct those would add noise: so it is done only
where it would have made the last forecasts clearly better.
"""

from typing import Final

import numpy as np

from forecasting.forecasters.base import Array

_HALF_LIFE: Final = 7.0
#: How fast old origins count less when it is judged.
_JUDGED_HALF_LIFE: Final = 10.0
_SHARES: Final = (0.25, 0.5, 0.75, 1.0)
#: Standard errors by which a share has to help: with half as many, it was luck on most series.
_CLEARLY: Final = 3.0
_FEWEST: Final = 10


def lasting_error(errors: Array, steps_per_day: int) -> Array:
    """Return what to add to the forecast of each origin, and of the next one, shape (N + 1,).

    Args:
        errors: truth minus forecast of consecutive days' origins, shape (N, C), NaN if unknown.
        steps_per_day: of the C steps so many are over when the next origin comes.
    """
    before = _mean_before(_means(errors[:, :steps_per_day]))
    usual = _means(np.abs(errors))
    best, most = 0.0, 0.0
    for share in _SHARES:
        helped = usual - _means(np.abs(errors - share * before[:-1, None]))
        known = ~np.isnan(helped)
        if known.sum() < _FEWEST:
            break
        weights = 0.5 ** (np.arange(helped.size)[::-1] / _JUDGED_HALF_LIFE)
        weights, helped = weights[known] / weights[known].sum(), helped[known]
        mean = float(weights @ helped)
        doubt = float(np.sqrt(weights**2 @ (helped - mean) ** 2))
        if mean > max(most, _CLEARLY * doubt):
            best, most = share, mean
    return best * before


def _mean_before(daily: Array) -> Array:
    """Return the mean of the days before each and after the last, new ones counting more."""
    found = np.zeros(daily.size + 1)
    total, count, fade = 0.0, 0.0, 0.5 ** (1 / _HALF_LIFE)
    for day, value in enumerate(daily):
        if not np.isnan(value):
            total, count = total * fade + float(value), count * fade + 1.0
        found[day + 1] = total / count if count else 0.0
    return found


def _means(table: Array) -> Array:
    """Return the mean of what is known of each row, NaN where nothing is."""
    known = ~np.isnan(table)
    counts = known.sum(axis=1)
    sums = np.where(known, table, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
