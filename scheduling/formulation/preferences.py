"""Choosing among plans of equal cost, so that money is never given up for looks.

The weights here are not prices: an engine applies them only after the cost is fixed
(``engines.highs``). Every kW moved has a weight, so nothing moves without a reason; among
equals, stores fill sooner and empty later, and generators are held back later.
"""

import numpy as np

from scheduling.formulation.grid import GridColumns
from scheduling.formulation.linear_model import Columns, LinearModel
from scheduling.formulation.storage import StorageColumns


def prefer_early(
    model: LinearModel, *, stores: StorageColumns, curtailed: Columns, grid: GridColumns
) -> None:
    """Prefer, in this order of weight: little movement, charging early, curtailing late."""
    lateness = np.linspace(0.0, 1.0, grid.imported.size)
    model.prefer_less(stores.charge, 1.0 + lateness)
    model.prefer_less(stores.discharge, 2.0 - lateness)
    model.prefer_less(curtailed, 2.0 - lateness)
    model.prefer_less(grid.imported, 0.1)
    model.prefer_less(grid.exported, 0.1)
