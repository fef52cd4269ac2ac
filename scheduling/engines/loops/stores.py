"""What the node of each store pays in each step, and what it buys and sells; compiled."""

from typing import Any

from numba import njit

_compiled: Any = njit(cache=True)


@_compiled
def fill_node(bought, sold, spare, buy, sell, curtailing, moved, pieces) -> None:
    """Fill ``pieces`` (left, width, money, taste) with what the node of each step pays.

    Args:
        bought, sold: most that can be [kW], shape (B, T), as are all but the last three.
        spare: what can be held back [kW].
        buy, sell: prices [currency/kW].
        curtailing: weight of holding back, shape (T,); moved: of a kW bought or sold.
        pieces: of shapes (B * T,) and three times (B * T, 3).
    """
    left, width, money, taste = pieces
    n_steps = bought.shape[1]
    for b in range(bought.shape[0]):
        for t in range(n_steps):
            n = b * n_steps + t
            left[n] = -sold[b, t] - spare[b, t]
            width[n, 0], money[n, 0], taste[n, 0] = bought[b, t], buy[b, t], moved
            width[n, 1], money[n, 1], taste[n, 1] = sold[b, t], sell[b, t], -moved
            width[n, 2], money[n, 2], taste[n, 2] = spare[b, t], 0.0, -curtailing[t]


@_compiled
def share_out(net, spare, buy, sell, most_bought, most_sold, bought, sold) -> None:
    """Fill ``bought`` and ``sold`` with what each node does in each step; shape (B, T) [kW].

    ``net``: what the node takes with all generation in it, of which ``spare`` may be held back:
    what may not be sold, or had better not.
    """
    for b in range(net.shape[0]):
        for t in range(net.shape[1]):
            n, s = net[b, t], spare[b, t]
            given = min(max(-n, 0.0), most_sold[b, t])
            if sell[b, t] < 0.0:
                given = min(given, max(-n - s, 0.0))
            taken = max(n + min(s, max(-n - given, 0.0)), 0.0)
            if buy[b, t] < 0.0:
                taken = min(max(n + s, 0.0), most_bought[b, t])
            bought[b, t], sold[b, t] = taken, given
