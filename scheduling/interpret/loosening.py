"""Limits that bind most, and a problem with one of them loosened by a kW or a kWh.

A dual holds for small changes, and where something is on or off for those choices only. What a
whole kW or kWh is worth is found by planning anew with so much more room.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.formulation.blocks import Limit, Limited, RowLimit, take
from scheduling.formulation.site import SiteModel, SiteProblem, build_site
from scheduling.interpret.intervals import runs
from scheduling.interpret.reasons import Reason

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: One kW or kWh.
ONE: Final = 1.0
#: Less than a watt is rounding [kW].
_NOTHING: Final = 1e-3
#: A power frozen by a promise is not there to be loosened.
_PROMISED: Final = "frozen power"
#: Where a problem says a limit, shape (names, T), and which way it loosens.
_SAID: Final[dict[str, tuple[str, str, float]]] = {
    "import limit": ("nodes", "import_limit", 1.0),
    "export limit": ("nodes", "export_limit", 1.0),
    "minimum stock": ("stocks", "floor", -1.0),
    "maximum stock": ("stocks", "ceiling", 1.0),
    "charging limit": ("flows", "charge_limit", 1.0),
    "discharging limit": ("flows", "discharge_limit", 1.0),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """``limit`` of ``of`` over the steps ``at``, shape (T,).

    Attributes:
        unit: "kW" or "kWh".
        by_dual: what one of that is worth by the dual [currency]; zero where it does not bind.
    """

    limit: str
    of: str
    at: Flags
    unit: str
    by_dual: float


def candidates(
    site: SiteModel,
    problem: SiteProblem,
    values: Array,
    reasons: Sequence[Sequence[Reason]],
    grid: TimeGrid,
) -> list[Candidate]:
    """Return the limits that bind, those worth most first, then those that a kW might tell of.

    The latter, of nodes, where something is on or off: less than a kW of room is left, or less
    than what is off needs to run, by no more than a kW; with scenarios, in the likeliest.

    Args:
        values: of the solution.
        reasons: read from its duals; with scenarios, those of each.
    """
    parts: Sequence[Limited] = site.courses or (site.model,)
    found = [
        _of_reason(part, each, grid)
        for part, told in zip(parts, reasons, strict=True)
        for each in told
        if each.limit != _PROMISED
    ]
    if site.courses:
        found = _over_all(found)
    found.sort(key=lambda each: -each.by_dual)
    has_choices = site.model.has_integers or bool(site.model.from_between)
    return found + (_nearly(site, problem, values, found) if has_choices else [])


def _over_all(found: Sequence[Candidate]) -> list[Candidate]:
    """Return ``found`` in single scenarios as limits of all of them, wherever one binds in any.

    They are loosened in all at once, so what that is worth in each adds up.
    """
    alike: dict[tuple[str, str, str], list[Candidate]] = {}
    for each in found:
        alike.setdefault((each.limit, each.of, each.unit), []).append(each)
    together = []
    for (limit, of, unit), those in alike.items():
        for first, last in runs(np.logical_or.reduce([each.at for each in those])):
            at = np.zeros(those[0].at.shape, dtype=bool)
            at[first:last] = True
            by_dual = float(sum(each.by_dual for each in those if (each.at & at).any()))
            together.append(Candidate(limit, of, at, unit, by_dual))
    return together


def _of_reason(model: Limited, reason: Reason, grid: TimeGrid) -> Candidate:
    first, last = ((each - grid.start) // grid.step for each in (reason.start, reason.end))
    at = np.zeros(grid.n_steps, dtype=bool)
    at[first:last] = True
    if reason.per == "kW":
        rows = _rows(model, reason.limit, reason.of, at).size
        return Candidate(reason.limit, reason.of, at, "kW", reason.worth * rows)
    known: list[Limit | RowLimit] = [*model.limits, *model.row_limits]
    whose = reason.limit, reason.of
    unit = next(each.unit for each in known if (each.name, each.of) == whose)
    # A kW is so many kWh in all; a kWh in stock is one at the end of each step.
    times = np.count_nonzero(at) * (grid.step_hours if unit == "kW" else 1.0)
    return Candidate(reason.limit, reason.of, at, unit, reason.worth * times)


def _nearly(
    site: SiteModel, problem: SiteProblem, values: Array, known: Sequence[Candidate]
) -> list[Candidate]:
    """Return stretches in which a node has too little room and no dual, longest first."""
    nodes, columns = problem.nodes, site.nodes
    power = (
        take(values, columns.imported) - take(values, columns.exported) + take(values, columns.net)
    )
    found = []
    for limit, room, is_import in (
        ("import limit", nodes.import_limit - power, True),
        ("export limit", nodes.export_limit + power, False),
    ):
        least = _least_of_what_is_off(site, problem, values, is_drawn=is_import)
        for n, name in enumerate(nodes.names):
            short = least - room[n]
            near = (room[n] < ONE) | ((short > 0.0) & (short <= ONE)).any(axis=0)
            for each in known:
                if (each.limit, each.of) == (limit, name):
                    near &= ~each.at
            for first, last in runs(near):
                at = np.zeros(near.shape, dtype=bool)
                at[first:last] = True
                found.append(Candidate(limit, name, at, "kW", 0.0))
    return sorted(found, key=lambda each: -np.count_nonzero(each.at))


def _least_of_what_is_off(
    site: SiteModel, problem: SiteProblem, values: Array, *, is_drawn: bool
) -> Array:
    """Return what each device needs to run, shape (devices, T) [kW]; zero where it runs."""
    columns = site.storage.charge if is_drawn else site.storage.discharge
    power = take(values, columns)
    least = [(each.flow, each.least) for each in problem.least_powers if each.is_drawn == is_drawn]
    least += [(each.flow, each.least) for each in problem.switching]
    return np.array(
        [np.where((power[f] <= _NOTHING) & (columns[f] >= 0), most, 0.0) for f, most in least]
    ).reshape(len(least), power.shape[1])


def loosened(problem: SiteProblem, candidate: Candidate) -> SiteModel:
    """Return the model of ``problem`` with a kW or a kWh more room at ``candidate``."""
    changed = _changed(problem, candidate)
    if changed is not None:
        return build_site(changed)
    site = build_site(problem)
    rows = _rows(site.model, candidate.limit, candidate.of, candidate.at)
    lower, upper = site.model.row_bounds()
    lower[rows] -= ONE
    upper[rows] += ONE
    return site


def _changed(problem: SiteProblem, candidate: Candidate) -> SiteProblem | None:
    """Return ``problem`` with the limit changed where it is said; None where it is a row's.

    So that all that follows from a limit, as binaries do, follows from the loosened one.
    """
    if candidate.limit not in _SAID:
        return None
    part, field, way = _SAID[candidate.limit]
    whole = getattr(problem, part)
    number, more = list(whole.names).index(candidate.of), np.where(candidate.at, ONE, 0.0)
    levels = getattr(whole, field).copy()
    levels[number] += way * more
    # What is switched on runs up to the limit of its flow.
    switching = [
        replace(each, most=each.most + more) if part == "flows" and each.flow == number else each
        for each in problem.switching
    ]
    return replace(problem, switching=switching, **{part: replace(whole, **{field: levels})})


def _rows(model: Limited, limit: str, of: str, at: Flags) -> NDArray[np.int64]:
    """Return the rows of a limit that are about steps ``at``."""
    steps = np.flatnonzero(at)
    return np.concatenate(
        [np.empty(0, dtype=np.int64)]
        + [
            each.rows[(each.first >= steps[0]) & (each.first <= steps[-1])]
            for each in model.row_limits
            if (each.name, each.of) == (limit, of)
        ]
    )
