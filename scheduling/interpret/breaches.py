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
    """A limit of power or a goal of a stock, broken over [start, end).

    A power limit by at most ``most_kw``, in all by ``energy_kwh``; a stock, at ``end`` and
    before, by at most ``most_kwh``. ``cost`` [currency]: what the plan pays for that, but
    for what the highest breach of the window costs.
    """

    limit: str
    start: datetime
    end: datetime
    most_kw: float
    energy_kwh: float
    cost: float
    most_kwh: float = 0.0


def read_breaches(
    model: LinearModel, values: Array, grid: TimeGrid, *, step_hours: Array
) -> list[Breach]:
    """Return each breach in ``values``, one for each unbroken stretch of steps."""
    found = []
    price = model.prices() if model.softnesses else values
    for softness in model.softnesses:
        for columns in (softness.above, softness.below):
            if columns is None:
                continue
            amount, cost = np.zeros(grid.n_steps + 1), np.zeros(grid.n_steps + 1)
            amount[softness.at] = values[columns]
            cost[softness.at] = values[columns] * price[columns]
            for first, last in runs(amount > NOTHING):
                part, paid = amount[first:last], float(cost[first:last].sum())
                if softness.unit == "kWh":
                    start, end = bounds(grid, first, last - 1)
                    most = float(part.max())
                    found.append(Breach(softness.rows, start, end, 0.0, 0.0, paid, most))
                    continue
                start, end = bounds(grid, first, last)
                energy = float(part @ step_hours[first:last])
                found.append(Breach(softness.rows, start, end, float(part.max()), energy, paid))
    return found
