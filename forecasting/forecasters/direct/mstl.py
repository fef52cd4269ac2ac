"""Several seasons by loess, and exponential smoothing of what they leave.

MSTL (Bandara, Hyndman and Bergmeir, Int. J. of Operational Research 52, 2025) from statsmodels,
and a damped additive trend (Gardner and McKenzie, 1985). Hourly means of eight weeks; within the
hour the plain profile gives the shape. Strong on sums of many loads. It knows no holidays: past
ones are taken for the day a week before, and of those to come it says nothing.
"""

import warnings
from itertools import product
from typing import Final, Self

import numpy as np

from forecasting.features.days import Index
from forecasting.features.design import PROFILES, Design
from forecasting.forecasters.base import Array
from forecasting.forecasters.direct.learner import spaced

_DAYS: Final = 56
_FEWEST_DAYS: Final = 15
_DAY: Final = 24
_WEEK: Final = 168
#: Loess is worked out at every n-th point and in between interpolated: ten times as fast.
_STL: Final = {"seasonal_deg": 0, "seasonal_jump": 3, "trend_jump": 16, "low_pass_jump": 8}
#: The seasons are looked for at every n-th origin, as that is slow, and go on in between.
_SPACING: Final = 3
#: Gain of the level, of it that of the trend, and how much of the trend is left an hour later.
_GRID: Final = np.array(
    [
        (gain, gain * share, damping)
        for gain, share, damping in product(
            (0.1, 0.3, 0.6, 0.9, 1.0), (0.0, 0.05, 0.2, 0.5), (0.8, 0.9, 0.98)
        )
    ]
)


class MstlLearner:
    """See the module."""

    def fit(self, design: Design, origins: Index) -> Self:
        return self

    def predict(self, design: Design, origins: Index) -> Array:
        found = np.full((origins.size, design.window.slot.size), np.nan)
        anew = set(spaced(origins, _SPACING).tolist())
        seasons, since = np.empty((0, 2)), 0
        for row, origin in enumerate(origins.tolist()):
            hourly = _hourly_before(design, origin)
            if not hourly.size:
                continue
            if not seasons.size or origin in anew:
                seasons, since = _seasons(hourly), origin
            found[row] = self._from(design, origin, hourly, seasons, (origin - since) * _DAY)
        closed = design.holidays[origins[:, None] + design.window.day] > 0
        return np.where(closed, np.nan, found)

    def _from(
        self, design: Design, origin: int, hourly: Array, seasons: Array, n_since: int
    ) -> Array:
        per_hour = design.axis.n_slots // _DAY
        n_steps = design.window.slot.size
        n_hours = -(-n_steps // per_hour)
        coarse = np.repeat(_foretold(hourly, seasons, n_since, n_hours), per_hour)[:n_steps]
        if per_hour == 1:
            return coarse
        profile = design.profiles(np.array([origin]))[0, :, PROFILES.index("mean_7")]
        padded = np.pad(profile, (0, n_hours * per_hour - n_steps), mode="edge")
        means = np.repeat(padded.reshape(-1, per_hour).mean(axis=1), per_hour)[:n_steps]
        shaped: Array = coarse + profile - means
        return shaped


def _hourly_before(design: Design, origin: int) -> Array:
    """Return the means of the whole hours before ``origin``, gaps bridged; empty if unknown.

    Empty, too, where steps are longer than an hour or no part of one.
    """
    per_hour = design.axis.n_slots // _DAY
    if not per_hour or per_hour * _DAY != design.axis.n_slots:
        return np.empty(0)
    end = origin * design.axis.n_slots + design.window.origin_slot
    recent = slice(max(0, end - _DAYS * design.axis.n_slots), end)
    past, usual = design.target.reshape(-1)[recent], design.usual.reshape(-1)[recent]
    # A gap that is bridged straight would pass for a change of level.
    past = np.where(np.isnan(past), usual, past)
    closed = np.repeat(design.holidays > 0, design.axis.n_slots)[recent]
    week = 7 * design.axis.n_slots
    for step in np.flatnonzero(closed[week:]) + week:
        past[step] = past[step - week]
    past = past[past.size % per_hour :].reshape(-1, per_hour)
    counts = (~np.isnan(past)).sum(axis=1)
    known = np.flatnonzero(counts)
    if known.size < _FEWEST_DAYS * _DAY:
        return np.empty(0)
    means = np.nansum(past[known], axis=1) / counts[known]
    bridged: Array = np.interp(np.arange(known[0], past.shape[0]), known, means)
    return bridged


def _seasons(hourly: Array) -> Array:
    """Return the season of the day and that of the week in each hour, shape (T, 2)."""
    from statsmodels.tsa.seasonal import MSTL  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = MSTL(hourly, periods=(_DAY, _WEEK), stl_kwargs=_STL).fit()
    return np.asarray(parts.seasonal, dtype=np.float64)


def _foretold(hourly: Array, seasons: Array, n_since: int, n_hours: int) -> Array:
    """Return the next ``n_hours`` hours, shape (n_hours,).

    Args:
        hourly: before the origin, shape (T,).
        seasons: those of the hours but the last ``n_since``, and maybe of some before.
    """
    from forecasting.features.smoothing_loops import damped_trend  # noqa: PLC0415

    ahead = np.arange(n_since + n_hours)
    goes_on = seasons[-_DAY:, 0][ahead % _DAY] + seasons[-_WEEK:, 1][ahead % _WEEK]
    past = np.concatenate([seasons.sum(axis=1), goes_on[:n_since]])
    n = min(hourly.size, past.size)
    level: Array = damped_trend(hourly[-n:] - past[-n:], _GRID, n_hours)
    found: Array = level + goes_on[n_since:]
    return found
