"""What a stock can reach, and what it is worth, step by step."""

from typing import Any, Final

import numpy as np
from numba import njit

#: An amount below this is rounding [kWh].
ROUNDING: Final = 1e-9

_compiled: Any = njit(cache=True)


@_compiled
def within_reach(initial, kept, gain, lower, upper, step):
    """Return the bounds of a stock, cut to a little more than it can reach; always finite."""
    low, high = np.empty(kept.size), np.empty(kept.size)
    least = most = initial
    for t in range(kept.size):
        reach = step[0][t]
        for j in range(step[1].shape[1]):
            reach += step[1][t, j]
        least = kept[t] * least + gain[t] + step[0][t]
        most = kept[t] * most + gain[t] + reach
        # A bound that is only reach must never bind: it is nobody's.
        low[t], high[t] = max(lower[t], least - 1.0), min(upper[t], most + 1.0)
        least, most = max(lower[t], least), min(upper[t], most)
    return low, high


@_compiled
def within_reach_of_all(initial, kept, gain, lower, upper, step):
    """Return bounds as ``within_reach`` for B stores; every array has a first axis of length B."""
    low, high = np.empty(kept.shape), np.empty(kept.shape)
    for b in range(initial.size):
        parts = (step[0][b], step[1][b], step[2][b], step[3][b])
        low[b], high[b] = within_reach(initial[b], kept[b], gain[b], lower[b], upper[b], parts)
    return low, high


@_compiled
def _slopes(function, t, at):
    """Return the slopes in money left and right of ``at``; infinite at the ends."""
    left, width, money, _ = function
    below, above, x = -np.inf, np.inf, left[t]
    for j in range(width.shape[1]):
        end = x + width[t, j]
        if width[t, j] > ROUNDING:
            if at > x + ROUNDING:
                below = money[t, j]
            if at < end - ROUNDING:
                above = min(above, money[t, j])
        x = end
    return below, above


@_compiled
def price_stock(kept, step, own, change, stock):
    """Return what a kWh more in stock would cost from each step on, shape (T,) [currency/kWh].

    Mostly negative: a kWh more saves. Of several values that explain the plan, those are taken
    that change least from step to step.
    """
    n_steps = kept.size
    low, high = np.empty(n_steps), np.empty(n_steps)
    below, above = np.empty(n_steps), np.empty(n_steps)
    least, most = 0.0, 0.0
    for t in range(n_steps - 1, -1, -1):
        below[t], above[t] = _slopes(own, t, stock[t])
        falling, rising = _slopes(step, t, change[t])
        low[t] = max(least + below[t], -rising)
        high[t] = max(min(most + above[t], -falling), low[t])
        least, most = kept[t] * low[t], kept[t] * high[t]
    price = np.empty(n_steps)
    wanted = 0.0
    for t in range(n_steps):
        price[t] = min(max(wanted, low[t]), high[t])
        if t + 1 < n_steps:
            follows = kept[t + 1]
            wanted = price[t] / follows
            wanted = min(
                max(wanted, (price[t] - above[t]) / follows), (price[t] - below[t]) / follows
            )
    return price
