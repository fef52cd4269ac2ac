"""Seasons of the day and of the week by loess, of many stretches of equal length at once.

STL (Cleveland, Cleveland, McRae and Terpenning, J. of Official Statistics 6, 1990) for several
seasons in turn (MSTL: Bandara, Hyndman and Bergmeir, Int. J. of Operational Research 52, 2025),
without weights against outliers. Each step of it is then linear, the same for all stretches of a
length: matrices, made once, do for all origins what a loop does for one. Loess is worked out at
every n-th point, and in between interpolated.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

import numpy as np

from forecasting.features.days import Index
from forecasting.features.series import Array

#: Hours of a season, and of how many of them a smoothed one is.
_SEASONS: Final = ((24, 11), (168, 15))
_SEASON_JUMP, _TREND_JUMP, _REST_JUMP = 3, 16, 8
_ROUNDS: Final = 2
_INNER_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Loess:
    """Local regression on n equal steps with tricube weights.

    Attributes:
        at: the points at which it is worked out, shape (K,), between 0 and n - 1.
        weights: what it takes of each step there, shape (K, n).
    """

    at: Array
    weights: Array

    @classmethod
    def of(cls, n: int, length: int, *, degree: int, jump: int) -> Self:
        """Return that of windows of ``length`` steps; ``degree`` 0 for means, 1 for lines."""
        at = np.unique(np.append(np.arange(0, n, min(jump, n - 1)), n - 1)).astype(float)
        return cls(at, np.stack([_at(point, n, length, degree) for point in at]))

    def smoothed(self, values: Array) -> Array:
        """Return ``values`` (n, M) smoothed."""
        known = self.weights @ values
        steps = np.arange(values.shape[0])
        below = np.minimum(np.searchsorted(self.at, steps, side="right") - 1, self.at.size - 2)
        share = ((steps - self.at[below]) / (self.at[below + 1] - self.at[below]))[:, None]
        found: Array = known[below] * (1 - share) + known[below + 1] * share
        return found


def _at(point: float, n: int, length: int, degree: int) -> Array:
    """Return what loess at ``point``, of -1 to n, takes of each of n steps, shape (n,)."""
    steps = np.arange(n)
    first = int(np.clip(point - (length - 1) // 2, 0, max(n - length, 0)))
    last = min(first + length, n) - 1
    reach = max(point - first, last - point) + max(0, length - n) // 2
    apart = np.abs(steps - point) / max(reach, 1e-9)
    near = (steps >= first) & (steps <= last) & (apart <= 0.999)
    weights: Array = np.where(near, (1 - np.minimum(apart, 1.0) ** 3) ** 3, 0.0)
    weights = weights / weights.sum()
    if degree:
        mean = weights @ steps
        spread = weights @ (steps - mean) ** 2
        if spread > 0:
            weights = weights * (1 + (point - mean) / spread * (steps - mean))
    return weights


@dataclass(frozen=True, slots=True)
class _Stl:
    """One season's smoothers: of the same hour of all periods, of what remains, of the trend.

    ``cycles``: steps of hours that come equally often, by period and hour; what smooths them; what
    that says a period before and after.
    """

    period: int
    cycles: tuple[tuple[Index, Loess, Array], ...]
    rest: Loess
    trend: Loess

    @classmethod
    def of(cls, n: int, period: int, length: int) -> Self:
        whole, more = divmod(n, period)
        cycles = []
        for hours, count in ((np.arange(more), whole + 1), (np.arange(more, period), whole)):
            loess = Loess.of(count, length, degree=0, jump=_SEASON_JUMP)
            ends = np.stack([_at(point, count, length, 0) for point in (-1, count)])
            cycles.append((np.arange(count)[:, None] * period + hours, loess, ends))
        of_trend = int(np.ceil(1.5 * period / (1 - 1.5 / length))) // 2 * 2 + 1
        return cls(
            period,
            tuple(cycles),
            Loess.of(n, period + 1, degree=1, jump=_REST_JUMP),
            Loess.of(n, of_trend, degree=1, jump=_TREND_JUMP),
        )

    def season(self, values: Array) -> Array:
        """Return the season in each of ``values`` (T, M)."""
        season = trend = np.zeros_like(values)
        for _ in range(_INNER_ROUNDS):
            longer = self._cycles(values - trend)
            rest = longer
            for width in (self.period, self.period, 3):
                rest = _means(rest, width)
            season = longer[self.period : -self.period] - self.rest.smoothed(rest)
            trend = self.trend.smoothed(values - season)
        return season

    def _cycles(self, values: Array) -> Array:
        """Return each hour of the period smoothed, with a period before and after."""
        n, n_stretches = values.shape
        found = np.empty((n + 2 * self.period, n_stretches))
        for steps, loess, ends in self.cycles:
            of_hours = values[steps].reshape(steps.shape[0], -1)
            before, after = ends @ of_hours
            smoothed = np.vstack([before, loess.smoothed(of_hours), after])
            there = np.vstack([steps, steps[-1:] + self.period, steps[-1:] + 2 * self.period])
            found[there] = smoothed.reshape(*there.shape, n_stretches)
        return found


def _means(values: Array, width: int) -> Array:
    """Return the means of each ``width`` steps in a row, shape (T - width + 1, M)."""
    sums = np.cumsum(np.pad(values, ((1, 0), (0, 0))), axis=0)
    found: Array = (sums[width:] - sums[:-width]) / width
    return found


@lru_cache(maxsize=4)
def _smoothers(n: int) -> tuple[_Stl, ...]:
    return tuple(_Stl.of(n, *season) for season in _SEASONS)


def seasons_of(hourly: Array) -> Array:
    """Return the season of the day and that of the week in ``hourly`` (T, M), shape (2, T, M).

    T is at least two weeks, as steps without a gap.
    """
    stls = _smoothers(hourly.shape[0])
    seasons = np.zeros((len(stls), *hourly.shape))
    for _ in range(_ROUNDS):
        for index, stl in enumerate(stls):
            others = seasons.sum(axis=0) - seasons[index]
            seasons[index] = stl.season(hourly - others)
    return seasons
