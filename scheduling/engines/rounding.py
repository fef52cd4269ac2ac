"""Whole numbers from a linear solution, and what a plan that has them leaves open.

Let L be the least cost with the integers of a model left continuous, r their reduced costs there.
A plan in which one of them leaves its bound by Δ costs at least L + |r| · Δ. So once a plan of
cost U is known, all with |r| > U - L keep their value (Dantzig, Fulkerson and Johnson, 1954); and
where U is L but for the gap that is asked for, the plan is the cheapest without further search.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.compiled import Compiled

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Nearer than this to a whole number is whole.
WHOLE: Final = 1e-6
#: Reduced costs are known to this, relative: what is that near is open.
_TOLERANCE: Final = 1e-6


def counted(model: Compiled) -> list[Indices]:
    """Return the columns of each row by which so many of some binaries are one."""
    row_of = np.repeat(np.arange(model.n_rows), np.diff(model.start))
    other = np.bincount(row_of, ~model.integer[model.index] | (model.value != 1.0), model.n_rows)
    is_count = (other == 0) & (model.row_lower == model.row_upper) & (np.diff(model.start) > 1)
    starts = model.start
    return [
        model.index[starts[i] : starts[i + 1]].astype(np.int64) for i in np.flatnonzero(is_count)
    ]


def roundings(model: Compiled, values: Array, prices: Array) -> Iterator[tuple[Indices, Array]]:
    """Yield the integer columns with whole numbers for them, what is likely to do first.

    Of those that are counted, so many of the largest become one. The others go to the nearest
    whole number; then, in a second try, up.
    """
    columns = np.flatnonzero(model.integer)
    whole = np.zeros(model.n_columns)
    chosen = np.zeros(model.n_columns, dtype=bool)
    for group in counted(model):
        order = np.lexsort((prices[group], -np.round(values[group], 9)))
        whole[group[order[: round(float(values[group].sum()))]]] = 1.0
        chosen[group] = True
    alone = columns[~chosen[columns]]
    for shift in (0.5, 1.0 - WHOLE):
        whole[alone] = np.floor(values[alone] + shift)
        yield columns, np.clip(whole, model.column_lower, model.column_upper)[columns]
        if not alone.size:
            return


def left_open(model: Compiled, values: Array, prices: Array, room: float) -> Compiled:
    """Return ``model`` with all integers fixed that a plan within ``room`` of L cannot move.

    Args:
        values, prices: of all columns, where L was found.
        room: U - L [currency].
    """
    lower, upper = model.column_lower.copy(), model.column_upper.copy()
    clearly = room * (1.0 + _TOLERANCE) + 1e-9
    on, off = _switched(model, values, prices)
    at_lower = model.integer & (values <= lower + WHOLE) & (on > clearly)
    at_upper = model.integer & (values >= upper - WHOLE) & (off > clearly)
    upper[at_lower] = lower[at_lower]
    lower[at_upper] = upper[at_upper]
    return replace(model, column_lower=lower, column_upper=upper)


def _switched(model: Compiled, values: Array, prices: Array) -> tuple[Array, Array]:
    """Return what switching each binary on, and off, costs at least, shape (n_columns,).

    Beside its own price that of a power which it lets run or keeps from running, by a row
    ``power >= least · binary`` or ``power <= most · binary``: of the two, a linear solution may put
    all of the price on either.
    """
    pairs = np.flatnonzero(np.diff(model.start) == 2)
    first, second = model.start[pairs], model.start[pairs] + 1
    swaps = model.integer[model.index[first]]
    power, binary = np.where(swaps, second, first), np.where(swaps, first, second)
    factor, column = -model.value[binary], model.index[power]
    is_switch = model.integer[model.index[binary]] & ~model.integer[column]
    is_switch &= (model.value[power] == 1.0) & (factor > 0.0) & (model.column_lower[column] == 0.0)
    least = is_switch & (model.row_lower[pairs] == 0.0)
    most = is_switch & (model.row_upper[pairs] == 0.0)
    on, off = prices.copy(), -prices
    rise = np.maximum(factor - values[column], 0.0) * np.maximum(prices[column], 0.0)
    np.add.at(on, model.index[binary[least]], rise[least])
    fall = values[column] * np.maximum(-prices[column], 0.0)
    np.add.at(off, model.index[binary[most]], fall[most])
    return on, off
