"""Generation that may be held back: photovoltaics, wind.

Of what is available a [kW], u is held back, 0 <= u <= a (or u = 0 where the device cannot);
what is left, a - u, flows out of the device. Holding back may cost a price per kWh.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import Columns, LinearModel

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curtailables:
    """Parameters of G generators over T steps.

    ``available`` [kW, >= 0], shape (G, T); ``price`` [currency per kWh held back],
    shape (G, 1).
    """

    names: Sequence[str]
    available: Array
    price: Array


def add_curtailables(
    model: LinearModel, generators: Curtailables, *, step_hours: float | Array
) -> Columns:
    """Add what each generator holds back, shape (G, T) [kW]: G·T columns, no rows."""
    curtailed = model.add_columns(
        "curtailed", generators.available.shape, upper=generators.available
    )
    for g, name in enumerate(generators.names):
        if price := float(generators.price[g, 0]):
            model.add_cost(f"curtailment: {name}", curtailed[g], price * step_hours)
    return curtailed
