"""What is said of blocks of columns beside their rows, and how blocks are laid out in arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Literal, Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]
Side: TypeAlias = Literal["lower", "upper"]


@dataclass(frozen=True, slots=True)
class Exclusive:
    """Of each pair of columns at most one may be above zero.

    Engines see nothing of this: ``engines.exclusive`` adds a binary where a solution does
    otherwise. ``first_most`` and ``second_most`` bound the columns in any solution that
    keeps them apart, so they serve as the tightest big-M. Where ``cancels``, taking the same
    amount from both changes no row and costs nothing: no binary is ever needed there.
    """

    name: str
    first: Indices
    second: Indices
    first_most: Array
    second_most: Array
    cancels: NDArray[np.bool_]

    def moved(self, prefix: str, by: int) -> Self:
        """Return the same of columns ``by`` further on."""
        first, second = self.first + by, self.second + by
        return replace(self, name=prefix + self.name, first=first, second=second)


@dataclass(frozen=True, slots=True)
class Runs:
    """At least ``least`` of the columns at places ``of`` run, less ``share`` · x[``missed``].

    Places are those in ``FromBetween.columns``; ``missed`` is a column of the model.
    """

    of: Indices
    least: int
    missed: int
    share: float


@dataclass(frozen=True, slots=True)
class FromBetween:
    """Each column is zero or between ``least`` and ``most``; all of one shape, flat.

    ``runs`` follow from the rest of the model, and help to find out which are zero.
    """

    name: str
    columns: Indices
    least: Array
    most: Array
    runs: tuple[Runs, ...] = ()

    def moved(self, prefix: str, by: int) -> Self:
        """Return the same of columns ``by`` further on."""
        runs = tuple(replace(each, missed=each.missed + by) for each in self.runs)
        return replace(self, name=prefix + self.name, columns=self.columns + by, runs=runs)


@dataclass(frozen=True, slots=True)
class Softness:
    """How far the rows of block ``rows`` are broken: columns above and below.

    Both have the shape of the rows, or are None where there is no give. ``unit`` is that of
    the rows; ``at`` says which step each row is about (its end, for a stock in kWh).
    """

    rows: str
    above: Indices | None
    below: Indices | None
    unit: str
    at: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Limit:
    """Bounds of columns that somebody set: what an impossible problem can be blamed on."""

    name: str
    of: str
    columns: Indices
    side: Side
    unit: str
    beyond: ArrayLike
    is_fixed: bool

    def moved(self, prefix: str, by: int) -> Self:
        """Return the same of columns ``by`` further on."""
        return replace(self, of=prefix + self.of, columns=self.columns + by)


@dataclass(frozen=True, slots=True)
class RowLimit:
    """Rows that somebody set as a limit and could change: what explains a plan, beside bounds.

    Row i is about the steps from ``first[i]`` to before ``beyond[i]``, at the end of the last
    of them for a stock in kWh. ``unit`` of the rows' bounds: "kW", "kWh", or "kW at most" for
    a power that is paid for once, however long it lasts.
    """

    name: str
    of: str
    rows: Indices
    unit: str
    first: Indices
    beyond: Indices


class Limited(Protocol):
    """What has limits that somebody set: a model, or one course of several in it."""

    @property
    def limits(self) -> Sequence[Limit]:
        """Bounds of its columns."""

    @property
    def row_limits(self) -> Sequence[RowLimit]:
        """Its rows."""


def merged(blocks: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Return lower and upper bounds of all ``blocks``, which become one that they are views of."""
    if len(blocks) == 1:
        return blocks[0]
    lower = np.concatenate([low for low, _ in blocks]) if blocks else np.empty(0)
    upper = np.concatenate([up for _, up in blocks]) if blocks else np.empty(0)
    blocks[:] = [(lower, upper)]
    return lower, upper


def indices(first: int, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Return the numbers of a block of ``shape`` whose first is ``first``."""
    size = prod(shape)
    return np.arange(first, first + size, dtype=np.int64).reshape(shape)


def shapes(blocks: Iterable[Indices]) -> tuple[tuple[int, int], ...]:
    """Return (how many of T, T) of each block, T its last axis."""
    return tuple((each.size // max(each.shape[-1], 1), each.shape[-1]) for each in blocks)


def flat(values: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Return ``values``, which broadcast to ``shape``, in one dimension."""
    given = np.asarray(values, dtype=np.float64)
    if given.shape == shape:
        return given.ravel()
    if not given.shape:
        return np.full(prod(shape), given)
    return np.broadcast_to(given, shape).ravel()


def present(columns: Indices, values: Array) -> tuple[Indices, Array]:
    """Return ``columns`` in one dimension with ``values``, those without a column left out."""
    every = columns.ravel()
    if every.size and every.min() >= 0:
        return every, values
    there = every >= 0
    return every[there], values[there]


def take(values: Array, columns: Indices) -> Array:
    """Return ``values[columns]``, zero where there is no column, -1."""
    return np.where(columns >= 0, values[columns], 0.0)
