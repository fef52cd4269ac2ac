"""Why a plan is as it is: the limits that bind, when, and what loosening them is worth.

The worth is the dual of the limit: how much cheaper the plan would be for one kWh more of
room. It holds for small changes; a large one meets the next limit.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.formulation.linear_model import LinearModel
from scheduling.interpret.intervals import bounds, runs

Array = NDArray[np.float64]

#: A limit worth less than this binds by chance [currency/kWh].
WORTHLESS: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Reason:
    """``limit`` of ``of`` binds over [start, end), worth ``worth_per_kwh`` on average."""

    text: str
    limit: str
    of: str
    start: datetime
    end: datetime
    worth_per_kwh: float


def read_reasons(
    model: LinearModel,
    reduced_costs: Array,
    grid: TimeGrid,
    *,
    step_hours: Array,
    currency: str,
) -> list[Reason]:
    """Return the binding limits, by time.

    A store's bounds hold at the end of a step, in kWh; power limits during it, in kW.
    """
    found = []
    for limit in model.limits:
        dual = reduced_costs[limit.columns]
        worth = np.maximum(-dual if limit.side == "upper" else dual, 0.0)
        if limit.unit == "kW":
            worth = worth / step_hours
        binds = worth > WORTHLESS
        if not binds.any():
            continue
        for first, last in runs(binds):
            start, end = bounds(grid, first, last)
            mean = float(worth[first:last].sum()) / (last - first)
            text = (
                f"{limit.name} of {limit.of} reached; one kWh more would save {mean:.3f} {currency}"
            )
            found.append(Reason(text, limit.name, limit.of, start, end, mean))
    return sorted(found, key=lambda reason: (reason.start, reason.of, reason.limit))
