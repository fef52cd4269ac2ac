"""Which hard limits contradict each other: a set of which any one left out frees the others.

First limits give one after the other until those that gave cannot be kept together (elastic
filter), then each of these is left out in turn, and stays out if the rest is impossible
without it (deletion filter; Chinneck and Dravnieks, ORSA J. Computing 3, 1991). Last, their
times are cut as short as the contradiction allows. It is the first one in time that is looked for.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.engines.base import Engine, EngineFailed, Infeasible, OutOfTime, Unbounded
from scheduling.engines.exclusive import solve_apart
from scheduling.formulation.linear_model import Columns, LinearModel
from scheduling.formulation.relaxation import Giving, Play, relax_everything
from scheduling.interpret.contradiction import moments
from scheduling.interpret.failures import FAILURES
from scheduling.interpret.intervals import bounds, runs
from tenants.sayings import Saying

Array = NDArray[np.float64]

_NOTHING = 1e-6
#: Of the time, so much is left to find a contradiction when it is not known how early one is.
_SHARE_TO_FIND = 0.7


@dataclass(frozen=True, slots=True)
class Conflict:
    """``limit`` of ``of`` over [start, end), one of a set that cannot be kept together."""

    text: Saying
    limit: str
    of: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a limit: steps ``first`` to ``last``; ``room`` are its columns of play."""

    limit: Giving
    first: int
    last: int
    room: Columns


def irreducible_set(
    engine: Engine, model: LinearModel, grid: TimeGrid, *, time_limit: timedelta
) -> list[Conflict]:
    """Return limits that cannot be kept together, though without any one of them they can.

    Stretches of limits, by time; what no plan can move (loads, weather) is taken as given.
    When time runs out the set still contradicts itself, if it is not empty, but perhaps not
    all of it is needed.
    """
    relaxed, play = relax_everything(model)
    deadline = monotonic() + time_limit.total_seconds()
    search = _Search(engine, relaxed, play, relaxed.bounds()[1].copy(), deadline)
    try:
        search.look_ahead(
            grid.n_steps, until=deadline - _SHARE_TO_FIND * time_limit.total_seconds()
        )
        if not search.give():
            return []
        search.leave_out()
        search.shorten()
    except OutOfTime:
        if not search.is_contradiction:
            return []
    except (Unbounded, EngineFailed):
        return []
    ordered = sorted(search.found, key=lambda part: (part.first, part.limit.of, part.limit.limit))
    return [_conflict(part, grid) for part in ordered]


@dataclass(slots=True)
class _Search:
    """``found`` so far; all that is not in it gives way.

    ``free``: upper bounds of the play. ``ahead``: so many steps are looked at.
    """

    engine: Engine
    relaxed: LinearModel
    play: Play
    free: Array
    deadline: float
    ahead: int = 0
    found: list[_Part] = field(default_factory=list)
    is_contradiction: bool = False

    def solve(self, held: list[_Part]) -> Array | None:
        """Return values with ``held`` kept and all else giving way, or None if impossible."""
        left = timedelta(seconds=max(self.deadline - monotonic(), 0.0))
        _, upper = self.relaxed.bounds()
        upper[: self.free.size] = self.free
        for part in held:
            upper[part.room] = 0.0
        try:
            return solve_apart(self.engine, self.relaxed, time_limit=left).values
        except Infeasible:
            return None

    def look_ahead(self, n_steps: int, *, until: float) -> None:
        """Find the first moment up to which the limits cannot be kept; later ones then all give.

        So of several contradictions the first is named, whichever an engine comes upon.
        """
        kept, self.ahead = 0, n_steps
        while self.ahead - kept > 1 and monotonic() < until:
            middle = (kept + self.ahead) // 2
            held = [_Part(each, 0, middle, each.room[:middle]) for each in self.play]
            if self.solve(held) is None:
                self.ahead = middle
            else:
                kept = middle

    def give(self) -> bool:
        """Collect limits that give until they contradict each other; return if they do."""
        while (values := self.solve(self.found)) is not None:
            parts = [
                _Part(each, first, last, each.room[first:last])
                for each in self.play
                for first, last in runs(values[each.room[: self.ahead]] > _NOTHING)
            ]
            if not parts:
                return False
            self.found += parts
        self.is_contradiction = True
        return True

    def leave_out(self) -> None:
        """Leave out each limit without which the rest is still impossible, the latest first."""
        for part in sorted(self.found, key=lambda part: -part.first):
            others = [each for each in self.found if each is not part]
            if self.solve(others) is None:
                self.found = others

    def shorten(self) -> None:
        """Halve the time of each limit as long as one half alone is impossible as well."""
        for number, part in enumerate(self.found):
            others = self.found[:number] + self.found[number + 1 :]
            while part.last - part.first > 1:
                half = next(
                    (each for each in _halves(part) if self.solve([*others, each]) is None), None
                )
                if half is None:
                    break
                part = self.found[number] = half  # noqa: PLW2901


def _halves(part: _Part) -> tuple[_Part, _Part]:
    middle = (part.first + part.last) // 2
    size = middle - part.first
    return (
        _Part(part.limit, part.first, middle, part.room[:size]),
        _Part(part.limit, middle, part.last, part.room[size:]),
    )


def _conflict(part: _Part, grid: TimeGrid) -> Conflict:
    limit, is_stock = part.limit, part.limit.unit == "kWh"
    start, end = bounds(grid, part.first, part.last)
    values = limit.held[part.first : part.last]
    # Of power all limits are magnitudes: a least net power below zero is a most export.
    sense = "at least" if is_stock and limit.side == "lower" else "at most"
    size = values if is_stock else np.abs(values)
    low, high = float(size.min()), float(size.max())
    text = FAILURES(
        "limit_is",
        limit=limit.limit,
        of=limit.of,
        when=moments(grid, part.first, part.last) if is_stock else (start, end),
        sense=sense,
        amount=low if high - low < _NOTHING else (low, high),
        unit=limit.unit,
    )
    return Conflict(text, limit.limit, limit.of, start, end)
