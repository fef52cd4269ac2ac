"""A profile of the day and one of each kind of day, smoothed, and what is left of the last error.

Exponential smoothing with two seasons and an autoregressive error (Taylor, J. of the Operational
Research Society 54, 2003), its seasons those of the day and of the kind of day (Gould et al.,
European J. of Operational Research 191, 2008): a holiday is like a Sunday. How fast each part
follows is not estimated: all of a grid run at once, and each counts at an origin by how it did in
the windows that were over by then. So no origin sees what came after it.
"""

from typing import Final

import numpy as np

from forecasting.features.days import Index
from forecasting.features.following import Beginning, Grid, follow
from forecasting.features.series import Array
from forecasting.features.window import Window

_KINDS: Final = 7
_FIRST_DAYS: Final = 7
#: Level, day, kind of day: shares of an error that they take up; error: share left an hour later.
_GRID: Final = Grid(
    levels=(0.0, 0.02, 0.1),
    left=(0.0, 0.7, 0.9, 0.97),
    daily=(0.02, 0.1, 0.25),
    kindly=(0.05, 0.15, 0.3),
)
_HALF_LIFE_ORIGINS: Final = 30.0
_POWER: Final = 8.0
_NOTHING: Final = 1e-9


def smoothed(target: Array, kinds: Index, window: Window, shape: Array, n_origins: int) -> Array:
    """Return what smoothing says of the window of each day's origin, shape (n_origins, C).

    NaN for origins in the first week that anything is known of. Hourly; within the hour it has
    the form of ``shape``.

    Args:
        target: by day and slot, shape (D, S); NaN where unknown.
        kinds: kind of each day, 0 to 6, shape (D,).
        window: what is asked for at each origin, C steps.
        shape: a plain forecast of those windows, shape (n_origins, C).
        n_origins: origins are on the first so many days, at most D.
    """
    n_slots, n_steps = target.shape[1], window.slot.size
    per_hour = n_slots // 24 if n_slots % 24 == 0 else 1
    into = window.origin_slot % per_hour
    n_hours = -(-(into + n_steps) // per_hour)
    hourly = hourly_means(target[:n_origins], per_hour)
    said = _from_all_origins(hourly, kinds, window.origin_slot // per_hour, n_hours)
    shaped = np.full((n_origins, n_hours * per_hour), np.nan)
    rows = np.minimum(np.arange(n_origins)[:, None] + window.day, target.shape[0] - 1)
    shaped[:, into : into + n_steps] = target[rows, window.slot]
    truth = hourly_means(shaped, per_hour)
    weights = _weights(np.abs(said - truth[..., None]), int(window.back.max()))
    found = np.repeat(np.einsum("dhp,dp->dh", said, weights), per_hour, axis=1)
    if per_hour > 1:
        shaped[:, into : into + n_steps] = shape
        found += shaped - np.repeat(hourly_means(shaped, per_hour), per_hour, axis=1)
    return found[:, into : into + n_steps]


def hourly_means(table: Array, per_hour: int) -> Array:
    """Return means of each ``per_hour`` neighbours in a row, without the unknown."""
    if per_hour == 1:
        return table
    parts = table.reshape(table.shape[0], -1, per_hour)
    known = ~np.isnan(parts)
    counts = known.sum(axis=2)
    sums = np.where(known, parts, 0.0).sum(axis=2)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _from_all_origins(hourly: Array, kinds: Index, origin_hour: int, n_hours: int) -> Array:
    """Return what each of the grid says at each day's origin, shape (D, n_hours, P)."""
    first = min(_first_day(hourly), hourly.shape[0] - 1)
    days = range(first, first + _FIRST_DAYS)
    return follow(
        hourly,
        kinds,
        days,
        begin=_beginning(hourly, kinds, days),
        grid=_GRID,
        origin_hour=origin_hour,
        n_hours=n_hours,
    )


def _first_day(hourly: Array) -> int:
    known = ~np.isnan(hourly).all(axis=1)
    return int(known.argmax()) if known.any() else hourly.shape[0]


def _beginning(hourly: Array, kinds: Index, days: range) -> Beginning:
    """Return level and profiles of the first week."""
    week = hourly[days.start : days.stop]
    known = ~np.isnan(week)
    level = float(week[known].mean()) if known.any() else 0.0
    daily = np.nansum(week - level, axis=0) / np.maximum(known.sum(axis=0), 1)
    kindly = np.zeros((_KINDS, hourly.shape[1]))
    for day, values in zip(days, week, strict=False):
        # One day says as much of its kind as of chance.
        kindly[kinds[day]] = np.nan_to_num(values - level - daily) / 2
    return Beginning(level, daily, kindly)


def _weights(errors: Array, over_after: int) -> Array:
    """Return how much each counts at each origin, shape (D, P); rows sum to one.

    Args:
        errors: absolute, of each origin's window, shape (D, H, P); NaN where unknown.
        over_after: days after an origin its window is over.
    """
    sums = np.nansum(errors, axis=1)
    weights = np.full(sums.shape, 1 / sums.shape[1])
    total = np.full(sums.shape[1], _NOTHING)
    fade = 0.5 ** (1 / _HALF_LIFE_ORIGINS)
    for origin in range(over_after, sums.shape[0]):
        total = np.maximum(total * fade + sums[origin - over_after], _NOTHING)
        scores = (total / total.min()) ** -_POWER
        weights[origin] = scores / scores.sum()
    return weights
