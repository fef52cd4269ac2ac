"""Generation that may be held back: photovoltaics, wind.

Of what is available a [kW], u is held back, 0 <= u <= a; what is left, a - u, flows out of
the device. Holding back may cost a price per kWh. What is available counts as fixed power of
the node (negative), so that only u is a variable.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import Columns, LinearModel, Rows

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curtailables:
    """Parameters of G generators over T steps.

    ``node``, shape (G,); ``available`` [kW, >= 0], shape (G, T); ``price`` [currency per kWh
    held back], shape (G,).
    """

    names: Sequence[str]
    node: NDArray[np.int64]
    available: Array
    price: Array


def add_curtailables(
    model: LinearModel, generators: Curtailables, balance: Rows, *, step_hours: float | Array
) -> Columns:
    """Add what each generator holds back, shape (G, T) [kW]: G·T columns, no rows."""
    curtailed = model.add_columns(
        "curtailed", generators.available.shape, upper=generators.available
    )
    model.add_entries(balance[generators.node], curtailed, -1.0)
    for g in np.flatnonzero(generators.price).tolist():
        term = f"curtailment: {generators.names[g]}"
        model.add_cost(term, curtailed[g], generators.price[g] * step_hours)
    return curtailed
