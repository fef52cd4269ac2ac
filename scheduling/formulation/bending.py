"""Bends of flows (``formulation.bends``) in a linear model, and that model along a solution."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.bends import Bend, Bent
from scheduling.formulation.compiled import Compiled, compile_model
from scheduling.formulation.exchange import across
from scheduling.formulation.linear_model import Columns, LinearModel, Rows
from scheduling.formulation.stocks import Stocks, hours_left
from scheduling.formulation.storage import Flows, StorageColumns, stock_before

Array = NDArray[np.float64]

#: Tangents of a quadratic loss: they miss at most a hundredth of the loss at full power.
N_TANGENTS: Final = 6


def add_bends(
    model: LinearModel,
    bends: Sequence[Bend],
    stocks: Stocks,
    flows: Flows,
    columns: StorageColumns,
    *,
    step_hours: float | Array,
) -> None:
    """Add z of each bend, with its tangents and its chord, to the stock that the flow feeds."""
    left, before = hours_left(stocks, step_hours), stock_before(columns)
    balance = model.rows["stock balance"]
    for each in bends:
        f, stock = each.flow, int(flows.stock[each.flow])
        most = np.maximum(flows.charge_limit[f], flows.discharge_limit[f])
        extra = model.add_columns(
            f"bend of {each.name}", most.shape, lower=-each.loss * most**2, upper=0.0
        )
        model.add_entries(balance[stock], extra, -left[stock])
        for to, of, _, hours in across(stocks.exchanges):
            if of == stock:
                model.add_entries(balance[to], extra, -hours)
        power = columns.charge[f], columns.discharge[f]
        rows = _add_stand_in(model, each, extra, power, most)
        model.bent.append(
            Bent(
                bend=each,
                extra=extra,
                charge=columns.charge[f],
                discharge=columns.discharge[f],
                before=before[stock],
                initial=float(stocks.initial[stock]),
                into=flows.charge_efficiency[f],
                out=flows.discharge_efficiency[f],
                rows=rows,
            )
        )


def _add_stand_in(
    model: LinearModel, bend: Bend, extra: Columns, power: tuple[Columns, Columns], most: Array
) -> Rows:
    """Add the tangents and the chord of a quadratic loss, if there is one; return their rows."""
    if not bend.loss:
        return np.empty(0, dtype=np.int64)
    name = f"bend of {bend.name}"
    at = np.linspace(0.0, 1.0, N_TANGENTS)[:, None] * most
    terms = [(each, 2.0 * bend.loss * at) for each in power]
    tangents = model.add_rows(
        f"{name}: tangents", at.shape, [(extra, 1.0), *terms], upper=bend.loss * at**2
    )
    terms = [(each, bend.loss * most) for each in power]
    chord = model.add_rows(f"{name}: chord", most.shape, [(extra, 1.0), *terms], lower=0.0)
    return np.concatenate([tangents.ravel(), chord])


def unbent(model: Compiled) -> Compiled:
    """Return ``model`` without the rows and bounds that the exact equations replace."""
    column_lower, column_upper = model.column_lower.copy(), model.column_upper.copy()
    row_lower, row_upper = model.row_lower.copy(), model.row_upper.copy()
    for each in model.bent:
        column_lower[each.extra], column_upper[each.extra] = -np.inf, np.inf
        row_lower[each.rows], row_upper[each.rows] = -np.inf, np.inf
    return replace(
        model,
        column_lower=column_lower,
        column_upper=column_upper,
        row_lower=row_lower,
        row_upper=row_upper,
    )


def relaxed(model: Compiled) -> Compiled:
    """Return a linear model that no solution of the exact equations costs less than.

    Efficiencies are the best that the stock's bounds allow, losses those of their tangents, and
    integers are continuous.
    """
    free = unbent(model)
    entries, upper, first = [_entries(model)], [np.empty(0)], model.n_rows
    for each in model.bent:
        charge, discharge = (
            np.where(columns >= 0, model.column_upper[columns], 0.0)
            for columns in (each.charge, each.discharge)
        )
        most = np.maximum(charge, discharge)
        at = np.linspace(0.0, 1.0, N_TANGENTS)[:, None] * most
        rows = first + np.arange(at.size).reshape(at.shape)
        first += at.size
        drawn, given = _best(each, model)
        slope = 2.0 * each.bend.loss * at
        terms = (
            (each.extra, np.ones(most.size)),
            (each.charge, slope - (drawn - each.into)),
            (each.discharge, slope + (given - 1.0 / each.out)),
        )
        for columns, value in terms:
            there = np.broadcast_to(columns >= 0, at.shape)
            column, coefficient = (
                np.broadcast_to(columns, at.shape),
                np.broadcast_to(value, at.shape),
            )
            entries.append((rows[there], column[there], coefficient[there]))
        upper.append((each.bend.loss * at**2).ravel())
    added = np.concatenate(upper)
    return compile_model(
        cost=free.cost,
        offset=free.offset,
        column_bounds=[(free.column_lower, free.column_upper)],
        row_bounds=[(free.row_lower, free.row_upper), (np.full(added.size, -np.inf), added)],
        integer=np.zeros_like(free.integer),
        entries=entries,
    )


def _best(bent: Bent, model: Compiled) -> tuple[Array, Array]:
    """Return the most that a kWh drawn stores and the least that one given takes, shape (T,)."""
    there = bent.before >= 0
    low = np.where(there, model.column_lower[bent.before], bent.initial)
    high = np.where(there, model.column_upper[bent.before], bent.initial)
    curves, shape = bent.bend, bent.into
    drawn = shape if curves.charge is None else curves.charge.highest(low, high)
    given = bent.out if curves.discharge is None else curves.discharge.highest(low, high)
    return np.maximum(drawn, 0.0), 1.0 / given


def _entries(model: Compiled) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    rows = np.repeat(np.arange(model.n_rows), np.diff(model.start))
    return rows, model.index.astype(np.int64), model.value


def along(model: Compiled, values: Array) -> Compiled:
    """Return ``model`` with the exact equations as they are near ``values``: their slopes there.

    Columns and rows are those of ``model``; those of the equations come last.
    """
    free = unbent(model)
    entries = [_entries(model)]
    known, first = [], model.n_rows
    for each in model.bent:
        rows = first + np.arange(each.extra.size)
        first += each.extra.size
        point = each.exact(values)
        entries.append((rows, each.extra, np.ones(rows.size)))
        for columns, slope in zip(
            (each.charge, each.discharge, each.before), each.slopes(values), strict=True
        ):
            there = columns >= 0
            entries.append((rows[there], columns[there], -slope[there]))
            point = point - np.where(there, slope * values[columns], 0.0)
        known.append(point)
    added = np.concatenate([*known, np.empty(0)])
    return compile_model(
        cost=free.cost,
        offset=free.offset,
        column_bounds=[(free.column_lower, free.column_upper)],
        row_bounds=[(free.row_lower, free.row_upper), (added, added)],
        integer=free.integer,
        entries=entries,
        bent=model.bent,
    )
