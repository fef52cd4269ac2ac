"""How devices run when nobody plans: by themselves, or by the simplest of controllers.

Powers only; what they cost is another matter (``interpret.baselines``). Where a flow bends, they
follow its exact equation.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.bends import Bend
from scheduling.formulation.exchange import across
from scheduling.formulation.inverse import drawn_to_store, given_by
from scheduling.formulation.nodes import NO_PARENT
from scheduling.formulation.processes import WholeJob
from scheduling.formulation.simulation import stored
from scheduling.formulation.site import SiteProblem
from scheduling.formulation.stocks import gained, hours_left
from scheduling.formulation.storage import NO_STOCK
from scheduling.formulation.tapers import Taper
from scheduling.interpret.ranges import Ranges

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Controls:
    """``charge`` and ``discharge`` (F, T) [kW], ``stock`` (K, T) [kWh], jobs' power (N, T) [kW]."""

    charge: Array
    discharge: Array
    stock: Array
    jobs: Array


def no_control(problem: SiteProblem) -> Controls:
    """Return powers where each store draws, as soon as it can, what will be asked of it.

    Of a store that does not lose, that is the highest level still to come; of one that does, the
    level that is asked for now, as a thermostat keeps it. Of several feeders of one stock the
    first works.
    """
    flows, stocks = problem.flows, problem.stocks
    n_steps = problem.fixed.shape[1]
    charge = np.zeros((len(flows.names), n_steps))
    hours = np.full(n_steps, problem.step_hours, dtype=np.float64)
    left = hours_left(stocks, hours)
    more = gained(stocks, hours)
    wanted = np.minimum(_wanted(problem), stocks.ceiling)
    # Without losses, what a stock holds with nothing drawn is a sum; most need no more.
    stock = stocks.initial[:, None] + np.cumsum(more, axis=1)
    loses = (stocks.kept < 1.0).any(axis=1)
    owner = _first_feeders(problem)
    busy = np.flatnonzero(loses | (stock < wanted - _NOTHING).any(axis=1))
    own = owner[busy]
    is_fed = own != NO_STOCK
    ratio = flows.charge_efficiency[own]
    limit = np.where(is_fed[:, None], flows.charge_limit[own], 0.0)
    kept, wanted, more, left = stocks.kept[busy], wanted[busy], more[busy], left[busy]
    ceiling = stocks.ceiling[busy]
    tied, drawing = _tied(problem, busy), _Drawing.of(problem, own.tolist())
    level = stocks.initial[busy]
    for t in range(n_steps if busy.size else 0):
        before, level = level, kept[:, t] * level + more[:, t]
        for to, of, share, _ in tied:
            level[to] += share[t] * before[of]
        missing = np.maximum((wanted[:, t] - level) / left[:, t], 0.0)
        room = np.maximum((ceiling[:, t] - level) / left[:, t], 0.0)
        drawn, into = drawing.at(t, before, (missing, room), ratio[:, t], limit[:, t])
        charge[own[is_fed], t] = drawn[is_fed]
        level += into * left[:, t]
        for to, of, _, spread in tied:
            level[to] += spread[t] * into[of]
        stock[busy, t] = level
    return Controls(charge, np.zeros(charge.shape), stock, _jobs(problem))


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Stores that draw otherwise than in proportion: their places, and tapers, bends or ranges."""

    tapers: list[tuple[int, Taper]]
    bends: list[tuple[int, Bend]]
    ranges: list[tuple[int, Ranges]]

    @classmethod
    def of(cls, problem: SiteProblem, own: list[int]) -> "_Drawing":
        """``own``: the flow that feeds the store at each place, or ``NO_STOCK``."""
        place = {f: number for number, f in enumerate(own) if f != NO_STOCK}
        return cls(
            [
                (place[each.flow], each)
                for each in problem.tapers
                if each.is_drawn and each.flow in place
            ],
            [(place[each.flow], each) for each in problem.bends if each.flow in place],
            [(place[f], each) for f in place if (each := Ranges.of(problem, f)) is not None],
        )

    def at(
        self, t: int, before: Array, into: tuple[Array, Array], ratio: Array, limit: Array
    ) -> tuple[Array, Array]:
        """Return what is drawn for what is missing in each stock, and what comes into it [kW].

        All of shape (n places,); ``before``: the stock at the start of step ``t`` [kWh]; ``into``:
        what is missing, and what there is room for [kW].
        """
        missing, room = into
        if self.tapers:
            limit = limit.copy()
        for place, taper in self.tapers:
            limit[place] = min(limit[place], taper.most(float(before[place])))
        drawn = np.minimum(missing / ratio, limit)
        for place, ranges in self.ranges:
            most = min(float(limit[place]), float(room[place] / ratio[place]))
            drawn[place] = ranges.nearest(t, float(drawn[place]), most)
        came = drawn * ratio
        for place, bend in self.bends:
            now, usual = float(before[place]), float(ratio[place])
            wanted = drawn_to_store(bend, t, now, usual, power=float(missing[place]))
            drawn[place] = min(wanted, limit[place])
            came[place] = stored(bend, t, now, (float(drawn[place]), 0.0), (usual, 1.0))
        return drawn, came


def _tied(problem: SiteProblem, busy: NDArray[np.int64]) -> list[tuple[int, int, Array, Array]]:
    """Return the exchanges between stocks by their places among ``busy``."""
    place = {int(k): number for number, k in enumerate(busy)}
    pairs = across(problem.stocks.exchanges)
    return [(place[to], place[of], share, spread) for to, of, share, spread in pairs]


def self_consumption(problem: SiteProblem, controls: Controls) -> Controls:
    """Return ``controls`` with batteries that take what is too much and give what is needed.

    A battery is what charges and discharges one stock that nothing else is asked of. Each sees
    what is left at its priced node by those before it.
    """
    flows, stocks = problem.flows, problem.stocks
    charge, discharge = controls.charge.copy(), controls.discharge.copy()
    stock = controls.stock.copy()
    net = node_power(problem, controls)
    hours = np.broadcast_to(np.asarray(problem.step_hours), charge.shape[1:])
    more = gained(stocks, hours)
    # What is asked for later is not given away before.
    floor = np.maximum.accumulate(stocks.floor[:, ::-1], axis=1)[:, ::-1]
    for f in _batteries(problem, controls):
        k, node = int(flows.stock[f]), _priced_above(problem, int(flows.node[f]))
        left = hours_left(stocks, hours)[k]
        steps = np.stack(
            [
                *(net[node], flows.charge_limit[f], flows.discharge_limit[f], left),
                *(flows.charge_efficiency[f], flows.discharge_efficiency[f]),
                *(stocks.kept[k], more[k], floor[k], stocks.ceiling[k]),
            ],
            axis=1,
        )
        # Plain numbers: one step of one battery is too little for arrays.
        charge[f], discharge[f], stock[k] = _follow(
            steps.tolist(), float(stocks.initial[k]), _tapers(problem, f), _bend(problem, f)
        )
        _pass_up(problem, net, int(flows.node[f]), charge[f] - discharge[f])
    return replace(controls, charge=charge, discharge=discharge, stock=stock)


def _tapers(problem: SiteProblem, f: int) -> list[Taper]:
    return [each for each in problem.tapers if each.flow == f]


def _bend(problem: SiteProblem, f: int) -> Bend | None:
    return next((each for each in problem.bends if each.flow == f), None)


def _follow(
    steps: list[list[float]],
    level: float,
    tapers: list[Taper],
    bend: Bend | None,
) -> tuple[list[float], ...]:
    """Return what a battery draws, gives and holds that follows its node."""
    charge, discharge, stock = [], [], []
    for t, step in enumerate(steps):
        net, most_drawn, most_given, left, ratio, out, kept, more, floor, ceiling = step
        before, level = level, kept * level + more
        for taper in tapers:
            if taper.is_drawn:
                most_drawn = min(most_drawn, taper.most(before))
            else:
                most_given = min(most_given, taper.most(before))
        room, held = (ceiling - level) / left, (level - floor) / left
        if bend is None:
            drawn = max(min(-net, most_drawn, room / ratio), 0.0)
            given = max(min(net, most_given, held * out), 0.0)
            level += (drawn * ratio - given / out) * left
        else:
            fits = drawn_to_store(bend, t, before, ratio, power=room)
            there = given_by(bend, t, before, out, power=held)
            drawn = max(min(-net, most_drawn, fits), 0.0)
            given = max(min(net, most_given, there), 0.0)
            level += left * stored(bend, t, before, (drawn, given), (ratio, out))
        charge.append(drawn)
        discharge.append(given)
        stock.append(level)
    return charge, discharge, stock


def node_power(problem: SiteProblem, controls: Controls) -> Array:
    """Return the net power into each node with nothing held back, shape (N, T) [kW]."""
    net = problem.fixed + controls.jobs
    np.add.at(net, problem.flows.node, controls.charge - controls.discharge)
    own = net.copy()
    for node, parent in enumerate(problem.nodes.parent.tolist()):
        if parent != NO_PARENT:
            _pass_up(problem, net, parent, own[node])
    return net


def held_back(problem: SiteProblem, net: Array) -> Array:
    """Return what has to be held back for the export limits, shape (G, T); take it off ``net``.

    Of several generators beneath a limit the first yields first.
    """
    generators = problem.generators
    held = np.zeros(generators.available.shape)
    limits = problem.nodes.export_limit
    for g, node in enumerate(generators.node.tolist()):
        above = node
        while above != NO_PARENT:
            excess = np.maximum(-net[above] - limits[above], 0.0)
            more = np.minimum(excess, generators.available[g] - held[g])
            if more.any():
                held[g] += more
                _pass_up(problem, net, node, more)
            above = int(problem.nodes.parent[above])
    return held


def _pass_up(problem: SiteProblem, net: Array, node: int, power: Array) -> None:
    while node != NO_PARENT:
        net[node] += power
        node = int(problem.nodes.parent[node])


def _first_feeders(problem: SiteProblem) -> NDArray[np.int64]:
    """Return the first flow that charges each stock, ``NO_STOCK`` where there is none."""
    first = np.full(len(problem.stocks.names), NO_STOCK)
    charging = np.flatnonzero(problem.flows.charge_limit.any(axis=1))
    for f in charging[::-1].tolist():
        if problem.flows.stock[f] != NO_STOCK:
            first[problem.flows.stock[f]] = f
    return first


def _wanted(problem: SiteProblem) -> Array:
    """Return the level that each stock should reach by the end of each step, shape (K, T)."""
    wanted = problem.stocks.floor.copy()
    for goal in problem.goals:
        wanted[goal.stock] = np.fmax(wanted[goal.stock], goal.lowest)
    lossless = (problem.stocks.kept == 1.0).all(axis=1)
    ahead = np.maximum.accumulate(wanted[:, ::-1], axis=1)[:, ::-1]
    return np.where(lossless[:, None], ahead, wanted)


def _batteries(problem: SiteProblem, controls: Controls) -> list[int]:
    flows = problem.flows
    both = flows.charge_limit.any(axis=1) & flows.discharge_limit.any(axis=1)
    idle = ~controls.charge.any(axis=1) & (flows.stock != NO_STOCK)
    asked = {goal.stock for goal in problem.goals}
    return [
        f
        for f in np.flatnonzero(both & idle).tolist()
        if int(flows.stock[f]) not in asked and int((flows.stock == flows.stock[f]).sum()) == 1
    ]


def _priced_above(problem: SiteProblem, node: int) -> int:
    nodes = problem.nodes
    while not nodes.is_priced[node] and nodes.parent[node] != NO_PARENT:
        node = int(nodes.parent[node])
    return node


def _jobs(problem: SiteProblem) -> Array:
    power = np.zeros(problem.fixed.shape)
    for job in problem.jobs:
        if isinstance(job, WholeJob) and not job.starts.size:
            continue
        if isinstance(job, WholeJob):
            power[job.node, job.starts[0] : job.starts[0] + job.profile.size] += job.profile
        else:
            steps, drawn = job.at_once
            power[job.node, steps] += drawn
    return power
