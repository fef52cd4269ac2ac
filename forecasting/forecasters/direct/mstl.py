"""Several seasons by loess, and exponential smoothing of what they leave.

MSTL (Bandara, Hyndman and Bergmeir, Int. J. of Operational Research 52, 2025; see
``features.loess``) and a damped additive trend (Gardner and McKenzie, 1985). Hourly means of eight
weeks; within the hour the plain profile gives the shape. Strong on sums of many loads. It knows no
holidays: past ones are taken for the day a week before, and of those to come it says nothing.
"""

from itertools import product
from typing import Final, Self

import numpy as np

from forecasting.features.damped_trend import damped_trend
from forecasting.features.days import Index
from forecasting.features.design import PROFILES, Design
from forecasting.features.loess import seasons_of
from forecasting.forecasters.base import Array

_DAYS: Final = 56
_FEWEST_DAYS: Final = 15
_DAY: Final = 24
_WEEK: Final = 168
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
        pasts = [_hourly_before(design, origin) for origin in origins.tolist()]
        lengths = np.array([past.size for past in pasts], dtype=np.intp)
        for length in np.unique(lengths[lengths > 0]):
            rows = np.flatnonzero(lengths == length)
            hourly = np.stack([pasts[row] for row in rows], axis=1)
            found[rows] = _within_hours(design, origins[rows], hourly)
        closed = design.holidays[origins[:, None] + design.window.day] > 0
        return np.where(closed, np.nan, found)


def _within_hours(design: Design, origins: Index, hourly: Array) -> Array:
    """Return what the hours before each origin, (T, N), say of its window, shape (N, C)."""
    per_hour = design.axis.n_slots // _DAY
    n_steps = design.window.slot.size
    n_hours = -(-n_steps // per_hour)
    coarse = np.repeat(_foretold(hourly, n_hours).T, per_hour, axis=1)[:, :n_steps]
    if per_hour == 1:
        return coarse
    profile = design.profiles(origins)[..., PROFILES.index("mean_7")]
    padded = np.pad(profile, ((0, 0), (0, n_hours * per_hour - n_steps)), mode="edge")
    means = padded.reshape(origins.size, -1, per_hour).mean(axis=2)
    shaped: Array = coarse + profile - np.repeat(means, per_hour, axis=1)[:, :n_steps]
    return shaped


def _foretold(hourly: Array, n_hours: int) -> Array:
    """Return the ``n_hours`` hours after each column of ``hourly`` (T, N), shape (n_hours, N)."""
    of_day, of_week = seasons_of(hourly)
    ahead = np.arange(n_hours)
    goes_on = of_day[-_DAY:][ahead % _DAY] + of_week[-_WEEK:][ahead % _WEEK]
    found: Array = damped_trend(hourly - of_day - of_week, _GRID, n_hours) + goes_on
    return found


def _hourly_before(design: Design, origin: int) -> Array:
    """Return the means of the hours of whole weeks before ``origin``, gaps bridged.

    Empty if too little is known, and where steps are longer than an hour or no part of one.
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
    # Whole weeks, so that most origins have a length in common and are worked out at once.
    return bridged[bridged.size % _WEEK :]
