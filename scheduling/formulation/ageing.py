"""Wear of a battery by the depth of its cycles: stacked slices (formulation F9, Xu et al. 2018).

The capacity E is cut into J slices, the shallowest first. A kWh that is discharged from slice j
costs

    w[j] = R / η_d · J · (Φ(j / J) - Φ((j - 1) / J)),      Φ(δ) = δ^β / N,

R what a kWh of capacity costs to replace, N the full cycles that it lives, Φ what a cycle of depth
δ takes of its life. Φ is convex, so the plan draws from shallow slices first, and what it pays
for a cycle is what rainflow counting would say, as far as J slices can tell.

The first slice is what the others leave of the battery's own columns, so that a battery's power
and stock stay where they are. With c, d, e those of the battery and of slices 2 to J::

    c >= Σ c[j],   d >= Σ d[j],   0 <= e - Σ e[j] <= E / J,   0 <= e[j] <= E / J
    e[j, t] = k · e[j, t-1] + l · h · (η_c · c[j, t] - d[j, t] / η_d)
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import NO_COLUMN, LinearModel, Rows
from scheduling.formulation.stocks import Stocks, kept_share
from scheduling.formulation.storage import Flows, StorageColumns

Array = NDArray[np.float64]

#: More slices cost time and, measured, save nothing more.
N_SLICES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What wears a battery out.

    Attributes:
        replacement: of a kWh of capacity [currency/kWh].
        full_cycles: cycles from full to empty until it is replaced, > 0.
        depth_exponent: β; 1 where a cycle takes by its depth, above where deep ones take more.
    """

    replacement: float
    full_cycles: float
    depth_exponent: float

    def loss(self, depth: Array | float) -> Array:
        """Return the share of its life that one cycle of ``depth`` (0 to 1) takes."""
        return np.asarray(np.maximum(depth, 0.0) ** self.depth_exponent / self.full_cycles)

    def prices(self, discharge_efficiency: float) -> Array:
        """Return what a kWh given from each slice costs, shape (N_SLICES,) [currency/kWh]."""
        lost = self.loss(np.linspace(0.0, 1.0, N_SLICES + 1))
        return self.replacement / discharge_efficiency * N_SLICES * np.diff(lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sliced:
    """Flow ``flow`` of stock ``stock`` wears by depth; ``prices`` (J,) [currency per kWh given].

    The flow itself pays the first price.
    """

    name: str
    flow: int
    stock: int
    capacity: float
    prices: Array
    term: str


@dataclass(frozen=True, slots=True)
class SliceRows:
    """Rows that leave the first slice its share, each shape (T,): of charging, of discharging."""

    charge: Rows
    discharge: Rows


def add_slices(
    model: LinearModel,
    sliced: list[Sliced],
    columns: StorageColumns,
    stocks: Stocks,
    flows: Flows,
    *,
    step_hours: float | Array,
) -> dict[int, SliceRows]:
    """Add the slices of each battery; return their rows by flow."""
    return {
        each.flow: _add(model, each, columns, stocks, flows, step_hours=step_hours)
        for each in sliced
    }


def _add(
    model: LinearModel,
    each: Sliced,
    columns: StorageColumns,
    stocks: Stocks,
    flows: Flows,
    *,
    step_hours: float | Array,
) -> SliceRows:
    n_deep, n_steps = each.prices.size - 1, columns.stock.shape[1]
    shape, width = (n_deep, n_steps), each.capacity / each.prices.size
    name = f"slices of {each.name}"
    charge = model.add_columns(f"{name}: charge", shape, upper=flows.charge_limit[each.flow])
    discharge = model.add_columns(
        f"{name}: discharge", shape, upper=flows.discharge_limit[each.flow]
    )
    stock = model.add_columns(f"{name}: stock", shape, upper=width)
    rows = []
    for own, parts, side in (
        (columns.charge[each.flow], charge, "charge"),
        (columns.discharge[each.flow], discharge, "discharge"),
    ):
        row = model.add_rows(f"{name}: first {side}", own.shape, [(own, 1.0)], lower=0.0)
        model.add_entries(row, parts, -1.0)
        rows.append(row)
    own = columns.stock[each.stock]
    first = model.add_rows(f"{name}: first stock", own.shape, [(own, 1.0)], lower=0.0, upper=width)
    model.add_entries(first, stock, -1.0)
    kept = stocks.kept[each.stock]
    hours = kept_share(kept) * step_hours
    before = np.full(shape, NO_COLUMN)
    before[:, 1:] = stock[:, :-1]
    # A shallow slice is full before the next is touched: what is there can be drawn cheaply.
    beyond = stocks.initial[each.stock] - width * np.arange(1, n_deep + 1)
    known = np.zeros(shape)
    known[:, 0] = kept[0] * np.clip(beyond, 0.0, width)
    terms = [
        (stock, 1.0),
        (before, -kept),
        (charge, -hours * flows.charge_efficiency[each.flow]),
        (discharge, hours / flows.discharge_efficiency[each.flow]),
    ]
    model.add_rows(f"{name}: balance", shape, terms, lower=known, upper=known)
    more = (each.prices[1:] - each.prices[0])[:, None] * step_hours
    model.add_cost(each.term, discharge, np.broadcast_to(more, shape))
    return SliceRows(*rows)
