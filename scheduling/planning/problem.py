"""From a document to the arrays of its problem."""

from dataclasses import replace

import numpy as np

from scheduling.flex.network import Commitment, Connection, Coupling, Exclusion, Prices
from scheduling.flex.site import SiteDocument
from scheduling.formulation.commitments import Commitment as CommitmentArrays
from scheduling.formulation.operation import Coupling as CouplingArrays
from scheduling.formulation.operation import Exclusion as ExclusionArrays
from scheduling.formulation.processes import PiecedJob
from scheduling.formulation.site import Scope, SiteProblem
from scheduling.interpret.failures import FAILURES
from scheduling.planning.builder import Builder, Contradiction, Reading
from scheduling.planning.devices import add_device
from scheduling.planning.nodes import losses_of, nodes_of
from scheduling.planning.peaks import peaks_of
from scheduling.planning.phases import add_phases
from scheduling.planning.refilling import refill_prices
from scheduling.planning.rolling import add_rolling
from scheduling.planning.series import series
from scheduling.planning.stocks import add_holding


def problem_of(document: SiteDocument) -> tuple[SiteProblem, dict[str, Reading]]:
    """Return ``document`` in numbers, and where each device's power will be.

    All its sensors have been resolved.

    Raises:
        Contradiction: it asks for what cannot be.
    """
    names = [None, *(each.name for each in document.commodities)]
    names += [node.name for node in document.nodes]
    node_of = {name: number for number, name in enumerate(names)}
    builder = Builder(document, node_of, np.zeros((len(names), document.window.grid.n_steps)))
    for stock in document.stocks:
        builder.stock_of[stock.name] = add_holding(builder, stock, stock.name, stock.capacity_kwh)
        builder.readings[stock.name] = Reading(stock=builder.stock_of[stock.name])
    builder.fixed[0] += builder.series(document.uncontrolled_kw)
    for node in document.nodes:
        builder.fixed[node_of[node.name]] += builder.series(node.uncontrolled_kw)
    for device in document.devices:
        add_device(builder, device)
    add_rolling(builder)
    add_phases(builder)
    builder.peaks += [each for peak in document.peaks for each in peaks_of(builder, peak)]
    builder.commitments += [_commitment(builder, each) for each in document.commitments]
    for coupling in document.couplings:
        _add_coupling(builder, coupling)
    builder.exclusions += [_exclusion(builder, each) for each in document.exclusions]
    return _assembled(builder), builder.readings


def with_terms(
    problem: SiteProblem, prices: Prices, connection: Connection | None = None
) -> SiteProblem:
    """Return ``problem`` with these prices and limits at the grid connection, else as it was."""
    n_steps = problem.fixed.shape[1]
    terms = {
        "import_price": series(prices.import_per_kwh, n_steps),
        "export_price": series(prices.export_per_kwh, n_steps),
    }
    if connection is not None:
        terms["import_limit"] = series(connection.import_limit_kw, n_steps, missing=np.inf)
        terms["export_limit"] = series(connection.export_limit_kw, n_steps, missing=np.inf)
    found = {name: getattr(problem.nodes, name).copy() for name in terms}
    for name, values in terms.items():
        found[name][0] = values
    nodes = replace(problem.nodes, **found)
    end_value = problem.stocks.end_value.copy()
    for k, price in refill_prices(
        problem.refilled, nodes, problem.flows, problem.couplings
    ).items():
        end_value[k] = price
    return replace(problem, nodes=nodes, stocks=replace(problem.stocks, end_value=end_value))


def _flow(builder: Builder, name: str, of: str) -> int:
    """Return the flow of device ``name``, which ``of`` refers to."""
    flow = builder.reading(name).flow
    if flow is None:
        raise Contradiction(FAILURES("not_planned", of=of, name=name))
    return flow


def _exclusion(builder: Builder, exclusion: Exclusion) -> ExclusionArrays:
    flows = (_flow(builder, name, exclusion.name) for name in exclusion.devices)
    return ExclusionArrays(name=exclusion.name, flows=tuple(flows))


def _add_coupling(builder: Builder, coupling: Coupling) -> None:
    flows = [
        (_flow(builder, member.device, coupling.name), member.ratio) for member in coupling.members
    ]
    (first, ratio), *others = flows
    builder.couplings += [
        CouplingArrays(first=first, second=flow, ratio_first=ratio, ratio_second=each)
        for flow, each in others
    ]


def _assembled(builder: Builder) -> SiteProblem:
    flows = builder.flow_arrays()
    nodes = nodes_of(builder, flows)
    refilled = tuple(k for k, row in enumerate(builder.stocks) if row.end_value is None)
    end_values = [row.end_value or 0.0 for row in builder.stocks]
    for k, price in refill_prices(refilled, nodes, flows, builder.couplings).items():
        end_values[k] = price
    return SiteProblem(
        step_hours=builder.step_hours,
        nodes=nodes,
        stocks=builder.stock_arrays(end_values),
        flows=flows,
        generators=builder.generator_arrays(),
        fixed=builder.fixed,
        goals=builder.goals,
        peaks=builder.peaks,
        commitments=builder.commitments,
        jobs=builder.jobs,
        bands=builder.bands,
        least_powers=builder.least_powers,
        switching=builder.switching,
        surcharges=builder.surcharges,
        ramps=builder.ramps,
        tapers=builder.tapers,
        reserves=builder.reserves,
        couplings=builder.couplings,
        exclusions=builder.exclusions,
        losses=losses_of(builder, nodes),
        phase_limits=builder.phase_limits,
        on_one_phase=builder.on_one_phase,
        sliced=builder.sliced,
        bends=builder.bends,
        held=builder.held,
        blocks=builder.blocks,
        refilled=refilled,
        ties=builder.document.ties,
    )


def _commitment(builder: Builder, each: Commitment) -> tuple[CommitmentArrays, Scope]:
    baseline = builder.series(each.baseline_kw)
    scope = Scope(node=builder.node_of[each.node])
    if each.devices:
        found = [builder.reading(name) for name in each.devices]
        fixed = [reading.fixed for reading in found if reading.fixed is not None]
        baseline -= sum(fixed, np.zeros(builder.n_steps))
        scope = Scope(
            flows=tuple(reading.flow for reading in found if reading.flow is not None),
            generators=tuple(
                reading.generator for reading in found if reading.generator is not None
            ),
            jobs=tuple(reading.job for reading in found if reading.job is not None),
        )
    flows = builder.flow_arrays()
    reach = flows.charge_limit.sum(axis=0) + flows.discharge_limit.sum(axis=0)
    available = sum((row[2] for row in builder.generators), np.zeros(builder.n_steps))
    jobs = sum(
        job.power if isinstance(job, PiecedJob) else float(np.abs(job.profile).max())
        for job in builder.jobs
    )
    arrays = CommitmentArrays(
        name=each.name,
        baseline=baseline,
        up_cost=builder.series(each.up_cost_per_kwh),
        down_cost=builder.series(each.down_cost_per_kwh),
        most=reach + available + jobs + np.abs(builder.fixed).sum(axis=0) + np.abs(baseline),
    )
    return arrays, scope
