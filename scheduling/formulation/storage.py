"""Stocks and what flows into and out of them: batteries, vehicles, tanks, buildings.

With e the stock at the end of a step [kWh], c and d the power that a flow draws and gives
[kW], η_c and η_d its efficiencies (η_c may exceed 1: a heat pump's COP), g a gain that no
efficiency touches [kW], h the length of a step [h], k the share of a stock that is left after
a step, and l that of what comes in (``formulation.stocks``)::

    e[t] = k · e[t-1] + l · h · (Σ (η_c · c[t] - d[t] / η_d) + g[t])

Several flows may share one stock; a flow without stock is a device that just takes or gives power.

Wear is linear in throughput: for a battery w/2 per kWh drawn and w/2 per kWh given, w the
price of a kWh taken out (formulation F7). What stock remains at the end may be worth v per
kWh more, or less, than at the start: without it the plan would take what is left as free.

Two stocks may give to each other (``formulation.exchange``): then what is left of both is in
both, and so is what comes into either.

Charging and discharging at once wastes energy, and so pays only where taking energy earns
money. The two are declared exclusive; ``engines.exclusive`` sees to it where it matters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.exchange import across
from scheduling.formulation.linear_model import NO_COLUMN, Columns, LinearModel, Rows
from scheduling.formulation.stocks import Stocks, gained, hours_left, left_alone

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Stock of a flow that has none.
NO_STOCK: Final = -1
#: What the rows that hand stocks on are called.
BALANCE: Final = "stock balance"


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
    blocks: Indices | None = None,
    follows: NDArray[np.bool_] | None = None,
) -> StorageColumns:
    """Add K stocks and F flows; their power enters ``balance``, the rows of the nodes.

    Args:
        blocks: number of the block of each step, shape (T,), not falling: within one a flow's
            power holds, as long as its limit is the same; steps then share a column.
        follows: flows, shape (F,), whose power does not hold all the same: none if not given.
    """
    charge = _add_direction(model, "charge", flows.charge_limit, blocks, follows)
    discharge = _add_direction(model, "discharge", flows.discharge_limit, blocks, follows)
    model.add_entries(balance[flows.node], charge, -1.0)
    model.add_entries(balance[flows.node], discharge, 1.0)
    stock = model.add_columns("stock", stocks.floor.shape, lower=stocks.floor, upper=stocks.ceiling)
    more = gained(stocks, step_hours)
    columns = StorageColumns(charge, discharge, stock, left_alone(stocks, more))
    _add_stock_balance(model, stocks, flows, columns, step_hours=step_hours)
    balance_stocks(model, stocks, more)
    if blocks is None:
        _tell_chains(model, stocks, columns)
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


def _add_direction(
    model: LinearModel,
    name: str,
    limit: Array,
    blocks: Indices | None,
    follows: NDArray[np.bool_] | None,
) -> Columns:
    columns = np.full(limit.shape, NO_COLUMN)
    used = np.flatnonzero(limit.any(axis=1))
    if blocks is None:
        columns[used] = model.add_columns(name, (used.size, limit.shape[1]), upper=limit[used])
        return columns
    begins = np.ones((used.size, limit.shape[1]), dtype=bool)
    begins[:, 1:] = (np.diff(blocks) != 0) | (np.diff(limit[used], axis=1) != 0.0)
    if follows is not None:
        begins[follows[used]] = True
    own = model.add_columns(name, (int(begins.sum()),), upper=limit[used][begins])
    columns[used] = own[np.cumsum(begins).reshape(begins.shape) - 1]
    return columns


def _tell_chains(model: LinearModel, stocks: Stocks, columns: StorageColumns) -> None:
    """Tell which stocks are handed on by themselves, each step's power being its own."""
    rows = model.rows[BALANCE]
    tied = {to for to, _, _, _ in across(stocks.exchanges)}
    for k in range(rows.shape[0]):
        if k not in tied:
            model.add_chain(columns.stock[k], rows[k])


def _add_stock_balance(
    model: LinearModel,
    stocks: Stocks,
    flows: Flows,
    columns: StorageColumns,
    *,
    step_hours: float | Array,
) -> None:
    stock, before = columns.stock, stock_before(columns)
    rows = model.add_rows(BALANCE, stock.shape, [(stock, 1.0), (before, -stocks.kept)])
    for to, of, share, _ in across(stocks.exchanges):
        model.add_entries(rows[to], before[of], -share)
    model.stand_still(rows, stock)
    held = np.flatnonzero(flows.stock != NO_STOCK)
    left = hours_left(stocks, step_hours)[flows.stock[held]]
    into, out = flows.charge_efficiency[held], -1.0 / flows.discharge_efficiency[held]
    for power, share in ((columns.charge[held], into), (columns.discharge[held], out)):
        model.add_entries(rows[flows.stock[held]], power, -left * share)
    for to, of, _, hours in across(stocks.exchanges):
        for f in np.flatnonzero(flows.stock == of).tolist():
            model.add_entries(rows[to], columns.charge[f], -hours * flows.charge_efficiency[f])
            model.add_entries(rows[to], columns.discharge[f], hours / flows.discharge_efficiency[f])


def balance_stocks(model: LinearModel, stocks: Stocks, more: Array) -> None:
    """Let the rows of all stocks know what each has gained, ``more``, and has at the start."""
    # Before the first step the stock is a number, not a variable: it moves to the right.
    known = more.copy()
    known[:, 0] += stocks.kept[:, 0] * stocks.initial
    for to, of, share, _ in across(stocks.exchanges):
        known[to, 0] += share[0] * stocks.initial[of]
    lower, upper = model.row_bounds()
    lower[model.rows[BALANCE]] = upper[model.rows[BALANCE]] = known


def worth_term(name: str) -> str:
    """Return under which name it is booked that a stock has changed."""
    return f"change of stock: {name}"


def stock_costs(
    stocks: Stocks, columns: StorageColumns
) -> Iterator[tuple[str, Columns, float, float]]:
    """Yield what each stock is worth at the end: term, column, price per kWh and constant."""
    for k in np.flatnonzero(stocks.end_value).tolist():
        value = float(stocks.end_value[k])
        constant = value * float(stocks.initial[k])
        yield worth_term(stocks.names[k]), columns.stock[k, -1:], -value, constant


def stock_before(columns: StorageColumns) -> Columns:
    """Return where the stock before each step is, shape (K, T); no column before the first."""
    before = np.full(columns.stock.shape, NO_COLUMN)
    before[:, 1:] = columns.stock[:, :-1]
    return before


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
    for term, stock, price, amount in stock_costs(stocks, columns):
        model.add_cost(term, stock, price)
        model.add_constant(term, amount)


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
