"""What the same site would cost without planning: the cost that a plan is held against.

*No control*: batteries stand still, vehicles charge on arrival until they have what they need,
heat is made when its store falls below what is asked for, jobs start as soon as they may,
generation is held back only where the export limit has no room. *Naive control*: the same, but
batteries take what the site has too much and give what it needs (formulation F20).

The power of all devices is thereby known, and so is that at each connection; what is left of
the model (breaches, peaks, commitments) follows, and its terms add up as a plan's do. Limits
of connections are not kept here: what passes them is told.

Where physics bend, stocks are those of a simulation of the exact equations
(``formulation.simulation``), and so is what follows from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.engines.base import EngineFailed, Infeasible, OutOfTime, Unbounded
from scheduling.engines.highs import HighsEngine
from scheduling.formulation.bending import unbent
from scheduling.formulation.compiled import Compiled, compile_model
from scheduling.formulation.linear_model import LinearModel
from scheduling.formulation.phases import POWER
from scheduling.formulation.simulation import simulate
from scheduling.formulation.site import SiteModel, SiteProblem
from scheduling.interpret.uncontrolled import (
    Controls,
    held_back,
    no_control,
    node_power,
    self_consumption,
)
from tenants.sayings import Words, chosen

Array = NDArray[np.float64]

_NOTHING: Final = 1e-6

#: Why a plan cannot be held against a baseline.
FOLLOWS: Final[Words] = (
    "what converters make and use follows from the plan alone",
    "wat omzetters maken en gebruiken volgt alleen uit het plan",
    "was Umwandler erzeugen und verbrauchen, folgt allein aus dem Plan",
)
NOT_KEPT: Final[Words] = (
    "ramps or tapers of a device cannot be kept without planning",
    "hellingen of afbouw van een apparaat zijn zonder plannen niet aan te houden",
    "Rampen oder Drosselungen eines Geräts lassen sich ohne Planung nicht einhalten",
)
LOST: Final[Words] = (
    "what is lost on the way is not told without planning",
    "wat onderweg verloren gaat is zonder plannen niet te zeggen",
    "was unterwegs verloren geht, lässt sich ohne Planung nicht sagen",
)
LINEAR: Final[Words] = (
    "its own cost is that of the linear model, not of what bends",
    "de eigen kosten zijn die van het lineaire model, niet van wat buigt",
    "die eigenen Kosten sind die des linearen Modells, nicht dessen, was sich krümmt",
)


class Baseline(StrEnum):
    """What a plan is held against."""

    NO_CONTROL = "NO_CONTROL"
    NAIVE_CONTROL = "NAIVE_CONTROL"


@dataclass(frozen=True, slots=True)
class Saving:
    """A baseline, and what a plan saves against it.

    Attributes:
        cost: of the baseline [currency]; None where its power cannot be told, ``why`` says so.
        saving: ``cost`` less that of the plan [currency].
        beyond_kw: most that it passes a hard limit by [kW, >= 0]; the plan passes none.
        beyond_hours: how long it passes one.
    """

    baseline: Baseline
    cost: float | None
    saving: float | None
    costs: dict[str, float]
    beyond_kw: float = 0.0
    beyond_hours: float = 0.0
    why: str = ""


def read_savings(
    site: SiteModel, problem: SiteProblem, grid: TimeGrid, *, cost: float, time_limit: timedelta
) -> list[Saving]:
    """Return what the plan of cost ``cost`` saves against each baseline.

    ``cost`` [currency]: by the exact equations, where physics bend.
    """
    if problem.couplings or problem.nodes.is_internal.any():
        return not_held_against(FOLLOWS)
    if problem.losses:
        return not_held_against(LOST)
    found = []
    controls, model = no_control(problem), _without_phases(site, unbent(site.model.compile()))
    for baseline in Baseline:
        if baseline is Baseline.NAIVE_CONTROL:
            controls = self_consumption(problem, controls)
        net = node_power(problem, controls)
        held = held_back(problem, net)
        if problem.bends:
            stock = simulate(problem, controls.charge, controls.discharge)
            controls = replace(controls, stock=stock)
        values = _known(site, controls, net, held)
        try:
            costs = _costs(site.model, model, values, time_limit)
        except (Infeasible, OutOfTime, Unbounded, EngineFailed):
            found.append(Saving(baseline, None, None, {}, why=NOT_KEPT[0]))
            continue
        total = sum(costs.values())
        beyond = _beyond(problem, net)
        found.append(
            Saving(
                baseline=baseline,
                cost=total,
                saving=total - cost,
                costs=costs,
                beyond_kw=float(beyond.max(initial=0.0)),
                beyond_hours=float(np.count_nonzero(beyond > _NOTHING) * grid.step_hours),
            )
        )
    return found


def not_held_against(why: Words) -> list[Saving]:
    """Return that the plan is held against no baseline, and why."""
    return [Saving(each, None, None, {}, why=why[0]) for each in Baseline]


def weighted(scenarios: Sequence[tuple[float, list[Saving]]]) -> list[Saving]:
    """Return the mean of what a plan saves in each of ``scenarios``, by weight.

    How far limits would be passed, and for how long, is the most of all.
    """
    found = []
    for of_baseline in zip(*(savings for _, savings in scenarios), strict=True):
        weights = [weight for weight, _ in scenarios]
        untold = next((each for each in of_baseline if each.cost is None), None)
        if untold is not None:
            found.append(untold)
            continue
        terms = dict.fromkeys(term for each in of_baseline for term in each.costs)
        pairs = list(zip(weights, of_baseline, strict=True))
        found.append(
            Saving(
                baseline=of_baseline[0].baseline,
                cost=sum(weight * (each.cost or 0.0) for weight, each in pairs),
                saving=sum(weight * (each.saving or 0.0) for weight, each in pairs),
                costs={
                    term: sum(weight * each.costs.get(term, 0.0) for weight, each in pairs)
                    for term in terms
                },
                beyond_kw=max(each.beyond_kw for each in of_baseline),
                beyond_hours=max(each.beyond_hours for each in of_baseline),
            )
        )
    return found


def why_words(why: str, language: str) -> str:
    """Return why there is no saving in ``language``; as it was kept where only that is known."""
    known = {each[0]: each for each in (FOLLOWS, NOT_KEPT, LOST, LINEAR)}
    return chosen(known.get(why, (why, why, why)), language)


def _without_phases(site: SiteModel, model: Compiled) -> Compiled:
    """Return ``model`` with no limit of a single phase: as of all limits, it is passed."""
    own = [site.model.columns[each] for each in site.model.columns if each.startswith(POWER)]
    if not own:
        return model
    lower, upper = model.column_lower.copy(), model.column_upper.copy()
    for columns in own:
        lower[columns], upper[columns] = -np.inf, np.inf
    return replace(model, column_lower=lower, column_upper=upper)


def _known(site: SiteModel, controls: Controls, net: Array, held: Array) -> Array:
    """Return the values of all columns that the controls decide; NaN for what follows."""
    values = np.full(site.model.n_columns, np.nan)

    def put(columns: NDArray[np.int64], known: Array) -> None:
        there = columns >= 0
        values[columns[there]] = known[there]

    put(site.storage.charge, controls.charge)
    put(site.storage.discharge, controls.discharge)
    put(site.storage.stock, controls.stock)
    put(site.curtailed, held)
    put(site.nodes.imported, np.maximum(net, 0.0))
    put(site.nodes.exported, np.maximum(-net, 0.0))
    put(site.nodes.net, net)
    for columns in site.jobs:
        values[columns.columns] = 0.0
        values[columns.at_once] = 1.0
    for bent in site.model.bent:
        values[bent.extra] = bent.exact(values)
    return values


def _costs(
    of: LinearModel, model: Compiled, values: Array, time_limit: timedelta
) -> dict[str, float]:
    """Return what ``values`` cost by term, with what follows from them at its cheapest.

    Raises:
        Infeasible, OutOfTime, Unbounded, EngineFailed: nothing follows, or it was not found.
    """
    known = ~np.isnan(values)
    activity = model.activity(np.where(known, values, 0.0))
    row_of = model.row_of
    is_open = np.zeros(model.n_rows, dtype=bool)
    is_open[row_of[~known[model.index]]] = True
    if not _are_kept(model, activity, ~is_open):
        raise Infeasible
    if not known.all():
        left = _left_open(model, activity, known, is_open)
        found = HighsEngine().solve(left, time_limit=time_limit)
        values = values.copy()
        values[~known] = found.values
    return of.cost_by_term(values)


def _are_kept(model: Compiled, activity: Array, rows: NDArray[np.bool_]) -> bool:
    slack = _NOTHING * (1.0 + np.abs(activity))
    broken = (model.row_lower - activity > slack) | (activity - model.row_upper > slack)
    return not (broken & rows).any()


def _left_open(
    model: Compiled, activity: Array, known: NDArray[np.bool_], rows: NDArray[np.bool_]
) -> Compiled:
    """Return ``model`` of the columns that are not ``known``, and the rows that they are in."""
    number, row_number = np.cumsum(~known) - 1, np.cumsum(rows) - 1
    entries = np.flatnonzero(~known[model.index])
    lower, upper = model.row_lower - activity, model.row_upper - activity
    return compile_model(
        cost=model.cost[~known],
        offset=0.0,
        column_bounds=[(model.column_lower[~known], model.column_upper[~known])],
        row_bounds=[(lower[rows], upper[rows])],
        integer=np.zeros(int((~known).sum()), dtype=bool),
        entries=[
            (
                row_number[model.row_of[entries]],
                number[model.index[entries]],
                model.value[entries],
            )
        ],
    )


def _beyond(problem: SiteProblem, net: Array) -> Array:
    """Return how far the hard limits of each step are passed at most, shape (T,) [kW]."""
    nodes = problem.nodes
    over = np.zeros(net.shape)
    for limit, price, power in (
        (nodes.import_limit, nodes.import_breach_price, net),
        (nodes.export_limit, nodes.export_breach_price, -net),
    ):
        hard = np.isnan(price).all(axis=1, keepdims=True)
        over = np.maximum(over, np.where(hard, power - limit, 0.0))
    return np.asarray(over.max(axis=0))
