"""A series as a table of local days by times of day.

On the wall clock every day has the same slots: the hour that is left out is unknown, and of
one that comes twice the mean stays. What happened "at the same time yesterday" is then the row
above, on days on which clocks change too.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.features.series import Array, Times

Index = NDArray[np.intp]
_DAY_MINUTES: Final = 1_440


@dataclass(frozen=True, slots=True)
class DayAxis:
    """The days and slots of a table: ``n_days`` from ``first``, ``n_slots`` equal slots a day."""

    first: np.datetime64
    n_days: int
    minutes: int

    @property
    def n_slots(self) -> int:
        return _DAY_MINUTES // self.minutes

    def place(self, times: Times) -> Index:
        """Return the position of each of ``times`` among all slots of all days."""
        since = times.astype("datetime64[m]") - self.first.astype("datetime64[m]")
        place: Index = (since.astype(np.int64) // self.minutes).astype(np.intp)
        return place

    def table(self, times: Times, values: Array) -> Array:
        """Return ``values`` by day and slot, shape (n_days, n_slots); NaN where there is none."""
        known = ~np.isnan(values)
        place = self.place(times[known])
        size = self.n_days * self.n_slots
        counts = np.bincount(place, minlength=size)
        sums = np.bincount(place, weights=values[known], minlength=size)
        with np.errstate(invalid="ignore"):
            return (sums / counts).reshape(self.n_days, self.n_slots)

    def weekdays(self) -> Index:
        """Return 0 for Monday to 6 for Sunday, shape (n_days,)."""
        first = int(self.first.astype("datetime64[D]").astype(np.int64))
        days: Index = (np.arange(self.n_days) + first + 3) % 7
        return days


def step_minutes(times: Times) -> int:
    """Return the usual distance of ``times`` in minutes: clocks change on few of them."""
    gaps = np.diff(times.astype("datetime64[m]")).astype(np.int64)
    gaps = gaps[gaps > 0]
    return int(np.bincount(gaps[gaps <= _DAY_MINUTES]).argmax()) if gaps.size else 60


def trailing_mean(table: Array, n_rows: int) -> Array:
    """Return the mean of each row and the ``n_rows`` - 1 above it, without the unknown."""
    known = ~np.isnan(table)
    sums = np.cumsum(np.where(known, table, 0.0), axis=0)
    counts = np.cumsum(known, axis=0)
    sums[n_rows:] -= sums[:-n_rows].copy()
    counts[n_rows:] -= counts[:-n_rows].copy()
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counts > 0, sums / counts, np.nan)


def same_kind_means(table: Array, kinds: Index, n_latest: int) -> Array:
    """Return, per kind of day, the mean of the latest days of that kind up to each day.

    Args:
        table: shape (D, S).
        kinds: of each day, 0 to 6, shape (D,).
        n_latest: how many of them at most.

    Returns:
        shape (7, D, S): for kind k and day d over days of kind k not after d; NaN before the
        first.
    """
    n_days, n_slots = table.shape
    means = np.full((7, n_days, n_slots), np.nan)
    for kind in range(7):
        rows = np.flatnonzero(kinds == kind)
        if not rows.size:
            continue
        among = trailing_mean(table[rows], n_latest)
        latest = np.searchsorted(rows, np.arange(n_days), side="right") - 1
        found = latest >= 0
        means[kind, found] = among[latest[found]]
    return means


def last_known(values: Array) -> Array:
    """Return the newest known value up to each step, shape (T,); NaN before the first."""
    newest = np.maximum.accumulate(np.where(np.isnan(values), -1, np.arange(values.size)))
    found: Array = np.where(newest >= 0, values[np.maximum(newest, 0)], np.nan)
    return found
