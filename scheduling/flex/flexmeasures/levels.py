"""Levels that a stock should keep over time, on the ends of steps."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.flex.flexmeasures.reading import Reader
from scheduling.flex.flexmeasures.units import ENERGY, SHARE, quantity
from scheduling.flex.parsing import DocumentError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Energy:
    """Reads energies of one stock: ``bare`` is the unit of plain numbers, ``most`` is 100 %."""

    bare: str | None
    most: float | None = None

    def read(self, value: Any, path: str) -> float:
        """Return ``value`` in kWh.

        Raises:
            DocumentError: it is no energy.
        """
        if isinstance(value, str) and value.strip().endswith("%"):
            if self.most is None:
                raise DocumentError([(path, "a share of the stock needs soc-max")])
            return quantity(value, SHARE, path) * self.most
        return quantity(value, ENERGY, path, bare=self.bare)


@dataclass(frozen=True, slots=True)
class Reach:
    """How fast a stock can rise and fall, per step [kW into and out of the stock]."""

    up: Array
    down: Array


@dataclass(slots=True)
class Levels:
    """Levels of one stock at the end of each step, shape (T,) [kWh], NaN where none is asked.

    ``target`` is both: what it asks for first holds. ``least`` and ``most`` are the bounds of
    the stock, ``settled`` the sides that a series or one number speaks for: no level between two
    ticks adds to these. ``on_ticks``: whether all times are ends of steps.
    """

    reader: Reader
    reach: Reach | None
    least: float | None
    most: float | None
    settled: frozenset[str] = frozenset()
    on_ticks: bool = True
    min: Array = field(init=False)
    max: Array = field(init=False)
    target: Array = field(init=False)

    def __post_init__(self) -> None:
        """Ask for nothing yet."""
        self.min, self.max, self.target = np.full((3, self.reader.grid.n_steps), np.nan)

    def add(self, kind: str, level: float, first: int, last: int) -> None:
        """Ask for ``level`` at the ticks ``first`` to ``last``, the start being tick 0."""
        at = slice(max(first, 1) - 1, max(last, 0))
        if kind == "min":
            self.min[at] = np.fmax(self.min[at], level)
        elif kind == "max":
            self.max[at] = np.fmin(self.max[at], level)
        else:
            self.target[at] = np.where(np.isnan(self.target[at]), level, self.target[at])

    def add_between(self, kind: str, level: float, time: datetime) -> None:
        """Ask for ``level`` at a time between two ticks, as far as these have to do with it.

        A target counts at the tick after it. Where it (or a minimum) is to be met between them,
        the tick before may lack what can be charged until then; the tick after a minimum, what
        can be discharged since. Maxima likewise, the other way.
        """
        grid = self.reader.grid
        before = int((time - grid.start) // grid.step)
        since = (time - grid.start) / grid.step - before
        hours = grid.step_hours * np.array([since, 1.0 - since])
        up, down = self._reach(before)
        if kind == "target":
            self.add(kind, level, before + 1, before + 1)
        if kind != "max":
            self._add_bound("min", level - up * hours[0], before)
        if kind == "min":
            self._add_bound("min", level - down * hours[1], before + 1)
        if kind != "min":
            self._add_bound("max", level + down * hours[0], before)
        if kind == "max":
            self._add_bound("max", level + up * hours[1], before + 1)

    def _add_bound(self, kind: str, level: float, tick: int) -> None:
        if kind in self.settled:
            return
        if kind == "min" and self.least is not None:
            level = max(level, self.least)
        if kind == "max" and self.most is not None:
            level = min(level, self.most)
        self.add(kind, level, tick, tick)

    def _reach(self, step: int) -> tuple[float, float]:
        if self.reach is None or not 0 <= step < self.reach.up.size:
            return 0.0, 0.0
        return float(self.reach.up[step]), float(self.reach.down[step])
