"""A profile for panels: what they gave per sun lately, times the sun to come.

The mean of the last days foretells their weather. Divided by the sun of the same steps (see
``features.solar``) it is what this site makes of it at that time of day: trees, chimneys and the
inverter's limit are in it, the weather is not.
"""

from typing import Final

import numpy as np

from forecasting.features.days import trailing_mean
from forecasting.features.series import Array
from forecasting.features.window import Window

_DAYS: Final = 14
_REACH_MINUTES: Final = 90
_DAY_MINUTES: Final = 1_440
#: Share of the most sun at a time of day; below, a gain is noise.
_DARK: Final = 0.02


def by_sun(power: Array, sun: Array, window: Window, n_origins: int) -> Array:
    """Return gain times sun in the window of each day's origin, shape (n_origins, C).

    NaN where the sun or any gain is unknown.

    Args:
        power: in its own unit, by day and slot, shape (D, S); NaN where unknown.
        sun: what 1 kW of panels would give [kW], shape (D, S).
        window: what is asked for at each origin, C steps.
        n_origins: origins are on the first so many days.
    """
    gains = np.full((n_origins, sun.shape[1]), np.nan)
    # Of the origin's own day the hours about a step may not be over.
    gains[1:] = _gains(power, sun)[: n_origins - 1]
    day = np.minimum(np.arange(n_origins)[:, None] + window.day, sun.shape[0] - 1)
    found: Array = gains[:, window.slot] * sun[day, window.slot]
    return found


def _gains(power: Array, sun: Array) -> Array:
    """Return power per sun of the days up to each, about the same time of day, shape (D, S)."""
    known = ~np.isnan(power) & ~np.isnan(sun)
    given = trailing_mean(np.where(known, power, np.nan), _DAYS)
    shone = trailing_mean(np.where(known, sun, np.nan), _DAYS)
    reach = _REACH_MINUTES * power.shape[1] // _DAY_MINUTES
    given, shone = _about(given, reach), _about(shone, reach)
    most = shone.max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        # At dawn and dusk, that of the whole day.
        whole = given.sum(axis=1, keepdims=True) / shone.sum(axis=1, keepdims=True)
        gains: Array = np.where(shone > _DARK * most, given / shone, whole)
    return gains


def _about(table: Array, reach: int) -> Array:
    """Return the sum of what is known of each slot and ``reach`` to either side, in the day."""
    sums = np.cumsum(np.pad(np.nan_to_num(table), ((0, 0), (reach + 1, reach))), axis=1)
    found: Array = sums[:, 2 * reach + 1 :] - sums[:, : -2 * reach - 1]
    return found
