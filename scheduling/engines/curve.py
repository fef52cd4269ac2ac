"""What it costs to change a stock in a step, when all comes from and goes to one node.

With c drawn and d given [kW], the node pays G(total - bc · c - bd · d), and the stock changes by
Δ = a · c - b · d [kWh]. Never both at once: then c and d follow from Δ, and the cost is convex
in Δ as long as a node's energy is never so cheap that burning it would pay.
"""

from dataclasses import dataclass

import numpy as np

from scheduling.engines.base import Infeasible, Unsuited
from scheduling.engines.loops.pieces import BURNS, NO_ROOM, join_ways
from scheduling.engines.pieces import Array, Pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of a flow, arrays of shape (N,).

    ``per_unit`` > 0: what the stock gains, or loses, of one [kWh/kW]; ``in_row``: its
    coefficient in the node's row; ``most`` [kW]; ``money`` and ``taste`` per kW.
    """

    per_unit: Array
    in_row: Array
    most: Array
    money: Array
    taste: Array


def curve(node: Pieces, total: Array, drawn: Way, given: Way) -> Pieces:
    """Return the cost of each change Δ of the stock.

    Args:
        node: cost of what the rest of the node's row sums up to.
        total: that sum when nothing is drawn or given, shape (N,).
        drawn: raises the sum (``in_row`` < 0); given: lowers it (``in_row`` > 0).

    Raises:
        Unsuited: drawing and giving at once would pay.
        Infeasible: the node has no room at all.
    """
    first, second = (
        np.stack([way.per_unit, way.in_row, way.most, way.money, way.taste])
        for way in (drawn, given)
    )
    return joined(node, total, first, second)


def joined(node: Pieces, total: Array, drawn: Array, given: Array) -> Pieces:
    """Return the same as ``curve``; each way is an array (5, N), in order of its fields."""
    shape = (total.size, 2 * node.width.shape[1])
    left, width = np.empty(total.size), np.zeros(shape)
    money, taste = np.zeros(shape), np.zeros(shape)
    ended = join_ways(
        (node.left, node.width, node.money, node.taste),
        total,
        drawn,
        given,
        (left, width, money, taste),
    )
    if ended == NO_ROOM:
        raise Infeasible
    if ended == BURNS:
        raise Unsuited("drawing and giving at once would pay")
    return Pieces(left, width, money, taste)
