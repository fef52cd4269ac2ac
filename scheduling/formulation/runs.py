"""In how many steps a power that is zero or at least so much has to run to fill a stock.

With o[t] ∈ {0, 1} whether it runs, a the most that a step brings [kWh], n what the level needs
beyond what would be there anyway, and m what may be missed of it at a price::

    a · Σ o + m >= n    and so    Σ o + m / (a · f) >= ceil(n / a),   f = n / a - floor(n / a)

(mixed-integer rounding: Nemhauser and Wolsey, 1988, II.1.6). Without it, a solver that leaves o
between 0 and 1 fills the last step by a part for nothing.
"""

from collections.abc import Iterator, Sequence
from math import ceil, floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.blocks import Runs
from scheduling.formulation.goals import Goal
from scheduling.formulation.linear_model import LinearModel
from scheduling.formulation.stocks import Stocks, hours_left
from scheduling.formulation.storage import NO_STOCK, Flows, StorageColumns

#: With a smaller f the row says little, in large numbers.
_LEAST_PART: Final = 0.01


def least_runs(
    model: LinearModel,
    flow: int,
    at: NDArray[np.int64],
    *,
    storage: tuple[Stocks, Flows, StorageColumns],
    goals: Sequence[Goal],
    step_hours: float | NDArray[np.float64],
) -> Iterator[Runs]:
    """Yield the rows above for what ``flow`` draws in steps ``at``, one for each goal it serves."""
    stocks, flows, columns = storage
    stock = int(flows.stock[flow])
    if stock == NO_STOCK:
        return
    feeds = (flows.stock == stock) & flows.charge_limit.any(axis=1)
    if feeds.sum() != 1:
        return
    left = hours_left(stocks, step_hours)[stock, at]
    brought = left * flows.charge_efficiency[flow, at] * flows.charge_limit[flow, at]
    for goal in goals:
        missed = model.columns.get(f"{goal.name} below")
        ends = np.flatnonzero(~np.isnan(goal.lowest))
        if goal.stock != stock or missed is None or not ends.size:
            continue
        needs = goal.lowest[ends] - columns.still[stock, ends]
        hardest = int(np.argmax(needs))
        before = np.flatnonzero(at <= ends[hardest])
        if not before.size or needs[hardest] <= 0.0:
            continue
        most = float(brought[before].max())
        steps = float(needs[hardest]) / most
        part = steps - floor(steps)
        if part >= _LEAST_PART:
            yield Runs(before, ceil(steps), int(missed[hardest]), 1.0 / (most * part))
