"""Storage: batteries, vehicles, buffer tanks.

With c and d the charging and discharging power [kW], e the stock at the end of a step
[kWh], h the length of a step [h], and for each store efficiencies η_c, η_d and a share λ
of the stock lost per hour::

    e[t] = (1 - λ)^h · e[t-1] + h · (η_c · c[t] - d[t] / η_d)

Power is taken as constant within a step. Wear is linear in throughput: w/2 per kWh charged
and w/2 per kWh discharged, w the price of a kWh taken out (of one replacement, by its full
cycles). What stock remains at the end may be worth v per kWh more, or less, than at the
start: without it the plan would take the energy left over as free.

Charging and discharging at once wastes energy, and so pays only where taking energy earns
money. The two are declared exclusive; ``engines.exclusive`` sees to it where it matters.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import NO_COLUMN, Columns, LinearModel

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Parameters of S stores over T steps.

    Per store, shape (S, 1): ``initial_stock`` [kWh], ``charge_efficiency`` and
    ``discharge_efficiency`` in (0, 1], ``loss_per_hour`` in [0, 1), ``wear_price``
    [currency per kWh discharged, >= 0], ``end_value`` [currency/kWh].
    Per store and step, shape (S, T): ``charge_limit`` and ``discharge_limit`` [kW, >= 0],
    ``stock_floor`` and ``stock_ceiling`` [kWh, at the end of the step]. A limit of zero is
    how an absent vehicle or a service window is said; a floor is how a target is said.
    """

    names: Sequence[str]
    initial_stock: Array
    charge_efficiency: Array
    discharge_efficiency: Array
    loss_per_hour: Array
    wear_price: Array
    end_value: Array
    charge_limit: Array
    discharge_limit: Array
    stock_floor: Array
    stock_ceiling: Array


@dataclass(frozen=True, slots=True)
class StorageColumns:
    """Where the variables are, each shape (S, T): ``charge``, ``discharge``, ``stock``."""

    charge: Columns
    discharge: Columns
    stock: Columns


def add_storage(model: LinearModel, stores: Stores, *, step_hours: float | Array) -> StorageColumns:
    """Add S stores to ``model``: 3·S·T columns, S·T rows.

    Args:
        step_hours: one length for all steps, or shape (T,).
    """
    shape = stores.charge_limit.shape
    charge = model.add_columns("charge", shape, upper=stores.charge_limit)
    discharge = model.add_columns("discharge", shape, upper=stores.discharge_limit)
    stock = model.add_columns("stock", shape, lower=stores.stock_floor, upper=stores.stock_ceiling)

    kept = np.broadcast_to((1.0 - stores.loss_per_hour) ** step_hours, shape)
    stock_before = np.full(shape, NO_COLUMN)
    stock_before[:, 1:] = stock[:, :-1]
    # Before the first step the stock is a number, not a variable: it moves to the right.
    carried_in = np.zeros(shape)
    carried_in[:, :1] = kept[:, :1] * stores.initial_stock
    model.add_rows(
        "stock balance",
        shape,
        [
            (stock, 1.0),
            (stock_before, -kept),
            (charge, -step_hours * stores.charge_efficiency),
            (discharge, step_hours / stores.discharge_efficiency),
        ],
        lower=carried_in,
        upper=carried_in,
    )
    model.keep_apart(
        "charge or discharge",
        charge,
        discharge,
        first_most=stores.charge_limit,
        second_most=stores.discharge_limit,
    )
    for s, name in enumerate(stores.names):
        model.add_limit("minimum stock", stock[s], side="lower", unit="kWh", of=name)
        model.add_limit("capacity", stock[s], side="upper", unit="kWh", of=name, is_fixed=True)
        model.add_limit(
            "charging limit", charge[s], side="upper", unit="kW", of=name, is_fixed=True
        )
        model.add_limit(
            "discharging limit", discharge[s], side="upper", unit="kW", of=name, is_fixed=True
        )
    columns = StorageColumns(charge, discharge, stock)
    _add_costs(model, stores, columns, step_hours=step_hours)
    return columns


def _add_costs(
    model: LinearModel, stores: Stores, columns: StorageColumns, *, step_hours: float | Array
) -> None:
    for s, name in enumerate(stores.names):
        half = 0.5 * stores.wear_price[s, 0] * step_hours
        model.add_cost(f"wear: {name}", columns.charge[s], half)
        model.add_cost(f"wear: {name}", columns.discharge[s], half)
        if value := float(stores.end_value[s, 0]):
            term = f"change of stock: {name}"
            model.add_cost(term, columns.stock[s, -1:], -value)
            model.add_constant(term, value * float(stores.initial_stock[s, 0]))
