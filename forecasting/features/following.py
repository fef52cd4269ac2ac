"""Smoothing that follows all hours of a series, for each of a grid, a day at a time.

From hour to hour level and error hang together; what is known of an hour and of an hour of a kind
of day changes once a day. So a day's errors are a matrix times what the day begins with: the same
matrix for all days of which the same hours are known.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from forecasting.features.days import Index
from forecasting.features.series import Array

#: The kind of day of each part of a day that begins at the origin's hour.
Parts = list[tuple[int, slice]]


@dataclass(frozen=True, slots=True)
class Grid:
    """All of some gains: of level, day and kind of day, and what is left of an error an hour later.

    P are all products, C those of ``levels`` and ``left``; the others make Q = P / C.
    """

    levels: tuple[float, ...]
    left: tuple[float, ...]
    daily: tuple[float, ...]
    kindly: tuple[float, ...]

    @property
    def coupled(self) -> Array:
        """Gain of the level and what is left of an error, shape (2, C)."""
        return _columns(product(self.levels, self.left))

    @property
    def apart(self) -> Array:
        """Gains of the day and of the kind of day, shape (2, Q)."""
        return _columns(product(self.daily, self.kindly))


def _columns(rows: Iterable[tuple[float, ...]]) -> Array:
    return np.array(list(rows), dtype=np.float64).T


@dataclass(frozen=True, slots=True)
class Beginning:
    """Level, profile of the day (S,) and what each kind of day adds to it (K, S)."""

    level: float
    daily: Array
    kindly: Array


class _State:
    """What each of a grid has followed; days here begin at the hour at which it speaks.

    Level and last error (C, Q), profile of the day (C, S, Q) and of kinds of days (K, C, S, Q).
    """

    def __init__(self, begin: Beginning, grid: Grid, origin_hour: int) -> None:
        self.gain, self.left = grid.coupled
        self.of_day, self.of_kind = grid.apart
        shape = self.gain.size, self.of_day.size
        self.level, self.error = np.full(shape, begin.level), np.zeros(shape)
        daily = np.roll(begin.daily, -origin_hour)
        kindly = np.roll(begin.kindly, -origin_hour, axis=-1)
        self.daily = np.broadcast_to(daily[:, None], (shape[0], daily.size, shape[1])).copy()
        self.kindly = np.repeat(kindly[:, None, :, None], shape[0], axis=1).repeat(shape[1], axis=3)
        self.transfers: dict[bytes, Array] = {}

    def says(self, days: list[Parts], fades: Array) -> Array:
        """Return what it says of ``days`` from here on, shape (H, P).

        Args:
            days: enough of them for H hours.
            fades: what is left of an error by then, shape (C, H, 1).
        """
        told = np.repeat((self.daily + self.level[:, None])[None], len(days), axis=0)
        for day, parts in zip(told, days, strict=True):
            for kind, part in parts:
                day[:, part] += self.kindly[kind, :, part]
        n_hours = fades.shape[1]
        found = np.concatenate(list(told), axis=1)[:, :n_hours] + self.error[:, None] * fades
        said: Array = found.transpose(1, 0, 2).reshape(n_hours, -1)
        return said

    def takes_in(self, values: Array, parts: Parts) -> None:
        """Go on by a day's ``values`` (S,), NaN where unknown, of whose ``parts`` the kind is."""
        known = ~np.isnan(values)
        transfer = self.transfers.get(known.tobytes())
        if transfer is None:
            transfer = self.transfers[known.tobytes()] = _transfer(known, self.gain, self.left)
        left = np.nan_to_num(values)[:, None] - self.daily
        for kind, part in parts:
            left[:, part] -= self.kindly[kind, :, part]
        begins = np.concatenate([left, self.level[:, None], self.error[:, None]], axis=1)
        found = np.matmul(transfer, begins)
        news, self.level, self.error = found[:, :-2], found[:, -2], found[:, -1]
        self.daily += self.of_day * news
        for kind, part in parts:
            self.kindly[kind, :, part] += self.of_kind * news[:, part]


def follow(
    hourly: Array,
    kinds: Index,
    days: range,
    *,
    begin: Beginning,
    grid: Grid,
    origin_hour: int,
    n_hours: int,
) -> Array:
    """Return what each of ``grid`` says at each day's origin, shape (D, n_hours, P).

    NaN where it does not speak.

    Args:
        hourly: by day and hour, shape (D, S); NaN where unknown.
        kinds: kind of each day and of those that windows reach to, shape (D or more,).
        days: those that it learns from before it speaks.
        begin: where it begins, on the first of these.
        grid: what is tried.
        origin_hour: of each day, at whose beginning it speaks of the next ``n_hours``.
    """
    n_days, per_day = hourly.shape
    n_said = grid.coupled.shape[1] * grid.apart.shape[1]
    said = np.full((n_days, n_hours, n_said), np.nan)
    state = _State(begin, grid, origin_hour)
    unknown = np.full(per_day, np.nan)
    # What is before the first day's origin is the end of a day of which nothing else is known.
    flat = np.concatenate([unknown, hourly[days.start :].reshape(-1), unknown])
    n_ahead = -(-n_hours // per_day)
    of_day = kinds[np.minimum(np.arange(n_days + n_ahead + 1), kinds.size - 1)].tolist()
    cut = per_day - origin_hour
    parts = [
        [(before, slice(0, cut)), (after, slice(cut, per_day))]
        for before, after in pairwise([of_day[0], *of_day])
    ]
    fades = state.left[:, None, None] ** np.arange(1, n_hours + 1)[:, None]
    for day in range(days.start - 1, n_days):
        if day >= days.stop:
            said[day] = state.says(parts[day + 1 : day + 1 + n_ahead], fades)
        at = (day - days.start + 1) * per_day + origin_hour
        state.takes_in(flat[at : at + per_day], parts[day + 1])
    return said


def _transfer(known: NDArray[np.bool_], gain: Array, left: Array) -> Array:
    """Return the day's news, and level and error after it, shape (C, S + 2, S + 2).

    They are this times: what profiles leave of each hour, level and error before it.
    """
    size = known.size + 2
    found = np.zeros((gain.size, size, size))
    level, error = np.zeros((2, gain.size, size))
    level[:, -2] = error[:, -1] = 1.0
    for hour in range(known.size):
        if not known[hour]:
            error = error * left[:, None]
            continue
        wrong = -level
        wrong[:, hour] += 1.0
        found[:, hour] = wrong - error * left[:, None]
        level = level + gain[:, None] * found[:, hour]
        error = wrong
    found[:, -2], found[:, -1] = level, error
    return found
