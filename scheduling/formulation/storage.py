"""Stocks and what flows into and out of them: batteries, vehicles, tanks, buildings.

With e the stock at the end of a step [kWh], c and d the power that a flow draws and gives
[kW], η_c and η_d its efficiencies (η_c may exceed 1: a heat pump's COP), g a gain that no
efficiency touches [kW], h the length of a step [h] and k the share of a stock that is left
of it after a step::

    e[t] = k · e[t-1] + l · h · (Σ (η_c · c[t] - d[t] / η_d) + g[t]),   l = (k - 1) / ln k

Power is constant within a step while the stock decays all the time; l is the exact share of
what comes in that is still there at the end (l = 1 without losses). Several flows may share
one stock; a flow without stock is a device that just takes or gives power.

Wear is linear in throughput: for a battery w/2 per kWh drawn and w/2 per kWh given, w the
price of a kWh taken out (formulation F7). What stock remains at the end may be worth v per
kWh more, or less, than at the start: without it the plan would take what is left as free.

Charging and discharging at once wastes energy, and so pays only where taking energy earns
money. The two are declared exclusive; ``engines.exclusive`` sees to it where it matters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import NO_COLUMN, Columns, LinearModel, Rows

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Stock of a flow that has none.
NO_STOCK: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocks:
    """K stocks over T steps.

    Per stock, shape (K,): ``initial`` [kWh], ``end_value`` [currency/kWh].
    Per stock and step, shape (K, T): ``kept``, the share left after a step, in (0, 1];
    ``gain`` [kW, negative for usage]; ``floor`` and ``ceiling`` [kWh, at the end of the step].
    """

    names: Sequence[str]
    initial: Array
    end_value: Array
    kept: Array
    gain: Array
    floor: Array
    ceiling: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """F flows over T steps, each between a node and at most one stock.

    Per flow, shape (F,): ``node``; ``stock`` or ``NO_STOCK``; ``charge_cost`` and
    ``discharge_cost`` [currency per kWh drawn and given, >= 0], booked under
    ``cost_terms``. Per flow and step, shape (F, T): ``charge_limit`` and ``discharge_limit``
    [kW, >= 0]; ``charge_efficiency`` > 0 and ``discharge_efficiency`` > 0. A limit of zero is
    how an absent vehicle or a service window is said.
    """

    names: Sequence[str]
    node: Indices
    stock: Indices
    cost_terms: Sequence[str]
    charge_cost: Array
    discharge_cost: Array
    charge_limit: Array
    discharge_limit: Array
    charge_efficiency: Array
    discharge_efficiency: Array


@dataclass(frozen=True, slots=True)
class StorageColumns:
    """Where the variables are.

    ``charge`` and ``discharge`` have shape (F, T), ``NO_COLUMN`` where a flow never runs that
    way; ``stock`` has shape (K, T). ``still``: the stock where nothing flows, shape (K, T) [kWh].
    """

    charge: Columns
    discharge: Columns
    stock: Columns
    still: Array


def add_storage(
    model: LinearModel,
    stocks: Stocks,
    flows: Flows,
    balance: Rows,
    *,
    step_hours: float | Array,
) -> StorageColumns:
    """Add K stocks and F flows; their power enters ``balance``, the rows of the nodes."""
    charge = _add_direction(model, "charge", flows.charge_limit)
    discharge = _add_direction(model, "discharge", flows.discharge_limit)
    model.add_entries(balance[flows.node], charge, -1.0)
    model.add_entries(balance[flows.node], discharge, 1.0)
    stock = model.add_columns("stock", stocks.floor.shape, lower=stocks.floor, upper=stocks.ceiling)
    still = _left_alone(stocks, step_hours)
    columns = StorageColumns(charge, discharge, stock, still)
    _add_stock_balance(model, stocks, flows, columns, step_hours=step_hours)
    both = np.flatnonzero((charge[:, :1] >= 0) & (discharge[:, :1] >= 0))
    if both.size:
        model.keep_apart(
            "charge or discharge",
            charge[both],
            discharge[both],
            first_most=flows.charge_limit[both],
            second_most=flows.discharge_limit[both],
        )
    _add_costs(model, stocks, flows, columns, step_hours=step_hours)
    _name_limits(model, stocks, flows, columns)
    return columns


def kept_share(kept: Array) -> Array:
    """Return the share of what comes in during a step that is left at its end: l above."""
    if (kept == 1.0).all():
        return np.ones(kept.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(kept < 1.0, (kept - 1.0) / np.log(kept), 1.0)


def _left_alone(stocks: Stocks, step_hours: float | Array) -> Array:
    kept = stocks.kept
    gained = kept_share(kept) * step_hours * stocks.gain
    if (kept == 1.0).all():
        still: Array = stocks.initial[:, None] + np.cumsum(gained, axis=1)
        return still
    levels, level = np.empty(kept.shape), stocks.initial
    for t in range(kept.shape[1]):
        level = kept[:, t] * level + gained[:, t]
        levels[:, t] = level
    return levels


def _add_direction(model: LinearModel, name: str, limit: Array) -> Columns:
    columns = np.full(limit.shape, NO_COLUMN)
    used = np.flatnonzero(limit.any(axis=1))
    columns[used] = model.add_columns(name, (used.size, limit.shape[1]), upper=limit[used])
    return columns


def _add_stock_balance(
    model: LinearModel,
    stocks: Stocks,
    flows: Flows,
    columns: StorageColumns,
    *,
    step_hours: float | Array,
) -> None:
    stock, kept = columns.stock, stocks.kept
    hours_left = kept_share(kept) * step_hours
    before = np.full(stock.shape, NO_COLUMN)
    before[:, 1:] = stock[:, :-1]
    # Before the first step the stock is a number, not a variable: it moves to the right.
    known = hours_left * stocks.gain
    known[:, :1] += kept[:, :1] * stocks.initial[:, None]
    rows = model.add_rows(
        "stock balance", stock.shape, [(stock, 1.0), (before, -kept)], lower=known, upper=known
    )
    for k in range(stock.shape[0]):
        model.add_chain(stock[k], rows[k])
    model.stand_still(rows, stock)
    held = np.flatnonzero(flows.stock != NO_STOCK)
    of = flows.stock[held]
    into = -hours_left[of] * flows.charge_efficiency[held]
    model.add_entries(rows[of], columns.charge[held], into)
    out = hours_left[of] / flows.discharge_efficiency[held]
    model.add_entries(rows[of], columns.discharge[held], out)


def _add_costs(
    model: LinearModel,
    stocks: Stocks,
    flows: Flows,
    columns: StorageColumns,
    *,
    step_hours: float | Array,
) -> None:
    for f in np.flatnonzero(flows.charge_cost + flows.discharge_cost).tolist():
        term = f"{flows.cost_terms[f]}: {flows.names[f]}"
        model.add_cost(term, columns.charge[f], flows.charge_cost[f] * step_hours)
        model.add_cost(term, columns.discharge[f], flows.discharge_cost[f] * step_hours)
    for k in np.flatnonzero(stocks.end_value).tolist():
        term, value = f"change of stock: {stocks.names[k]}", float(stocks.end_value[k])
        model.add_cost(term, columns.stock[k, -1:], -value)
        model.add_constant(term, value * float(stocks.initial[k]))


def _name_limits(model: LinearModel, stocks: Stocks, flows: Flows, columns: StorageColumns) -> None:
    for k, name in enumerate(stocks.names):
        stock = columns.stock[k]
        # An empty store gives no more, whatever somebody would like.
        bottom = np.minimum(stocks.floor[k], 0.0)
        model.add_limit("minimum stock", stock, side="lower", unit="kWh", of=name, beyond=bottom)
        model.add_limit("maximum stock", stock, side="upper", unit="kWh", of=name, is_fixed=True)
    for f, name in enumerate(flows.names):
        for limit, power in (
            ("charging", columns.charge[f]),
            ("discharging", columns.discharge[f]),
        ):
            if power[0] >= 0:
                model.add_limit(
                    f"{limit} limit", power, side="upper", unit="kW", of=name, is_fixed=True
                )
