"""Stocks of a document as rows of a problem, with their goals."""

import numpy as np
from numpy.typing import NDArray

from scheduling.flex.devices.storing import Holding
from scheduling.flex.goals import Point, StockGoal
from scheduling.formulation.goals import Goal
from scheduling.planning.builder import Builder, StockRow
from scheduling.planning.series import tick_after, tick_before

Array = NDArray[np.float64]


def add_holding(builder: Builder, holding: Holding, name: str, capacity_kwh: float | None) -> int:
    """Add a stock and its goals; return its number."""
    capacity = np.inf if capacity_kwh is None else capacity_kwh
    floor = builder.series(holding.stock_min_kwh, missing=-np.inf)
    ceiling = np.minimum(builder.series(holding.stock_max_kwh, missing=np.inf), capacity)
    if holding.stock_at_end_min_kwh is not None:
        floor[-1] = max(floor[-1], holding.stock_at_end_min_kwh)
    soft = []
    for goal in holding.goals:
        lowest, highest = _levels(builder, goal)
        if goal.is_hard:
            floor, ceiling = np.fmax(floor, lowest), np.fmin(ceiling, highest)
        else:
            soft.append((goal, lowest, highest))
    stock = builder.add_stock(
        StockRow(
            name=name,
            initial=holding.stock_at_start_kwh,
            end_value=holding.end_value_per_kwh,
            kept=(1.0 - builder.series(holding.loss_per_hour)) ** builder.step_hours,
            gain=builder.series(holding.gain_kw) - builder.series(holding.usage_kw),
            floor=floor,
            ceiling=ceiling,
        )
    )
    for number, (goal, lowest, highest) in enumerate(soft):
        words = f"{goal.kind} stock of {name}" + (f" ({number + 1})" if number else "")
        builder.goals.append(
            Goal(
                name=words,
                stock=stock,
                lowest=lowest,
                highest=highest,
                price=goal.miss_price_per_kwh_hour or 0.0,
                price_of_most=goal.miss_price_per_kwh or 0.0,
            )
        )
    return stock


def _levels(builder: Builder, goal: StockGoal) -> tuple[Array, Array]:
    lowest = np.full(builder.n_steps, np.nan)
    highest = lowest.copy()
    for point in goal.points:
        at = _columns(builder, goal, point)
        if goal.kind in {"min", "target"}:
            lowest[at] = np.fmax(lowest[at], point.stock_kwh)
        if goal.kind in {"max", "target"}:
            highest[at] = np.fmin(highest[at], point.stock_kwh)
    return lowest, highest


def _columns(builder: Builder, goal: StockGoal, point: Point) -> slice:
    """Return the ends of steps that ``point`` is about; none for the start of the window."""
    grid = builder.document.window.grid
    start, end = point.at or point.start, point.at or point.end
    if start is None or end is None:
        raise ValueError("a point has a moment or a span")
    first, last = tick_before(grid, start), tick_after(grid, end)
    if goal.kind == "target" and point.at is not None:
        first = last
    return slice(min(max(first, 1), grid.n_steps + 1) - 1, min(max(last, 0), grid.n_steps))
