"""What is lost between a node and the one above it: in a cable, a transformer, a heat network.

With g the net power into the node and λ the share that is lost, the node above gives g + λ · |g|:
more than arrives, or gets less than leaves (formulation F3). With a, b >= 0::

    b - a = 2 λ g,   lost = (a + b) / 2,   a and b not both above zero

Where nothing pays for burning energy a and b are apart by themselves.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import Columns, LinearModel, Term

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """``share`` of what passes ``node``, called ``name``, is lost on the way from or to ``above``.

    ``most``: that passes it at most, either way, shape (T,) [kW].
    """

    node: int
    name: str
    above: int
    share: float
    most: Array


def add_losses(
    model: LinearModel, losses: list[tuple[Loss, list[Term]]], balance: Columns
) -> dict[int, Columns]:
    """Add what is lost to the balance above each node; return a and b, (2, T), by that above.

    Args:
        losses: with the terms of the net power into the node.
        balance: rows of the nodes, shape (N, T).
    """
    found: dict[int, list[Columns]] = {}
    for each, net in losses:
        name = f"lost above {each.name}"
        most = 2.0 * each.share * each.most
        pair = model.add_columns(name, (2, each.most.size), upper=most)
        rows = model.add_rows(name, each.most.shape, [(pair[1], 1.0), (pair[0], -1.0)])
        lower, upper = model.row_bounds()
        lower[rows] = upper[rows] = 0.0
        for columns, coefficient in net:
            model.add_entries(rows, columns, -2.0 * each.share * np.asarray(coefficient))
        model.add_entries(balance[each.above], pair, -0.5)
        model.keep_apart(name, pair[0], pair[1], first_most=most, second_most=most)
        found.setdefault(each.above, []).append(pair)
    return {above: np.concatenate(pairs) for above, pairs in found.items()}
