"""Why a plan is as it is: the limits that bind, when, and what loosening them is worth.

The worth is the dual of the limit: how much cheaper the plan would be for one kWh more of
room (for a peak: one kW). It holds for small changes; a large one meets the next limit. Where
something is on or off, it is the dual with that as it is (``Basis``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.formulation.blocks import Limit, Limited, RowLimit
from scheduling.interpret.wording import limit_words

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

#: A limit worth less than this binds by chance [currency/kWh].
WORTHLESS: Final = 1e-6


class Basis(StrEnum):
    """What a worth rests on."""

    DUAL = "DUAL"
    DUAL_CHOICES_FIXED = "DUAL_CHOICES_FIXED"
    RESOLVE = "RESOLVE"
    RESOLVE_NEARBY = "RESOLVE_NEARBY"


@dataclass(frozen=True, slots=True)
class Reason:
    """``limit`` of ``of`` binds over [start, end), worth ``worth`` on average.

    ``worth`` [currency] is of one ``per`` more of room: a kWh, or a kW of a peak. ``courses``: of a
    plan over scenarios, in how many of them it binds, and of how many; None where in all.
    ``worths``: of each step of the interval, or of each period of a peak.
    """

    limit: str
    of: str
    start: datetime
    end: datetime
    worth: float
    currency: str
    per: Literal["kWh", "kW"] = "kWh"
    basis: Basis = Basis.DUAL
    courses: tuple[int, int] | None = None
    worths: tuple[float, ...] = ()

    @property
    def text(self) -> str:
        """The reason in English; ``wording`` knows other languages."""
        return limit_words(
            self.limit,
            self.of,
            worth=self.worth,
            per=self.per,
            currency=self.currency,
            courses=self.courses,
        )

    @property
    def worth_per_kwh(self) -> float | None:
        """Currency per kWh; None for what is counted in kW."""
        return self.worth if self.per == "kWh" else None


@dataclass(frozen=True, slots=True)
class Duals:
    """A model, or one of the courses in it, with its duals as in ``engines.base.Solution``."""

    limited: Limited
    reduced_costs: Array
    row_duals: Array


def read_reasons(
    courses: Sequence[Duals],
    grid: TimeGrid,
    *,
    step_hours: Array,
    currency: str,
    basis: Basis = Basis.DUAL,
    alike: Indices | None = None,
) -> list[Reason]:
    """Return the binding limits, by time.

    A store's bounds hold at the end of a step, in kWh; power limits during it, in kW.

    Args:
        courses: one, or several whose limits are alike: then room is worth what it is in all.
        basis: what the duals hold for.
        alike: columns that are the same in all courses: their bounds bind in all.
    """
    found: list[Reason] = []
    steps = np.arange(grid.n_steps)
    moments = [grid.start + step * grid.step for step in range(grid.n_steps + 1)]
    for number, limit in enumerate(courses[0].limited.limits):
        worths = [
            _worth_of_bounds(each.limited.limits[number], each.reduced_costs, step_hours)
            for each in courses
        ]
        if max(worth.max(initial=0.0) for worth in worths) > WORTHLESS:
            found += _Binding(limit.name, limit.of, "kWh", currency, basis).stretches(
                worths, steps, steps + 1, moments, in_all=_are_among(limit.columns, alike)
            )
    for number, row in enumerate(courses[0].limited.row_limits):
        per: Literal["kWh", "kW"] = "kW" if row.unit == "kW at most" else "kWh"
        worths = [
            _worth_of_rows(each.limited.row_limits[number], each.row_duals, step_hours)
            for each in courses
        ]
        if max(worth.max(initial=0.0) for worth in worths) > WORTHLESS:
            found += _Binding(row.name, row.of, per, currency, basis).stretches(
                worths, row.first, row.beyond, moments
            )
    return sorted(found, key=lambda reason: (reason.start, reason.of, reason.limit))


def _are_among(columns: Indices, alike: Indices | None) -> NDArray[np.bool_] | None:
    return None if alike is None else np.isin(columns, alike)


def _worth_of_bounds(limit: Limit, reduced_costs: Array, step_hours: Array) -> Array:
    dual = reduced_costs[limit.columns]
    worth = np.maximum(-dual if limit.side == "upper" else dual, 0.0)
    if limit.unit == "kW":
        worth = worth / _sharing(limit.columns) / step_hours[: worth.size]
    return worth


def _sharing(columns: Indices) -> Array | float:
    """Return how many steps are one bound, which each step then has its part of."""
    if (columns[1:] != columns[:-1]).all():
        return 1.0
    shared, counts = np.unique(columns, return_inverse=True, return_counts=True)[1:]
    return np.asarray(counts[shared], dtype=np.float64)


def _worth_of_rows(limit: RowLimit, row_duals: Array, step_hours: Array) -> Array:
    # A row binds on one side at a time, and any room there makes the plan cheaper.
    worth: Array = np.abs(row_duals[limit.rows])
    if limit.unit == "kW":
        worth = worth / step_hours[np.minimum(limit.first, step_hours.size - 1)]
    return worth


@dataclass(frozen=True, slots=True)
class _Binding:
    """A limit that binds somewhere."""

    name: str
    of: str
    per: Literal["kWh", "kW"]
    currency: str
    basis: Basis

    def stretches(
        self,
        worths: list[Array],
        first: Indices,
        beyond: Indices,
        moments: list[datetime],
        *,
        in_all: NDArray[np.bool_] | None = None,
    ) -> list[Reason]:
        """Return a reason for each unbroken stretch in which the limit binds.

        Args:
            worths: in each course.
            moments: when each step starts, and the last one ends.
            in_all: where it binds in all courses if in one.
        """
        n_courses = len(worths)
        worth = worths[0] if n_courses == 1 else np.sum(worths, axis=0)
        at = np.flatnonzero(worth > WORTHLESS)
        if (first[at[1:]] < first[at[:-1]]).any():
            at = at[np.argsort(first[at], kind="stable")]
        binding = np.ones(worth.size, dtype=np.int64)
        if n_courses > 1:
            binding = np.sum([each > WORTHLESS for each in worths], axis=0)
        if in_all is not None:
            binding[in_all] = n_courses
        # All stretches at once: an area has thousands of them.
        begins = np.flatnonzero(np.append(True, first[at[1:]] > beyond[at[:-1]]))
        ends = np.append(begins[1:], at.size)
        means = np.add.reduceat(worth[at], begins) / (ends - begins)
        found, own, cuts = [], worth[at].tolist(), zip(begins.tolist(), ends.tolist(), strict=True)
        for here, there, mean, most, (one, other) in zip(
            first[at[begins]].tolist(),
            beyond[at[ends - 1]].tolist(),
            means.tolist(),
            np.maximum.reduceat(binding[at], begins).tolist(),
            cuts,
            strict=True,
        ):
            start, end = moments[here], moments[there]
            courses = None if most == n_courses else (most, n_courses)
            found.append(
                Reason(
                    *(self.name, self.of, start, end, mean, self.currency, self.per, self.basis),
                    courses,
                    tuple(own[one:other]),
                )
            )
        return found
