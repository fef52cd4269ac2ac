"""What loads that are on or off take together, said as tightly as straight lines can.

At a priced node and below it, with i imported, d given by flows, S what is left over of fixed
power (surplus, may be negative) and loads of a_j [kW] that run, z_j = 1, or do not::

    i + d >= f(Z),   f(Z) = max(0, Σ over Z of a_j - S),   Z the loads that run

follows from the balance. f is supermodular: each further load adds at least as much as the one
before. So for every set C of loads (Nemhauser and Wolsey, *Integer and Combinatorial
Optimization*, 1988, III.3)::

    i + d >= f(C) - Σ over C of (f(C) - f(C - j)) · (1 - z_j) + Σ outside C of f({j}) · z_j

For whole z that says nothing new; between 0 and 1 it says that a load which uses a surplus half
the time uses half of it, where the balance alone lets it fit exactly. Without these rows a solver
finds them one by one, which took four fifths of its time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.linear_model import NO_COLUMN, Columns, LinearModel, Term
from scheduling.formulation.nodes import NO_PARENT, NodeColumns, Nodes
from scheduling.formulation.processes import JobColumns, PiecedJob, WholeJob
from scheduling.formulation.storage import Flows, StorageColumns

Array = NDArray[np.float64]

#: With so many loads at once, rows for some sets only, and with so many none: what one of many
#: takes matters little, and the rows become long.
_MOST_FOR_ALL_SETS = 3
_MOST = 6
#: Less than this is no power [kW].
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class _Load:
    """A load that takes ``power`` [kW] or nothing in each step.

    ``columns`` of shape (M, T), ``NO_COLUMN`` where there is none: it runs if one of them is 1.
    """

    power: float
    columns: Columns


@dataclass(frozen=True, slots=True)
class _Below:
    """What lies at a priced node and below it, up to the next priced one."""

    members: NDArray[np.bool_]
    exported: list[Columns]


def add_together(
    model: LinearModel,
    nodes: Nodes,
    columns: NodeColumns,
    fixed: Array,
    *,
    storage: tuple[Flows, StorageColumns],
    jobs: Sequence[tuple[WholeJob | PiecedJob, JobColumns]],
) -> None:
    """Add the rows above for the jobs below each priced node; ``fixed`` as in ``add_nodes``."""
    if not jobs:
        return
    flows, of_flows = storage
    for node in np.flatnonzero(nodes.is_priced).tolist():
        below = _below(node, nodes, columns)
        mine = [pair for pair in jobs if below.members[pair[0].node] and pair[1].steps.size]
        gives = any(isinstance(job, WholeJob) and job.profile.min() < 0 for job, _ in mine)
        if not mine or gives or len(mine) > _MOST:
            continue
        supply: list[Term] = [(columns.imported[node], 1.0)]
        supply += [(each, 1.0) for each in below.exported]
        supply += [
            (of_flows.discharge[flow], 1.0) for flow in np.flatnonzero(below.members[flows.node])
        ]
        loads = [_load(where, fixed.shape[1]) for _, where in mine]
        surplus = -fixed[below.members].sum(axis=0)
        _add_rows(model, nodes.names[node], loads, surplus, supply)


def _below(node: int, nodes: Nodes, columns: NodeColumns) -> _Below:
    members = np.zeros(nodes.parent.size, dtype=bool)
    exported = []
    for each in range(nodes.parent.size):
        at = each
        while at not in (node, NO_PARENT) and (at == each or not nodes.is_priced[at]):
            at = int(nodes.parent[at])
        if at == node and nodes.is_priced[each] and each != node:
            exported.append(columns.exported[each])
        elif at == node:
            members[each] = True
    return _Below(members, exported)


def _load(where: JobColumns, n_steps: int) -> _Load:
    """Return when a job takes the most it ever takes; less than that counts as nothing."""
    power = float(where.coefficients.max())
    is_most = where.coefficients == power
    steps, at = where.steps[is_most], where.columns[is_most]
    order = np.argsort(steps, kind="stable")
    steps, at = steps[order], at[order]
    place = np.arange(steps.size) - np.searchsorted(steps, steps)
    table = np.full((int(place.max(initial=0)) + 1, n_steps), NO_COLUMN)
    table[place, steps] = at
    return _Load(power, table)


def _add_rows(
    model: LinearModel, name: str, loads: Sequence[_Load], surplus: Array, supply: list[Term]
) -> None:
    """Add the rows above for the loads at one node and below.

    Args:
        surplus: S [kW], shape (T,).
        supply: i and d, columns of shape (T,), none below zero.
    """
    powers = np.array([load.power for load in loads])
    at = np.flatnonzero((surplus > _NOTHING) & (surplus < powers.sum() - _NOTHING))
    if not at.size:
        return
    left = surplus[at]
    lone = [_beyond(power, left) for power in powers]
    for number, members in enumerate(_sets(powers)):
        together = _beyond(powers[members].sum(), left)
        slopes = np.array(lone)
        for j in members:
            slopes[j] = together - _beyond(powers[members].sum() - powers[j], left)
        floor = together - slopes[members].sum(axis=0)
        # A row that only says i + d >= 0, or what the balance says, is none.
        says = (slopes.max(axis=0) > _NOTHING) & ((slopes < powers[:, None] - _NOTHING).any(axis=0))
        rows = model.add_rows(f"{name}: together {number}", (int(says.sum()),), lower=floor[says])
        for columns, sign in supply:
            model.add_entries(rows, columns[at[says]], sign)
        for load, slope in zip(loads, slopes, strict=True):
            columns = load.columns[:, at[says]]
            model.add_entries(rows, columns, np.broadcast_to(-slope[says], columns.shape))


def _beyond(power: float, surplus: Array) -> Array:
    taken: Array = np.maximum(power - surplus, 0.0)
    return taken


def _sets(powers: Array) -> Iterator[NDArray[np.int64]]:
    """Yield sets of loads: all, or of many those of the largest and those of the smallest."""
    n = powers.size
    if n <= _MOST_FOR_ALL_SETS:
        for mask in range(1, 2**n):
            yield np.flatnonzero([mask >> j & 1 for j in range(n)])
        return
    order = np.argsort(-powers, kind="stable")
    yield from (np.sort(order[:size]) for size in range(1, n + 1))
    yield from (np.sort(order[n - size :]) for size in range(1, n))
