"""Limits of each of the three phases of a connection, where some devices are on one of them.

With g the net power into a node, shared by its phases alike but for what is on one alone: P[k],
the power of device k below it on phase p[k] [kW]. Through phase q of the node goes (formulation
F3, a tree for each phase)::

    G[q] = g / 3 + Σ over k of d[q, k] · P[k],   d = 2/3 where q = p[k], else -1/3
    -limit <= G[q] <= limit

A charger that switches between one phase and three is on one alone as long as its power lies in
the lower band: s stands for P then, and is 0 else (s <= high · z1, s >= P - most · (1 - z1)).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import LinearModel, Term
from scheduling.formulation.processes import JobColumns

Array = NDArray[np.float64]

N_PHASES: Final = 3
#: What the columns of the power through each phase are called.
POWER: Final = "phase power"
_OWN: Final = 2.0 / 3.0
_OTHERS: Final = -1.0 / 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseLimit:
    """Each phase of ``node``, called ``name``, carries ``limit`` at most, shape (T,) [kW]."""

    node: int
    name: str
    limit: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePhase:
    """What is on phase ``phase`` (0, 1, 2) of ``node`` alone.

    ``fixed``: power that no plan moves, shape (T,) [kW]; numbers of a flow, a generator and a job,
    where it has them. ``band``: of its flow, in which it is on one phase; at ``most`` [kW] in any.
    """

    node: int
    phase: int
    fixed: Array
    flow: int | None = None
    generator: int | None = None
    job: int | None = None
    band: int | None = None
    most: float = 0.0


def add_phases(
    model: LinearModel,
    limits: list[tuple[PhaseLimit, list[Term]]],
    below: list[list[tuple[OnePhase, list[Term], list[JobColumns]]]],
) -> None:
    """Add the power through each phase of each limited node, within its limit.

    Args:
        limits: with the terms of the net power into the node.
        below: per limit, what is on one phase below it, with the terms of its power.
    """
    for (each, net), single in zip(limits, below, strict=True):
        shape = (N_PHASES, each.limit.size)
        name = f"{POWER} of {each.name}"
        power = model.add_columns(name, shape, lower=-each.limit, upper=each.limit)
        rows = model.add_rows(name, shape, [(power, 1.0)], lower=0.0, upper=0.0)
        lower, upper = model.row_bounds()
        for columns, coefficient in net:
            model.add_entries(rows, columns, -np.asarray(coefficient) / N_PHASES)
        for one, terms, jobs in single:
            for phase in range(N_PHASES):
                share = _OWN if phase == one.phase else _OTHERS
                own = rows[phase]
                lower[own] += share * one.fixed
                upper[own] += share * one.fixed
                for columns, coefficient in terms:
                    model.add_entries(own, columns, -share * np.asarray(coefficient))
                for job in jobs:
                    model.add_entries(own[job.steps], job.columns, -share * job.coefficients)
        for phase in range(N_PHASES):
            for side in ("upper", "lower"):
                beyond = np.inf if side == "upper" else -np.inf
                of = f"{each.name}, L{phase + 1}"
                model.add_limit(
                    "phase limit", power[phase], side=side, unit="kW", of=of, beyond=beyond
                )


def add_alone(model: LinearModel, one: OnePhase, terms: list[Term]) -> list[Term]:
    """Return the terms of the power of ``one`` while it is on one phase: of s, if it switches."""
    if one.band is None or one.flow is None:
        return terms
    chosen = model.columns[f"bands of flow {one.flow}"][one.band]
    shape, most, name = chosen.shape, one.most, f"on one phase: flow {one.flow}"
    alone = model.add_columns(name, shape, upper=most)
    model.add_rows(f"{name}, then", shape, [(alone, 1.0), (chosen, -most)], upper=0.0)
    # P - most · (1 - z) <= s <= P + most · (1 - z)
    less = [(columns, -np.asarray(coefficient)) for columns, coefficient in terms]
    both: list[Term] = [(alone, 1.0), *less]
    model.add_rows(f"{name}, all of it", shape, [*both, (chosen, -most)], lower=-most)
    model.add_rows(f"{name}, no more", shape, [*both, (chosen, most)], upper=most)
    return [(alone, 1.0)]
