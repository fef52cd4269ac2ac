"""Loops of smoothing over all hours of a series, for each of a grid; compiled."""

from typing import Any

import numpy as np
from numba import njit

_compiled: Any = njit(cache=True, fastmath=False)


@_compiled
def follow(hourly, kinds, origin_hour, first, speaks_from, grid, level, daily, kindly, said):
    """Write into ``said`` (D, H, P) what each of the grid says at each day's origin.

    Args:
        hourly: by day and hour, shape (D, S); NaN where unknown.
        kinds: kind of each day and of those that windows reach to, shape (D or more,).
        origin_hour: of each day, at whose beginning it speaks.
        first, speaks_from: days from which it follows and from which it speaks.
        grid: gains of level, day and kind, and what is left of an error, shape (4, P).
        level, daily, kindly: where it begins, shapes (P,), (S, P) and (7, S, P); changed.
        said: NaN where it does not speak.
    """
    n_days, per_day = hourly.shape
    n_ahead = said.shape[1]
    n = level.size
    error = np.zeros(n)
    for day in range(first, n_days):
        kind = kinds[day]
        for hour in range(per_day):
            if hour == origin_hour and day >= speaks_from:
                for p in range(n):
                    faded = error[p]
                    for ahead in range(n_ahead):
                        there = origin_hour + ahead
                        then = min(day + there // per_day, kinds.size - 1)
                        at = there % per_day
                        faded *= grid[3, p]
                        said[day, ahead, p] = (
                            level[p] + daily[at, p] + kindly[kinds[then], at, p] + faded
                        )
            value = hourly[day, hour]
            if np.isnan(value):
                for p in range(n):
                    error[p] *= grid[3, p]
                continue
            for p in range(n):
                wrong = value - level[p] - daily[hour, p] - kindly[kind, hour, p]
                new = wrong - grid[3, p] * error[p]
                level[p] += grid[0, p] * new
                daily[hour, p] += grid[1, p] * new
                kindly[kind, hour, p] += grid[2, p] * new
                error[p] = wrong


@_compiled
def damped_trend(values, grid, n_ahead):
    """Return what a level with a damped additive trend says of the next steps, shape (n_ahead,).

    Args:
        values: shape (T,), T at least 1, no NaN.
        grid: gains of level and trend, and damping, shape (G, 3); that with the least absolute
            errors a step ahead is taken.
    """
    said = np.zeros(n_ahead)
    least = np.inf
    for g in range(grid.shape[0]):
        of_level, of_trend, damping = grid[g]
        level = values[0]
        trend = 0.0
        errors = 0.0
        for t in range(1, values.size):
            error = values[t] - level - damping * trend
            errors += abs(error)
            level += damping * trend + of_level * error
            trend = damping * trend + of_trend * error
        if errors < least:
            least = errors
            reach = 0.0
            for ahead in range(n_ahead):
                reach += damping ** (ahead + 1)
                said[ahead] = level + reach * trend
    return said
