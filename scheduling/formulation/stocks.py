"""What stocks hold by themselves: what is left of them after a step, what they gain and lose.

With e the stock at the end of a step [kWh], k the share of it that is left after a step, h the
length of a step [h] and g a gain that no efficiency touches [kW]::

    e[t] = k · e[t-1] + l · h · (flows + g[t]),   l = (k - 1) / ln k

Power is constant within a step while the stock decays all the time; l is the exact share of
what comes in that is still there at the end (l = 1 without losses).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.exchange import Exchange, across

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocks:
    """K stocks over T steps.

    Per stock, shape (K,): ``initial`` [kWh], ``end_value`` [currency/kWh].
    Per stock and step, shape (K, T): ``kept``, the share left after a step, in (0, 1];
    ``gain`` [kW, negative for usage]; ``floor`` and ``ceiling`` [kWh, at the end of the step].
    ``exchanges``: pairs that give to each other; their ``kept`` is what stays where it is.
    """

    names: Sequence[str]
    initial: Array
    end_value: Array
    kept: Array
    gain: Array
    floor: Array
    ceiling: Array
    exchanges: tuple[Exchange, ...] = ()


def kept_share(kept: Array) -> Array:
    """Return the share of what comes in during a step that is left at its end: l above."""
    if (kept == 1.0).all():
        return np.ones(kept.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(kept < 1.0, (kept - 1.0) / np.log(kept), 1.0)


def hours_left(stocks: Stocks, step_hours: float | Array) -> Array:
    """Return l · h above, shape (K, T): what a kW during a step leaves at its end [kWh/kW]."""
    left = kept_share(stocks.kept) * step_hours
    for each in stocks.exchanges:
        left[each.first], left[each.second] = each.hours[0, 0], each.hours[1, 1]
    return left


def gained(stocks: Stocks, step_hours: float | Array) -> Array:
    """Return what ``gain`` leaves in each stock at the end of each step, shape (K, T) [kWh]."""
    found: Array = hours_left(stocks, step_hours) * stocks.gain
    for to, of, _, hours in across(stocks.exchanges):
        found[to] += hours * stocks.gain[of]
    return found


def left_alone(stocks: Stocks, more: Array) -> Array:
    """Return each stock where nothing flows and it has gained ``more``, shape (K, T) [kWh]."""
    kept = stocks.kept
    if (kept == 1.0).all():
        still: Array = stocks.initial[:, None] + np.cumsum(more, axis=1)
        return still
    levels, level = np.empty(kept.shape), stocks.initial
    for t in range(kept.shape[1]):
        before, level = level, kept[:, t] * level + more[:, t]
        for to, of, share, _ in across(stocks.exchanges):
            level[to] += share[t] * before[of]
        levels[:, t] = level
    return levels
