"""A linear model as solvers read it: compressed rows and plain vectors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.bends import Bent

Array: TypeAlias = NDArray[np.float64]
Entries: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64], Array]
#: ``start``, ``index`` and ``value`` of a model's rows, as in ``Compiled``.
Matrix: TypeAlias = tuple[NDArray[np.int32], NDArray[np.int32], Array]

#: Blocks of columns and of rows in order, each as (how many of T, T), T its last axis.
Layout: TypeAlias = tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]

#: A model of which nobody said what makes up for its rows.
NO_START: Final = (np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class Chain:
    """A state that each step hands on to the next: ``states`` (columns) and ``rows``, (T,).

    Row t holds ``states[t]`` with coefficient 1 and ``states[t - 1]``; it is an equality.
    """

    states: NDArray[np.int64]
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """Minimise ``cost · x + offset`` within the bounds of columns and rows.

    Per column, shape (n_columns,): ``cost``, ``column_lower``, ``column_upper``, ``integer``.
    Per row, shape (n_rows,): ``row_lower``, ``row_upper``. The matrix is kept by rows:
    row i holds ``value[start[i]:start[i + 1]]`` at columns ``index[...]``, in order of
    column, each column once. ``chains`` say which part of it is a stock over time.
    ``still``: (rows, columns) of the same length: where nothing moves, these columns make up for
    these rows, one each, which is a basis to start from.
    ``layout``: in which blocks columns and rows come, commonly a step each; None if not known.
    ``bent``: where the exact equations bend; the rows here are their linear stand-in.
    ``known``: values of all columns that keep to all of it, to search from; None if not known.
    """

    cost: Array
    offset: float
    column_lower: Array
    column_upper: Array
    integer: NDArray[np.bool_]
    row_lower: Array
    row_upper: Array
    start: NDArray[np.int32]
    index: NDArray[np.int32]
    value: Array
    chains: tuple[Chain, ...] = ()
    still: tuple[NDArray[np.int64], NDArray[np.int64]] = NO_START
    bent: tuple[Bent, ...] = ()
    layout: Layout | None = None
    known: Array | None = None

    @property
    def n_columns(self) -> int:
        return self.cost.size

    @property
    def n_rows(self) -> int:
        return self.row_lower.size

    @property
    def row_of(self) -> NDArray[np.int64]:
        """Row of each entry."""
        return np.repeat(np.arange(self.n_rows), np.diff(self.start))

    def activity(self, values: Array) -> Array:
        """Return ``A @ values``, shape (n_rows,)."""
        summed = np.bincount(self.row_of, self.value * values[self.index], minlength=self.n_rows)
        return summed.astype(np.float64)


def compile_model(
    *,
    cost: Array,
    offset: float,
    column_bounds: Sequence[tuple[Array, Array]],
    row_bounds: Sequence[tuple[Array, Array]],
    integer: NDArray[np.bool_],
    entries: Sequence[Entries] = (),
    matrix: Matrix | None = None,
    chains: Sequence[Chain] = (),
    still: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]] = (),
    bent: Sequence[Bent] = (),
    layout: Layout | None = None,
    known: Array | None = None,
) -> Compiled:
    """Return blocks joined into one model; repeated entries are added up.

    ``matrix``: of ``entries``, where it is known already.
    """
    column_lower, column_upper = _joined(column_bounds)
    row_lower, row_upper = _joined(row_bounds)
    start, index, value = matrix or by_rows(entries, row_lower.size, cost.size)
    return Compiled(
        cost=cost,
        offset=offset,
        column_lower=column_lower,
        column_upper=column_upper,
        integer=integer,
        row_lower=row_lower,
        row_upper=row_upper,
        start=start,
        index=index,
        value=value,
        chains=tuple(chains),
        still=_joined_pairs(still),
        bent=tuple(bent),
        layout=layout,
        known=known,
    )


def _joined(bounds: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    if not bounds:
        return np.empty(0), np.empty(0)
    return np.concatenate([low for low, _ in bounds]), np.concatenate([up for _, up in bounds])


def _joined_pairs(
    pairs: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if not pairs:
        return NO_START
    return np.concatenate([rows for rows, _ in pairs]), np.concatenate([at for _, at in pairs])


def by_rows(entries: Sequence[Entries], n_rows: int, n_columns: int) -> Matrix:
    """Return ``start``, ``index`` and ``value`` of ``entries``, as in ``Compiled``."""
    n_columns = max(n_columns, 1)
    if not entries:
        return np.zeros(n_rows + 1, np.int32), np.empty(0, np.int32), np.empty(0)
    rows, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
    present = (columns >= 0) & (values != 0.0)
    # One key per place: sorting it puts repeated entries side by side. scipy would do the
    # same, but takes longer to import than all the rest of a solve.
    place = (rows * n_columns + columns)[present]
    order = np.argsort(place, kind="stable")
    place, values = place[order], values[present][order]
    first = np.flatnonzero(np.diff(place, prepend=-1))
    if first.size != place.size:
        values, place = np.add.reduceat(values, first), place[first]
    row, column = np.divmod(place, n_columns)
    start = np.searchsorted(row, np.arange(n_rows + 1)).astype(np.int32)
    return start, column.astype(np.int32), values


def thinned(
    layout: Layout | None, columns: NDArray[np.bool_], rows: NDArray[np.bool_]
) -> Layout | None:
    """Return ``layout`` of those ``columns`` and ``rows`` that stay, each device its own block."""
    if layout is None:
        return None
    return _thinned(layout[0], columns), _thinned(layout[1], rows)


def _thinned(
    blocks: tuple[tuple[int, int], ...], stays: NDArray[np.bool_]
) -> tuple[tuple[int, int], ...]:
    lengths = np.array([length for _, length in blocks], dtype=np.int64)
    ends = np.cumsum(np.repeat(lengths, [n_devices for n_devices, _ in blocks]))
    counted = np.concatenate([[0], np.cumsum(stays)])[ends]
    left = np.diff(counted, prepend=0)
    return tuple((1, each) for each in left.tolist() if each)


def fix_columns(model: Compiled, columns: NDArray[np.int64], values: Array) -> Compiled:
    """Return ``model`` with ``columns`` at ``values``, no longer integer."""
    lower, upper = model.column_lower.copy(), model.column_upper.copy()
    lower[columns] = upper[columns] = values
    integer = model.integer.copy()
    integer[columns] = False
    return replace(model, column_lower=lower, column_upper=upper, integer=integer)


def with_play(model: Compiled) -> Compiled:
    """Return ``model`` with play in each row, minimised; integers become continuous.

    It has a solution as long as no column's bounds cross; that costs nothing if and only if
    ``model`` without its integrality has one.
    """
    n_rows = model.n_rows
    own = np.arange(n_rows)
    first, second = model.n_columns + own, model.n_columns + n_rows + own
    free = np.zeros(n_rows)
    return compile_model(
        cost=np.concatenate([np.zeros(model.n_columns), np.ones(2 * n_rows)]),
        offset=0.0,
        column_bounds=[(model.column_lower, model.column_upper)] + 2 * [(free, free + np.inf)],
        row_bounds=[(model.row_lower, model.row_upper)],
        integer=np.zeros(model.n_columns + 2 * n_rows, dtype=bool),
        entries=[
            (model.row_of, model.index.astype(np.int64), model.value),
            (own, first, free + 1.0),
            (own, second, free - 1.0),
        ],
    )
