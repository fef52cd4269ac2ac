"""What cannot be, as is plain before solving: levels that no power reaches, nodes without supply.

Only what a stock's own flows and a node's own devices can do is counted. Limits of a connection
and other devices may leave less still; that the solver finds.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.formulation.processes import PiecedJob
from scheduling.formulation.site import SiteProblem
from scheduling.formulation.stocks import hours_left
from scheduling.interpret.failures import FAILURES
from scheduling.interpret.intervals import bounds, runs
from tenants.sayings import Saying

Array = NDArray[np.float64]

_ROUNDING = 1e-6


def beyond_reach(problem: SiteProblem, grid: TimeGrid) -> list[Saying]:
    """Return in words what is asked for and cannot be reached, with what can."""
    return [*_levels(problem, grid), *_internal_nodes(problem, grid)]


def _levels(problem: SiteProblem, grid: TimeGrid) -> Iterator[Saying]:
    stocks = problem.stocks
    if not len(stocks.names):
        return
    # A stock that nothing moves by itself, and of which no level lies beyond that at the start,
    # can stay where it is.
    moves = stocks.gain.any(axis=1) | (stocks.kept != 1.0).any(axis=1)
    rises = stocks.floor.max(axis=1) > stocks.initial
    falls = stocks.ceiling.min(axis=1) < stocks.initial
    for k in np.flatnonzero(moves | rises | falls).tolist():
        floor, ceiling = stocks.floor[k], stocks.ceiling[k]
        crossed = np.flatnonzero(floor > ceiling + _ROUNDING)
        if crossed.size:
            yield _crossing(problem, k, int(crossed[0]), grid)
            continue
        most, least = _reach(problem, k)
        for levels, short, reached in (
            ("at least", floor - most, most),
            ("at most", least - ceiling, least),
        ):
            beyond = np.flatnonzero(short > _ROUNDING)
            if beyond.size:
                at = int(beyond[0])
                asked = (floor if levels == "at least" else ceiling)[at]
                moment = grid.start + (at + 1) * grid.step
                yield FAILURES(
                    "beyond_reach",
                    name=stocks.names[k],
                    when=moment,
                    sense=levels,
                    asked=float(asked),
                    reached=float(reached[at]),
                )


def _crossing(problem: SiteProblem, stock: int, at: int, grid: TimeGrid) -> Saying:
    stocks = problem.stocks
    return FAILURES(
        "levels_cross",
        name=stocks.names[stock],
        when=grid.start + (at + 1) * grid.step,
        least=float(stocks.floor[stock, at]),
        most=float(stocks.ceiling[stock, at]),
    )


def _reach(problem: SiteProblem, stock: int) -> tuple[Array, Array]:
    """Return the highest and the lowest level at the end of each step, each shape (T,)."""
    stocks, flows = problem.stocks, problem.flows
    kept = stocks.kept[stock]
    left = hours_left(stocks, problem.step_hours)[stock]
    mine = flows.stock == stock
    drawn = (flows.charge_limit[mine] * flows.charge_efficiency[mine]).sum(axis=0)
    given = (flows.discharge_limit[mine] / flows.discharge_efficiency[mine]).sum(axis=0)
    gain = stocks.gain[stock]
    rise, fall = left * (gain + drawn), left * (gain - given)
    most, least = np.empty(kept.size), np.empty(kept.size)
    high = low = float(stocks.initial[stock])
    for t in range(kept.size):
        high = min(kept[t] * high + rise[t], stocks.ceiling[stock, t])
        low = max(kept[t] * low + fall[t], stocks.floor[stock, t])
        most[t], least[t] = high, low
        # Past a level that cannot be kept, the rest is as if it had been.
        high, low = max(high, stocks.floor[stock, t]), min(low, stocks.ceiling[stock, t])
    return most, least


def _internal_nodes(problem: SiteProblem, grid: TimeGrid) -> Iterator[Saying]:
    nodes, flows = problem.nodes, problem.flows
    for node in np.flatnonzero(nodes.is_internal).tolist():
        if (nodes.parent == node).any():
            continue
        here = flows.node == node
        taken = problem.fixed[node] + flows.charge_limit[here].sum(axis=0)
        given = flows.discharge_limit[here].sum(axis=0) - problem.fixed[node]
        for generator in np.flatnonzero(problem.generators.node == node).tolist():
            taken += problem.generators.available[generator]
        for job in problem.jobs:
            if job.node == node:
                most = job.power if isinstance(job, PiecedJob) else np.abs(job.profile).max()
                taken, given = taken + most, given + most
        for short, code in ((-given, "more_used"), (-taken, "more_made")):
            for first, last in runs(short > _ROUNDING):
                when, most = bounds(grid, first, last), float(short[first:last].max())
                yield FAILURES(code, of=nodes.names[node], when=when, amount=most)
