"""Soft limits that a plan breaks, by name, time and amount."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.formulation.linear_model import LinearModel
from scheduling.interpret.intervals import bounds, runs

Array = NDArray[np.float64]

#: What is less than a watt (or a watt-hour) is rounding.
NOTHING = 1e-6


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit, broken over [start, end): by at most ``most``, in all by ``energy_kwh``.

    ``cost`` [currency] is what the plan pays for it.
    """

    limit: str
    start: datetime
    end: datetime
    most_kw: float
    energy_kwh: float
    cost: float


def read_breaches(
    model: LinearModel, values: Array, grid: TimeGrid, *, step_hours: Array
) -> list[Breach]:
    """Return each breach in ``values``, one for each unbroken stretch of steps."""
    found = []
    price = model.compile().cost
    for softness in model.softnesses:
        for columns in (softness.above, softness.below):
            if columns is None:
                continue
            amount = values[columns]
            for first, last in runs(amount > NOTHING):
                part = slice(first, last)
                found.append(
                    Breach(
                        softness.rows,
                        *bounds(grid, first, last),
                        most_kw=float(amount[part].max()),
                        energy_kwh=float(amount[part] @ step_hours[part]),
                        cost=float(amount[part] @ price[columns[part]]),
                    )
                )
    return found
