"""A site, or several behind one another: the blocks put together."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.ageing import Sliced, SliceRows, add_slices
from scheduling.formulation.bending import add_bends
from scheduling.formulation.bends import Bend
from scheduling.formulation.commitments import Commitment, add_commitments
from scheduling.formulation.curtailable import Curtailables, add_curtailables
from scheduling.formulation.goals import Goal, add_goals
from scheduling.formulation.linear_model import Columns, LinearModel, Term
from scheduling.formulation.losses import Loss, add_losses
from scheduling.formulation.nodes import NO_PARENT, NodeColumns, Nodes, add_nodes
from scheduling.formulation.operation import (
    Bands,
    Coupling,
    Exclusion,
    LeastPower,
    Ramp,
    Surcharge,
    Switching,
    add_bands,
    add_couplings,
    add_exclusions,
    add_least_powers,
    add_ramps,
    add_surcharges,
    add_switching,
)
from scheduling.formulation.peaks import Peak, add_peaks
from scheduling.formulation.phases import OnePhase, PhaseLimit, add_alone, add_phases
from scheduling.formulation.preferences import Ties, prefer
from scheduling.formulation.processes import (
    JobColumns,
    PiecedJob,
    WholeJob,
    add_pieced_job,
    add_whole_job,
)
from scheduling.formulation.rolling import Held, add_held
from scheduling.formulation.scenarios import CourseCost
from scheduling.formulation.stocks import Stocks
from scheduling.formulation.storage import Flows, StorageColumns, add_storage
from scheduling.formulation.tapers import Reserve, Taper, add_reserves, add_tapers
from scheduling.formulation.together import add_together

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a commitment counts: the net power of a node, or of flows, generators and jobs."""

    node: int | None = None
    flows: tuple[int, ...] = ()
    generators: tuple[int, ...] = ()
    jobs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteProblem:
    """A site in numbers, over T steps.

    ``fixed``, shape (N, T): net power into each node that no plan can move [kW], what
    generators make available counted as negative. ``step_hours``: one length, or shape (T,).
    ``blocks``: as in ``formulation.storage.add_storage``. ``refilled``: stocks whose worth at the
    end is what it costs to put it back.
    """

    step_hours: float | Array
    nodes: Nodes
    stocks: Stocks
    flows: Flows
    generators: Curtailables
    fixed: Array
    goals: list[Goal] = field(default_factory=list)
    peaks: list[Peak] = field(default_factory=list)
    commitments: list[tuple[Commitment, Scope]] = field(default_factory=list)
    jobs: list[WholeJob | PiecedJob] = field(default_factory=list)
    bands: list[Bands] = field(default_factory=list)
    least_powers: list[LeastPower] = field(default_factory=list)
    switching: list[Switching] = field(default_factory=list)
    surcharges: list[Surcharge] = field(default_factory=list)
    ramps: list[Ramp] = field(default_factory=list)
    tapers: list[Taper] = field(default_factory=list)
    reserves: list[Reserve] = field(default_factory=list)
    couplings: list[Coupling] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    phase_limits: list[PhaseLimit] = field(default_factory=list)
    on_one_phase: list[OnePhase] = field(default_factory=list)
    sliced: list[Sliced] = field(default_factory=list)
    bends: list[Bend] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    blocks: NDArray[np.int64] | None = None
    refilled: tuple[int, ...] = ()
    ties: Ties = Ties.EARLY


@dataclass(frozen=True, slots=True)
class SiteModel:
    """The model of a site, and where its variables are.

    With scenarios, those of the likeliest; ``courses`` tell what each scenario costs. ``lost``: by
    node, columns of shape (M, T) of which half is lost on the way to those below.
    """

    model: LinearModel
    nodes: NodeColumns
    storage: StorageColumns
    curtailed: Columns
    jobs: list[JobColumns]
    slices: dict[int, SliceRows]
    courses: tuple[CourseCost, ...] = ()
    lost: dict[int, Columns] = field(default_factory=dict)


def build_site(problem: SiteProblem) -> SiteModel:
    """Return the linear model of ``problem``."""
    model = LinearModel()
    hours = problem.step_hours
    nodes = add_nodes(model, problem.nodes, problem.fixed, step_hours=hours)
    storage = add_storage(
        model,
        problem.stocks,
        problem.flows,
        nodes.balance,
        step_hours=hours,
        blocks=problem.blocks,
        follows=None if problem.blocks is None else _following(problem),
    )
    curtailed = add_curtailables(model, problem.generators, nodes.balance, step_hours=hours)
    jobs = [_add_job(model, job, nodes, problem.ties) for job in problem.jobs]
    slices = add_slices(
        model, problem.sliced, storage, problem.stocks, problem.flows, step_hours=hours
    )
    lossy = [(each, _net(nodes, each.node)) for each in problem.losses]
    lost = add_losses(model, lossy, nodes.balance)
    site = SiteModel(model, nodes, storage, curtailed, jobs, slices, lost=lost)
    add_bends(model, problem.bends, problem.stocks, problem.flows, storage, step_hours=hours)
    add_goals(model, problem.goals, storage, step_hours=hours)
    _add_operation(site, problem)
    add_together(
        model,
        problem.nodes,
        nodes,
        problem.fixed,
        storage=(problem.flows, storage),
        jobs=list(zip(problem.jobs, jobs, strict=True)),
    )
    add_held(model, problem.held, storage, problem.flows, step_hours=hours)
    _add_phases(site, problem)
    peaks = [(peak, _direction(nodes, peak)) for peak in problem.peaks]
    add_peaks(model, peaks, step_hours=hours)
    commitments = [
        (each, _scope(site, scope), [jobs[job] for job in scope.jobs])
        for each, scope in problem.commitments
    ]
    add_commitments(model, commitments, step_hours=hours)
    prefer(model, problem.ties, storage=storage, curtailed=curtailed, nodes=nodes)
    return site


def _following(problem: SiteProblem) -> NDArray[np.bool_]:
    """Return which flows balance what others take in each step, shape (F,).

    Those below an internal node, and what is coupled to them: where nothing is bought or sold
    nobody else does.
    """
    nodes, follows = problem.nodes, np.zeros(len(problem.flows.names), dtype=bool)
    top = np.arange(nodes.parent.size)
    while (nodes.parent[top] != NO_PARENT).any():
        top = np.where(nodes.parent[top] == NO_PARENT, top, nodes.parent[top])
    follows |= nodes.is_internal[top[problem.flows.node]]
    for _ in problem.couplings:
        before = follows.copy()
        for each in problem.couplings:
            follows[[each.first, each.second]] |= follows[[each.first, each.second]].any()
        if (follows == before).all():
            break
    return follows


def _add_job(
    model: LinearModel, job: WholeJob | PiecedJob, nodes: NodeColumns, ties: Ties
) -> JobColumns:
    if isinstance(job, WholeJob):
        return add_whole_job(model, job, nodes.balance, ties=ties)
    return add_pieced_job(model, job, nodes.balance, ties=ties)


def _add_operation(site: SiteModel, problem: SiteProblem) -> None:
    model, storage = site.model, site.storage
    add_bands(model, problem.bands, storage)
    stores = problem.stocks, problem.flows, storage
    add_least_powers(
        model, problem.least_powers, stores, goals=problem.goals, step_hours=problem.step_hours
    )
    add_switching(model, problem.switching, storage)
    add_surcharges(model, problem.surcharges, storage, step_hours=problem.step_hours)
    add_ramps(model, problem.ramps, storage, problem.flows)
    add_tapers(model, problem.tapers, stores, step_hours=problem.step_hours)
    add_reserves(model, problem.reserves, stores)
    add_couplings(model, problem.couplings, storage)
    add_exclusions(model, problem.exclusions, storage, problem.flows)


def _add_phases(site: SiteModel, problem: SiteProblem) -> None:
    if not problem.phase_limits:
        return
    single = []
    for one in problem.on_one_phase:
        flows = () if one.flow is None else (one.flow,)
        generators = () if one.generator is None else (one.generator,)
        terms = add_alone(site.model, one, _scope(site, Scope(flows=flows, generators=generators)))
        single.append((one, terms, [] if one.job is None else [site.jobs[one.job]]))
    limits = [(each, _net(site.nodes, each.node)) for each in problem.phase_limits]
    below = [
        [each for each in single if _is_below(problem.nodes, each[0].node, limit.node)]
        for limit in problem.phase_limits
    ]
    add_phases(site.model, limits, below)


def _is_below(nodes: Nodes, node: int, above: int) -> bool:
    while node not in (above, NO_PARENT):
        node = int(nodes.parent[node])
    return node == above


def _net(nodes: NodeColumns, node: int) -> list[Term]:
    return [
        (nodes.imported[node], 1.0),
        (nodes.exported[node], -1.0),
        (nodes.net[node], 1.0),
    ]


def _direction(nodes: NodeColumns, peak: Peak) -> list[Term]:
    """Return what makes up a peak: the split of a priced node, else its net power."""
    one_way = nodes.imported if peak.is_import else nodes.exported
    if one_way[peak.node, 0] >= 0:
        return [(one_way[peak.node], 1.0)]
    return [(nodes.net[peak.node], 1.0 if peak.is_import else -1.0)]


def _scope(site: SiteModel, scope: Scope) -> list[Term]:
    if scope.node is not None:
        return _net(site.nodes, scope.node)
    terms: list[Term] = []
    for flow in scope.flows:
        terms += [(site.storage.charge[flow], 1.0), (site.storage.discharge[flow], -1.0)]
    terms += [(site.curtailed[generator], 1.0) for generator in scope.generators]
    return terms
