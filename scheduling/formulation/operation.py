"""How a flow may run: bands, minimum power, on or off, ramps, fixed ratios, surcharges.

Each takes the flow's columns, shape (T,); what a flow draws counts positive.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.blocks import Runs
from scheduling.formulation.goals import Goal
from scheduling.formulation.linear_model import NO_COLUMN, LinearModel, Term
from scheduling.formulation.runs import least_runs
from scheduling.formulation.starts import Starts, add_starts
from scheduling.formulation.stocks import Stocks
from scheduling.formulation.storage import Flows, StorageColumns

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """The power of flow ``flow`` lies in one of B bands in each step.

    ``low`` and ``high``, shape (B,) [kW, positive drawn, negative given].
    """

    flow: int
    low: Array
    high: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastPower:
    """Flow ``flow`` draws (or gives) nothing or at least ``least``, shape (T,) [kW]."""

    flow: int
    least: Array
    is_drawn: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Switching:
    """Flow ``flow`` of ``name`` runs one way, and is on or off: ``least`` to ``most``, or nothing.

    ``least`` and ``most`` [kW], shape (T,), where it is on; ``was_on``: whether it ran before
    the window; ``kept``: in so many steps from the start on it is not to change yet.
    """

    name: str
    flow: int
    least: Array
    most: Array
    starts: Starts
    was_on: bool
    kept: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surcharge:
    """Power of ``flow`` beyond ``above`` [kW] costs ``price`` [currency/kWh] more, either way."""

    flow: int
    above: float
    price: float
    term: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """The power of ``flow`` changes by at most ``most`` [kW] per step, from ``before`` [kW]."""

    flow: int
    most: Array
    before: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupling:
    """Powers of ports keep their ratio: x[first] / ratio_first = x[second] / ratio_second.

    A ratio holds throughout, or varies by steps, shape (T,).
    """

    first: int
    second: int
    ratio_first: float | Array
    ratio_second: float | Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Of ``flows`` at most one draws or gives in each step."""

    name: str
    flows: tuple[int, ...]


def add_bands(model: LinearModel, bands: list[Bands], columns: StorageColumns) -> None:
    """Add a binary per band and step, exactly one of them chosen."""
    for each in bands:
        charge, discharge = columns.charge[each.flow], columns.discharge[each.flow]
        shape = (each.low.size, charge.size)
        name = f"bands of flow {each.flow}"
        chosen = model.add_columns(name, shape, upper=1.0, integer=True)
        one = model.add_rows(f"{name}: one", charge.shape, lower=1.0, upper=1.0)
        model.add_entries(one, chosen, 1.0)
        low = model.add_rows(f"{name}: low", charge.shape, lower=0.0)
        high = model.add_rows(f"{name}: high", charge.shape, upper=0.0)
        for rows, bound in ((low, each.low), (high, each.high)):
            model.add_entries(rows, charge, 1.0)
            model.add_entries(rows, discharge, -1.0)
            model.add_entries(rows, chosen, -bound[:, None])


def add_least_powers(
    model: LinearModel,
    least: list[LeastPower],
    storage: tuple[Stocks, Flows, StorageColumns],
    *,
    goals: Sequence[Goal],
    step_hours: float | Array,
) -> None:
    """Declare flows semi-continuous, up to their limits."""
    _, flows, columns = storage
    for each in least:
        power, limit = columns.charge, flows.charge_limit
        if not each.is_drawn:
            power, limit = columns.discharge, flows.discharge_limit
        at = np.flatnonzero((limit[each.flow] > 0) & (each.least > 0))
        # Of steps that share a power the first stands for all.
        first = np.sort(np.unique(power[each.flow, at], return_index=True)[1])
        is_shared, at = first.size < at.size, at[first]
        if at.size:
            way = "drawn" if each.is_drawn else "given"
            runs: Iterable[Runs] = ()
            all_of_it = not is_shared and at.size == np.count_nonzero(limit[each.flow])
            if each.is_drawn and all_of_it:
                runs = least_runs(
                    model, each.flow, at, storage=storage, goals=goals, step_hours=step_hours
                )
            model.keep_from_between(
                f"least power {way} of flow {each.flow}",
                power[each.flow, at],
                least=each.least[at],
                most=limit[each.flow, at],
                runs=runs,
            )


def add_switching(model: LinearModel, switching: list[Switching], columns: StorageColumns) -> None:
    """Add o[t] ∈ {0, 1} with least · o <= P <= most · o, and its starts."""
    for each in switching:
        charge, discharge = columns.charge[each.flow], columns.discharge[each.flow]
        name = each.name
        shared = np.unique(np.maximum(charge, discharge), return_inverse=True)[1]
        on = model.add_columns(f"on: {name}", (int(shared.max()) + 1,), upper=1.0, integer=True)
        on = on[shared]
        power: list[Term] = [(charge, 1.0), (discharge, 1.0)]
        most, least = [*power, (on, -each.most)], [*power, (on, -each.least)]
        model.add_rows(f"on: {name} most", charge.shape, most, upper=0.0)
        model.add_rows(f"on: {name} least", charge.shape, least, lower=0.0)
        add_starts(model, name, on, each.starts, goes_on=0 if each.was_on else None)
        lower, upper = model.bounds()
        if each.was_on:
            # Where its limits do not let it run, it stops all the same.
            runs = np.logical_and.accumulate((each.most > 0.0) & (each.most >= each.least))
            lower[on[: each.kept][runs[: each.kept]]] = 1.0
        else:
            upper[on[: each.kept]] = 0.0


def add_surcharges(
    model: LinearModel,
    surcharges: list[Surcharge],
    columns: StorageColumns,
    *,
    step_hours: float | Array,
) -> None:
    """Add v >= P - above, v >= 0, at its price: a cost that is convex in power (formulation F8)."""
    for number, each in enumerate(surcharges):
        charge, discharge = columns.charge[each.flow], columns.discharge[each.flow]
        name = f"surcharge {number} of flow {each.flow}"
        beyond = model.add_columns(name, charge.shape)
        terms = [(charge, 1.0), (discharge, 1.0), (beyond, -1.0)]
        model.add_rows(name, charge.shape, terms, upper=each.above)
        model.add_cost(each.term, beyond, each.price * step_hours)


def add_ramps(model: LinearModel, ramps: list[Ramp], columns: StorageColumns, flows: Flows) -> None:
    """Add -most <= P[t] - P[t-1] <= most for each ramp."""
    for each in ramps:
        charge, discharge = columns.charge[each.flow], columns.discharge[each.flow]
        rows = model.add_rows(f"ramp of flow {each.flow}", charge.shape)
        model.add_row_limit("ramp", rows, unit="kW", of=flows.names[each.flow])
        lower, upper = model.row_bounds()
        known = np.zeros(charge.shape)
        free = np.zeros(charge.shape)
        if each.before is None:
            free[0] = np.inf
        else:
            known[0] = each.before
        lower[rows], upper[rows] = known - each.most - free, known + each.most + free
        for now, sign in ((charge, 1.0), (discharge, -1.0)):
            model.add_entries(rows, now, sign)
            model.add_entries(rows, np.concatenate([[NO_COLUMN], now[:-1]]), -sign)


def add_couplings(model: LinearModel, couplings: list[Coupling], columns: StorageColumns) -> None:
    """Add a row per coupled pair and step; each port runs one way only."""
    for number, each in enumerate(couplings):
        terms = [
            (columns.charge[each.first], each.ratio_second),
            (columns.discharge[each.first], each.ratio_second),
            (columns.charge[each.second], -each.ratio_first),
            (columns.discharge[each.second], -each.ratio_first),
        ]
        shape = columns.charge[each.first].shape
        model.add_rows(f"coupling {number}", shape, terms, lower=0.0, upper=0.0)


def add_exclusions(
    model: LinearModel, exclusions: list[Exclusion], columns: StorageColumns, flows: Flows
) -> None:
    """Keep each two of the flows apart, whichever way either runs."""
    for each in exclusions:
        for one, other in combinations(each.flows, 2):
            for first, second in product(
                ((columns.charge[one], flows.charge_limit[one]),
                 (columns.discharge[one], flows.discharge_limit[one])),
                ((columns.charge[other], flows.charge_limit[other]),
                 (columns.discharge[other], flows.discharge_limit[other])),
            ):  # fmt: skip
                (own, most), (its, its_most) = first, second
                if own[0] != NO_COLUMN and its[0] != NO_COLUMN:
                    name = f"{each.name}: {one} or {other}"
                    model.keep_apart(name, own, its, first_most=most, second_most=its_most)
