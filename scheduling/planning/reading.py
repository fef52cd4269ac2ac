"""From the values of a site's columns to power and stock per device."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.flex.site import SiteDocument
from scheduling.formulation.blocks import take
from scheduling.formulation.site import SiteModel, SiteProblem
from scheduling.planning.builder import Reading

Array = NDArray[np.float64]


@dataclass(slots=True)
class Powers:
    """Per device as in ``Plan``."""

    power_kw: dict[str, Array] = field(default_factory=dict)
    stock_kwh: dict[str, Array] = field(default_factory=dict)
    curtailed_kw: dict[str, Array] = field(default_factory=dict)
    temperature_c: dict[str, Array] = field(default_factory=dict)
    node_power_kw: dict[str, Array] = field(default_factory=dict)
    grid_power_kw: Array = field(default_factory=lambda: np.empty(0))


def read_powers(
    document: SiteDocument,
    problem: SiteProblem,
    readings: dict[str, Reading],
    site: SiteModel,
    values: Array,
) -> Powers:
    """Return what ``values`` mean for each device of ``document``, in its order.

    A node's power is the sum of what is below it, so that the balance is exact to rounding.
    """
    powers = Powers()
    for name, reading in readings.items():
        power = _power(reading, site, values, document.window.grid)
        if reading.generator is not None:
            held_back = values[site.curtailed[reading.generator]]
            powers.curtailed_kw[name] = held_back
        if power is not None:
            powers.power_kw[name] = power
        if reading.stock is not None:
            initial = problem.stocks.initial[reading.stock]
            levels = np.concatenate([[initial], values[site.storage.stock[reading.stock]]])
            if reading.kelvin_per_kwh is None:
                powers.stock_kwh[name] = levels
            else:
                powers.temperature_c[name] = levels * reading.kelvin_per_kwh
    net = _node_power(problem, site, values)
    powers.grid_power_kw = net[0]
    names = problem.nodes.names
    powers.node_power_kw = {names[n]: net[n] for n in range(1, len(names))}
    return powers


def _power(reading: Reading, site: SiteModel, values: Array, grid: TimeGrid) -> Array | None:
    if reading.flow is not None:
        charge, discharge = site.storage.charge[reading.flow], site.storage.discharge[reading.flow]
        return take(values, charge) - take(values, discharge)
    if reading.job is not None:
        power = site.jobs[reading.job].power(values, grid.n_steps)
        return power if reading.fixed is None else power + reading.fixed
    if reading.fixed is not None and reading.generator is not None:
        held_back: Array = values[site.curtailed[reading.generator]]
        return reading.fixed + held_back
    return reading.fixed


def _node_power(problem: SiteProblem, site: SiteModel, values: Array) -> Array:
    net = problem.fixed.copy()
    flow = take(values, site.storage.charge) - take(values, site.storage.discharge)
    np.add.at(net, problem.flows.node, flow)
    np.add.at(net, problem.generators.node, values[site.curtailed])
    for job, columns in zip(problem.jobs, site.jobs, strict=True):
        net[job.node] += columns.power(values, net.shape[1])
    for node, halves in site.lost.items():
        net[node] += 0.5 * values[halves].sum(axis=0)
    own = net.copy()
    for node, parent in enumerate(problem.nodes.parent):
        above = parent
        while above >= 0:
            net[above] += own[node]
            above = problem.nodes.parent[above]
    return net
