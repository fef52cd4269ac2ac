"""What cycles a battery went through, and what they took of its life: a meter, for afterwards.

Cycles are counted by rainflow (ASTM E1049-85, section 5.4.4), of a plan's stock or a measured one.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.ageing import Life

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle (``count`` 1) or half of one (0.5) over ``extent``, in the unit of its series."""

    extent: float
    count: float


@dataclass(frozen=True, slots=True)
class Wear:
    """What a battery went through.

    Attributes:
        full_cycles: equivalent cycles from full to empty, by the energy that left the stock.
        deepest: depth of the deepest cycle, share of the capacity.
        by_depth: cycles of up to a tenth of the capacity, up to two tenths and so on, shape (10,).
        life: share of its life that is gone.
        cost: that share of what it costs to replace [currency].
    """

    full_cycles: float
    deepest: float
    by_depth: Array
    life: float
    cost: float


def rainflow(series: Sequence[float]) -> list[Cycle]:
    """Return the cycles of ``series``, and what is left of it as halves."""
    found: list[Cycle] = []
    points: list[float] = []
    for point in _reversals(series):
        points.append(point)
        while len(points) >= 3:
            latest, before = abs(points[-1] - points[-2]), abs(points[-2] - points[-3])
            if latest < before:
                break
            if len(points) == 3:  # it contains the start: half of a cycle, and the start moves
                found.append(Cycle(before, 0.5))
                points.pop(0)
            else:
                found.append(Cycle(before, 1.0))
                del points[-3:-1]
    found += [Cycle(abs(after - before), 0.5) for before, after in itertools.pairwise(points)]
    return found


def meter(stock: Array, capacity: float, life: Life) -> Wear:
    """Return what a battery of ``capacity`` [kWh] went through with ``stock`` [kWh] over time.

    NaN is unknown, and skipped: what happened meanwhile counts as far as the ends tell.
    """
    known = stock[~np.isnan(stock)]
    cycles = rainflow(known.tolist())
    depth = np.minimum([each.extent / capacity for each in cycles], 1.0)
    count = np.array([each.count for each in cycles])
    tenth = np.minimum(np.ceil(depth * 10 - 1e-9).astype(int), 10) - 1
    gone = float((count * life.loss(depth)).sum()) if cycles else 0.0
    return Wear(
        full_cycles=float(np.maximum(-np.diff(known), 0.0).sum()) / capacity,
        deepest=float(depth.max(initial=0.0)),
        by_depth=np.bincount(np.maximum(tenth, 0), count, minlength=10).astype(np.float64)
        if cycles
        else np.zeros(10),
        life=gone,
        cost=gone * life.replacement * capacity,
    )


def _reversals(series: Sequence[float]) -> list[float]:
    """Return the first and the last of ``series``, and all between at which it turns."""
    found: list[float] = []
    for value in series:
        if found and value == found[-1]:
            continue
        if len(found) >= 2 and (found[-1] - found[-2]) * (value - found[-1]) > 0:
            found[-1] = value
        else:
            found.append(value)
    return found
