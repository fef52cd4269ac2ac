"""The dynamic programme of one store, by merging slopes; compiled, for one store or many.

With s the stock, z = k · s[t-1] + g what is left of it, and Δ what the step adds::

    W[t](s) = own[t](s) + V[t](s),    V[T] = 0
    V[t-1](s') = min over Δ of step[t](Δ) + W[t](k[t] · s' + g[t] + Δ)

``step`` and ``own`` are convex and made of straight pieces, so V is too: the minimum is the
pieces of W and those of the reflected ``step`` in order of slope (infimal convolution), and
what lies outside the bounds of the stock is cut off. It is exact; the number of pieces is
bounded by what fits between empty and full. Slopes are pairs as in ``engines.pieces``.
"""

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Slopes closer than this are equal [currency/kWh]: prices that differ by rounding only.
EVEN: Final = 1e-11
#: An amount below this is rounding [kWh].
ROUNDING: Final = 1e-9

DONE: Final = 0
IMPOSSIBLE: Final = 1

_compiled: Any = njit(cache=True, fastmath=False)


@_compiled
def _comes_first(money: float, taste: float, other: float, other_taste: float) -> bool:
    if abs(money - other) > EVEN:
        return money < other
    return taste <= other_taste


@_compiled
def _add(own, t, values, n, left, out):
    """Write ``own[t] + values`` into ``out`` where both are; return its left end and length."""
    own_left, own_width, own_money, own_taste = own
    width, money, taste = values
    out_width, out_money, out_taste = out
    start = max(own_left[t], left)
    i, j, m = 0, 0, 0
    i_left, j_left = own_left[t], left
    n_own = own_width.shape[1]
    x = start
    while i < n_own and j < n:
        i_end, j_end = i_left + own_width[t, i], j_left + width[j]
        end = min(i_end, j_end)
        if end > x:
            out_width[m] = end - x
            out_money[m] = own_money[t, i] + money[j]
            out_taste[m] = own_taste[t, i] + taste[j]
            m += 1
            x = end
        if i_end <= j_end:
            i_left = i_end
            i += 1
        if j_end <= i_end:
            j_left = j_end
            j += 1
    return start, m


@_compiled
def _merge(kept, gain, step, t, values, n, left, out):
    """Write V[t-1] of W[t] = ``values`` into ``out``; return its left end and length."""
    step_left, step_width, step_money, step_taste = step
    width, money, taste = values
    out_width, out_money, out_taste = out
    last = step_width.shape[1] - 1
    reach = step_left[t]
    for j in range(last + 1):
        reach += step_width[t, j]
    start = (left - reach - gain) / kept
    i, j, m = 0, last, 0
    while i < n or j >= 0:
        if j >= 0 and step_width[t, j] <= 0.0:
            j -= 1
            continue
        if j < 0 or (
            i < n and _comes_first(money[i], taste[i], -step_money[t, j], -step_taste[t, j])
        ):
            piece, price, like = width[i], money[i], taste[i]
            i += 1
        elif i < n or j >= 0:
            piece, price, like = step_width[t, j], -step_money[t, j], -step_taste[t, j]
            j -= 1
        price, like = price * kept, like * kept
        if m > 0 and out_money[m - 1] == price and out_taste[m - 1] == like:
            out_width[m - 1] += piece / kept
        else:
            out_width[m], out_money[m], out_taste[m] = piece / kept, price, like
            m += 1
    return start, m


@_compiled
def _cut(values, n, left, lower, upper):
    """Cut ``values`` to [lower, upper] in place; return left end and length, -1 if none."""
    width, money, taste = values
    start, m, x = max(left, lower), 0, left
    for i in range(n):
        end = x + width[i]
        piece = min(end, upper) - max(x, lower)
        if piece > 0.0:
            width[m], money[m], taste[m] = piece, money[i], taste[i]
            m += 1
        x = end
    if x < lower - ROUNDING or left > upper + ROUNDING:
        return start, -1
    return min(start, max(x, lower)), m


@_compiled
def _choose(step, t, values, first, n, left, rest):
    """Return the best Δ from ``rest``, what is left of the stock; NaN if there is none."""
    step_left, step_width, step_money, step_taste = step
    width, money, taste = values
    change = max(step_left[t], left - rest)
    i, j = 0, 0
    i_left, j_left = left, step_left[t]
    n_step = step_width.shape[1]
    while True:
        while i < n and i_left + width[first + i] <= rest + change:
            i_left += width[first + i]
            i += 1
        while j < n_step and j_left + step_width[t, j] <= change:
            j_left += step_width[t, j]
            j += 1
        if i >= n or j >= n_step:
            break
        price = step_money[t, j] + money[first + i]
        if price > EVEN or (price >= -EVEN and step_taste[t, j] + taste[first + i] >= 0.0):
            break
        until_stock = i_left + width[first + i] - rest
        until_step = j_left + step_width[t, j]
        further = min(until_stock, until_step)
        if further <= change:
            # Closer than numbers can tell: take the piece as used up.
            if until_stock <= until_step:
                i_left += width[first + i]
                i += 1
            else:
                j_left += step_width[t, j]
                j += 1
            continue
        change = further
    return change


@_compiled
def _grown(array, size):
    if size <= array.size:
        return array
    grown = np.empty(max(size, 2 * array.size))
    grown[: array.size] = array
    return grown


@_compiled
def solve_store(initial, kept, gain, lower, upper, step, own, change, stock):
    """Fill ``change`` (Δ) and ``stock``, shape (T,), with the best plan; return how it ended.

    Args:
        initial: stock at the start [kWh].
        kept, gain: share left after a step, and what comes in by itself [kWh]; shape (T,).
        lower, upper: bounds at the end of each step [kWh], finite; shape (T,).
        step, own: what a change costs in each step, and what a stock costs at its end, each
            (left, width, money, taste) as in ``Pieces`` with N = T.
    """
    n_steps = kept.size
    n_step, n_own = step[1].shape[1], own[1].shape[1]
    room = (n_step + n_own + 2) * (n_steps + 1) + 2
    width, money, taste = np.empty(room), np.empty(room), np.empty(room)
    next_width, next_money, next_taste = np.empty(room), np.empty(room), np.empty(room)
    pool = 16 * (n_steps + 1)
    pool_width, pool_money, pool_taste = np.empty(pool), np.empty(pool), np.empty(pool)
    first, length, lefts = (
        np.empty(n_steps, np.int64),
        np.empty(n_steps, np.int64),
        np.empty(n_steps),
    )
    used = 0
    # After the last step, a stock of any size costs nothing.
    left, n = lower[n_steps - 1], 1
    width[0], money[0], taste[0] = upper[n_steps - 1] - left, 0.0, 0.0
    for t in range(n_steps - 1, -1, -1):
        left, n = _cut((width, money, taste), n, left, lower[t], upper[t])
        if n < 0:
            return IMPOSSIBLE
        if n == 0:
            width[0], money[0], taste[0] = 0.0, 0.0, 0.0
        else:
            left, n = _add(
                own, t, (width, money, taste), n, left, (next_width, next_money, next_taste)
            )
            width, next_width = next_width, width
            money, next_money = next_money, money
            taste, next_taste = next_taste, taste
        pool_width = _grown(pool_width, used + n)
        pool_money = _grown(pool_money, used + n)
        pool_taste = _grown(pool_taste, used + n)
        for i in range(n):
            pool_width[used + i], pool_money[used + i] = width[i], money[i]
            pool_taste[used + i] = taste[i]
        first[t], length[t], lefts[t] = used, n, left
        used += n
        left, n = _merge(
            kept[t],
            gain[t],
            step,
            t,
            (width, money, taste),
            n,
            left,
            (next_width, next_money, next_taste),
        )
        width, next_width = next_width, width
        money, next_money = next_money, money
        taste, next_taste = next_taste, taste
    pools = (pool_width, pool_money, pool_taste)
    held = initial
    for t in range(n_steps):
        rest = kept[t] * held + gain[t]
        end = lefts[t]
        for i in range(length[t]):
            end += pool_width[first[t] + i]
        reach = step[0][t]
        for j in range(n_step):
            reach += step[1][t, j]
        if step[0][t] > end - rest + ROUNDING or reach < lefts[t] - rest - ROUNDING:
            return IMPOSSIBLE
        change[t] = _choose(step, t, pools, first[t], length[t], lefts[t], rest)
        held = rest + change[t]
        stock[t] = held
    return DONE


@_compiled
def solve_stores(initial, kept, gain, lower, upper, step, own, change, stock, ended):
    """Solve B stores, each as ``solve_store``; every array has a first axis of length B."""
    for b in range(initial.size):
        ended[b] = solve_store(
            initial[b],
            kept[b],
            gain[b],
            lower[b],
            upper[b],
            (step[0][b], step[1][b], step[2][b], step[3][b]),
            (own[0][b], own[1][b], own[2][b], own[3][b]),
            change[b],
            stock[b],
        )
