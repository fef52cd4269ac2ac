"""Several seasons by loess, and exponential smoothing of what they leave.

MSTL (Bandara, Hyndman and Bergmeir, Int. J. of Operational Research 52, 2025) and a damped
additive trend (Gardner and McKenzie, 1985), both from statsmodels. Hourly means of eight
weeks; within the hour the plain profile gives the shape. Strong on sums of many loads.
"""

import warnings
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
_MOST_ORIGINS: Final = 24


class MstlLearner:
    """See the module. It is slow: of past origins it speaks at few, evenly spaced."""

    def fit(self, design: Design, origins: Index) -> Self:
        return self

    def predict(self, design: Design, origins: Index) -> Array:
        found = np.full((origins.size, design.window.slot.size), np.nan)
        chosen = spaced(origins, -(-origins.size // _MOST_ORIGINS))
        for row in np.flatnonzero(np.isin(origins, chosen)):
            found[row] = self._from(design, int(origins[row]))
        return found

    def _from(self, design: Design, origin: int) -> Array:
        per_hour = design.axis.n_slots // _DAY
        n_steps = design.window.slot.size
        hourly = _hourly_before(design, origin, per_hour)
        if hourly.size < _FEWEST_DAYS * _DAY:
            return np.full(n_steps, np.nan)
        n_hours = -(-n_steps // per_hour)
        coarse = np.repeat(_foretold(hourly, n_hours), per_hour)[:n_steps]
        if per_hour == 1:
            return coarse
        profile = design.profiles(np.array([origin]))[0, :, PROFILES.index("mean_7")]
        padded = np.pad(profile, (0, n_hours * per_hour - n_steps), mode="edge")
        means = np.repeat(padded.reshape(-1, per_hour).mean(axis=1), per_hour)[:n_steps]
        shaped: Array = coarse + profile - means
        return shaped


def _hourly_before(design: Design, origin: int, per_hour: int) -> Array:
    """Return the means of the whole hours before ``origin``, gaps bridged; empty if unknown.

    Empty, too, where steps are longer than an hour or no part of one.
    """
    if not per_hour or per_hour * _DAY != design.axis.n_slots:
        return np.empty(0)
    end = origin * design.axis.n_slots + design.window.origin_slot
    recent = slice(max(0, end - _DAYS * design.axis.n_slots), end)
    past, usual = design.target.reshape(-1)[recent], design.usual.reshape(-1)[recent]
    # A gap that is bridged straight would pass for a change of level.
    past = np.where(np.isnan(past), usual, past)
    past = past[past.size % per_hour :].reshape(-1, per_hour)
    counts = (~np.isnan(past)).sum(axis=1)
    known = np.flatnonzero(counts)
    if known.size < _FEWEST_DAYS * _DAY:
        return np.empty(0)
    means = np.nansum(past[known], axis=1) / counts[known]
    bridged: Array = np.interp(np.arange(known[0], past.shape[0]), known, means)
    return bridged


def _foretold(hourly: Array, n_hours: int) -> Array:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415
    from statsmodels.tsa.seasonal import MSTL  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = MSTL(hourly, periods=(_DAY, _WEEK), stl_kwargs=_STL).fit()
        rest = hourly - parts.seasonal.sum(axis=1)
        fitted = ETSModel(rest, error="add", trend="add", damped_trend=True).fit(disp=False)
        level = np.asarray(fitted.forecast(n_hours))
    ahead = np.arange(n_hours)
    found: Array = level + sum(
        parts.seasonal[-period:, index][ahead % period]
        for index, period in enumerate((_DAY, _WEEK))
    )
    return found
