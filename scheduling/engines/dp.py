"""An exact dynamic programme, for one store with convex prices.

Far faster than a general solver, and independent of it: for many like problems (quotes, sizes,
weather years) and as a witness. Ties are settled as it goes (``engines.pieces``).
"""

from datetime import timedelta

import numpy as np

from scheduling.engines.base import DEFAULT_GAP, Infeasible, Solution
from scheduling.engines.chain import Store
from scheduling.engines.loops.slopes import DONE, solve_store
from scheduling.engines.loops.stock import price_stock
from scheduling.engines.pieces import Array, arrays
from scheduling.formulation.compiled import Compiled

#: An amount below this is rounding [kW].
_ROUNDING = 1e-9


class DpEngine:
    """Solves in-process; knows one store behind one connection, and nothing else."""

    def solve(
        self,
        model: Compiled,
        *,
        time_limit: timedelta,
        gap: float = DEFAULT_GAP,
        preferences: Array | None = None,
    ) -> Solution:
        """Return the cheapest solution; see ``Engine.solve``. It takes no time to speak of."""
        store = Store.read(model, preferences)
        pieces, states = store.own(), store.states
        step, own = arrays(store.step), arrays(pieces)
        change, stock = np.empty(states.size), np.empty(states.size)
        ended = solve_store(
            0.0, store.kept, store.gain, pieces.left, pieces.right, step, own, change, stock
        )
        if ended != DONE:
            raise Infeasible
        values, of_node = _filled(store, change, stock)
        cost = float(model.cost @ values) + model.offset
        worth = price_stock(store.kept, step, own, change, stock)
        duals = _priced(store, values, of_node, worth, stock)
        spent = np.bincount(
            model.index, model.value * duals[store.matrix.row_of], minlength=model.n_columns
        )
        return Solution(
            values=np.clip(values, model.column_lower, model.column_upper),
            cost=cost,
            bound=cost,
            is_proven=True,
            row_duals=duals,
            reduced_costs=model.cost - spent,
        )


def _filled(store: Store, change: Array, stock: Array) -> tuple[Array, Array]:
    """Return all columns, from what the stock does; and what the node's other columns sum up to."""
    values = np.zeros(store.matrix.model.n_columns)
    values[store.states] = stock
    of_node = store.node.total.copy()
    for flow in store.flows:
        power = np.maximum(change / flow.per_unit, 0.0)
        values[flow.columns] = power
        of_node -= flow.in_row * power
    store.node.fill(values, of_node)
    for rows, at, coefficient in store.goals:
        rows.fill(values, rows.total - coefficient * stock[at])
    return values, of_node


def _priced(store: Store, values: Array, of_node: Array, worth: Array, stock: Array) -> Array:
    """Return the duals of all rows, from what a kWh in stock costs from each step on."""
    model = store.matrix.model
    duals = np.zeros(model.n_rows)
    duals[store.chain_rows] = worth
    least, most = np.full(worth.size, -np.inf), np.full(worth.size, np.inf)
    for flow in store.flows:
        power = values[flow.columns]
        in_row = flow.in_row
        price = (model.cost[flow.columns] + flow.per_unit * worth) / in_row
        runs = power > _ROUNDING
        least = np.where(runs | (in_row < 0), np.maximum(least, price), least)
        most = np.where(runs | (in_row > 0), np.minimum(most, price), most)
    wanted = np.where(np.isfinite(least), least, np.where(np.isfinite(most), most, 0.0))
    store.node.price(store.matrix, values, duals, of_node, wanted)
    for rows, at, coefficient in store.goals:
        amount = rows.total - coefficient * stock[at]
        wanted = (model.cost[store.states[at]] - _carried(store, worth)[at]) / coefficient
        rows.price(store.matrix, values, duals, amount, wanted)
    return duals


def _carried(store: Store, worth: Array) -> Array:
    """Return what the states' columns pay for the chain alone, shape (T,)."""
    after = np.zeros(worth.size)
    after[:-1] = store.kept[1:] * worth[1:]
    return worth - after
