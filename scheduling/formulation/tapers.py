"""Power that depends on the stock: less charging near full, less giving near empty, a reserve.

With e the stock before a step and c, d what a flow draws and gives in it (formulation F6)::

    c[t] <= max(0, a - b · e[t-1]),   d[t] <= a + b · e[t-1]

are cuts; several of them make a concave curve. A cut that leaves less than nothing, of a store
that may hold that much, does not empty it: v >= 0 makes up for what is lacking, and c and v
exclude each other. A reserve r is kept by what is given back, though the stock began below it:
d[t] is zero where e[t] < r; with v >= r - e[t], d and v exclude each other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import NO_COLUMN, LinearModel
from scheduling.formulation.stocks import Stocks
from scheduling.formulation.storage import Flows, StorageColumns

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taper:
    """What ``flow`` draws (or gives) is at most ``at_empty - drop · (stock before)`` [kW].

    ``drop`` [kW/kWh], below zero where the power grows with the stock.
    """

    flow: int
    stock: int
    at_empty: float
    drop: float
    is_drawn: bool = True

    def most(self, stock_before: float) -> float:
        """Return the most power at ``stock_before`` [kWh]."""
        return max(self.at_empty - self.drop * stock_before, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """``flow`` gives nothing that leaves less than ``least`` [kWh] in ``stock``."""

    flow: int
    stock: int
    least: float


def add_tapers(
    model: LinearModel,
    tapers: list[Taper],
    storage: tuple[Stocks, Flows, StorageColumns],
    *,
    step_hours: float | Array,
) -> None:
    """Add a row per cut and step, and what makes up for less than nothing where that may be."""
    stocks, flows, columns = storage
    for number, each in enumerate(tapers):
        power = (columns.charge if each.is_drawn else columns.discharge)[each.flow]
        if power[0] == NO_COLUMN:
            continue
        stock = columns.stock[each.stock]
        most = np.full(power.shape, each.at_empty)
        most[0] -= each.drop * stocks.initial[each.stock]
        before = np.concatenate([[NO_COLUMN], stock[:-1]])
        name = f"taper {number} of flow {each.flow}"
        rows = model.add_rows(name, power.shape, [(power, 1.0), (before, each.drop)], upper=most)
        what = "taper" if each.is_drawn else "taper near empty"
        model.add_row_limit(what, rows, unit="kW", of=flows.names[each.flow])
        if _may_pass(each, stocks, flows):
            fullest = _fullest(each.stock, stocks, flows, step_hours=step_hours)
            lacking = np.full(power.shape, max(each.drop * fullest - each.at_empty, 0.0))
            less = model.add_columns(f"{name} less than nothing", power.shape, upper=lacking)
            model.add_entries(rows, less, -1.0)
            limit = flows.charge_limit[each.flow]
            model.keep_apart(name, power, less, first_most=limit, second_most=lacking)


def _fullest(k: int, stocks: Stocks, flows: Flows, *, step_hours: float | Array) -> float:
    """Return what stock ``k`` holds at most, at the start or later [kWh]."""
    mine = flows.stock == k
    into = (flows.charge_limit[mine] * flows.charge_efficiency[mine]).sum(axis=0)
    into += np.maximum(stocks.gain[k], 0.0)
    initial = float(stocks.initial[k])
    ceiling = float(stocks.ceiling[k].max())
    return min(max(initial, ceiling), initial + float((step_hours * into).sum()))


def _may_pass(taper: Taper, stocks: Stocks, flows: Flows) -> bool:
    """Return whether the stock may be where the cut leaves less than nothing.

    What the flow itself draws does not bring it there, only what is there at the start, or comes
    in past it.
    """
    k = taper.stock
    if taper.drop <= 0.0 or taper.at_empty >= taper.drop * stocks.ceiling[k].max() - 1e-9:
        return False
    others = (flows.stock == k) & flows.charge_limit.any(axis=1)
    others[taper.flow] = False
    starts_there = taper.drop * stocks.initial[k] > taper.at_empty
    return bool(starts_there or (stocks.gain[k] > 0.0).any() or others.any())


def add_reserves(
    model: LinearModel, reserves: list[Reserve], storage: tuple[Stocks, Flows, StorageColumns]
) -> None:
    """Add how far the stock is below each reserve, and that nothing is given back then."""
    _, flows, columns = storage
    for each in reserves:
        given, stock = columns.discharge[each.flow], columns.stock[each.stock]
        name = f"reserve of flow {each.flow}"
        most = np.full(stock.shape, each.least)
        short = model.add_columns(name, stock.shape, upper=most)
        model.add_rows(name, stock.shape, [(stock, 1.0), (short, 1.0)], lower=most)
        limit = flows.discharge_limit[each.flow]
        model.keep_apart(name, given, short, first_most=limit, second_most=most)
