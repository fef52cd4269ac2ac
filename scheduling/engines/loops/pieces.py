"""Sorting pieces by slope, and joining what is drawn and given to one curve."""

from typing import Any, Final

import numpy as np
from numba import njit

DONE: Final = 0
NO_ROOM: Final = 1
BURNS: Final = 2

#: Money below this is rounding [currency/kWh].
_EVEN: Final = 1e-9
_ROUNDING: Final = 1e-9

_compiled: Any = njit(cache=True)


@_compiled
def sort_pieces(width, money, taste, order) -> None:
    """Sort each row by money, then taste, in place (by insertion: rows are short)."""
    for n in range(width.shape[0]):
        for j in range(width.shape[1]):
            w, m, t = width[n, j], money[n, j], taste[n, j]
            i = j
            while i > 0 and (money[n, i - 1] > m or (money[n, i - 1] == m and taste[n, i - 1] > t)):
                width[n, i], money[n, i], taste[n, i] = (
                    width[n, i - 1],
                    money[n, i - 1],
                    taste[n, i - 1],
                )
                order[n, i] = order[n, i - 1]
                i -= 1
            width[n, i], money[n, i], taste[n, i], order[n, i] = w, m, t, j


@_compiled
def join_ways(node, total, drawn, given, out) -> int:
    """Fill ``out`` with each curve: the node's pieces left of standing still, then those right."""
    node_left, node_width, node_money, node_taste = node
    left, width, money, taste = out
    n_pieces = node_width.shape[1]
    for n in range(total.size):
        gain, drawn_row, drawn_most, drawn_money, drawn_taste = drawn[:, n]
        loss, given_row, given_most, given_money, given_taste = given[:, n]
        low, high = total[n] - given_row * given_most, total[n] - drawn_row * drawn_most
        # What the stock gains per unit of the node's sum, on either side of standing still.
        up, down = -gain / drawn_row, loss / given_row
        # Drawing ``loss`` and giving ``gain`` leaves the stock alone.
        rise = -drawn_row * loss - given_row * gain
        spent = drawn_money * loss + given_money * gain
        both = drawn_most > 0.0 and given_most > 0.0
        x = node_left[n]
        start = min(max(x, low), high)
        left[n] = (start - total[n]) * (down if start < total[n] else up)
        below, above = -np.inf, np.inf
        for j in range(n_pieces):
            end = x + node_width[n, j]
            under = max(0.0, min(end, total[n]) - max(x, low))
            over = max(0.0, min(end, high) - max(x, total[n]))
            k = n_pieces + j
            width[n, j], width[n, k] = under * down, over * up
            money[n, j] = node_money[n, j] / down - given_money / loss
            taste[n, j] = node_taste[n, j] / down - given_taste / loss
            money[n, k] = node_money[n, j] / up + drawn_money / gain
            taste[n, k] = node_taste[n, j] / up + drawn_taste / gain
            if under > _ROUNDING:
                below = max(below, money[n, j])
            if over > _ROUNDING:
                above = min(above, money[n, k])
            if both and under + over > _ROUNDING and rise * node_money[n, j] + spent < -_EVEN:
                return BURNS
            x = end
        if node_left[n] > high + _ROUNDING or x < low - _ROUNDING:
            return NO_ROOM
        if below > above + _EVEN:
            return BURNS
    return DONE
