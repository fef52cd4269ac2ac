"""What stocks become of given powers by the exact equations, step by step.

It shares no arithmetic with the models that are solved: what they say is checked by it.
"""

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.bends import Bend
from scheduling.formulation.curves import CarnotCop, Curve
from scheduling.formulation.exchange import across
from scheduling.formulation.site import SiteProblem
from scheduling.formulation.stocks import gained, hours_left
from scheduling.formulation.storage import NO_STOCK

Array = NDArray[np.float64]


def simulate(problem: SiteProblem, charge: Array, discharge: Array) -> Array:
    """Return the stocks at the end of each step, shape (K, T) [kWh].

    Args:
        charge, discharge: what each flow draws and gives, shape (F, T) [kW, >= 0].
    """
    stocks, flows = problem.stocks, problem.flows
    left, more = hours_left(stocks, problem.step_hours), gained(stocks, problem.step_hours)
    bend_of = {each.flow: each for each in problem.bends}
    held = np.flatnonzero(flows.stock != NO_STOCK).tolist()
    levels = np.empty(stocks.kept.shape)
    before = stocks.initial
    for t in range(problem.fixed.shape[1]):
        into = np.zeros(before.size)
        for f in held:
            powers = float(charge[f, t]), float(discharge[f, t])
            ratios = float(flows.charge_efficiency[f, t]), float(flows.discharge_efficiency[f, t])
            stock = int(flows.stock[f])
            bend = bend_of.get(f, Bend(name="", flow=f))
            into[stock] += stored(bend, t, float(before[stock]), powers, ratios)
        level = stocks.kept[:, t] * before + more[:, t] + left[:, t] * into
        for to, of, kept, hours in across(stocks.exchanges):
            level[to] += kept[t] * before[of] + hours[t] * into[of]
        levels[:, t] = before = level
    return levels


def stored(
    bend: Bend, t: int, stock: float, powers: tuple[float, float], ratios: tuple[float, float]
) -> float:
    """Return the power into the stock [kW] of ``powers`` drawn and given [kW, >= 0] in step ``t``.

    ``ratios``: the efficiencies where they do not follow ``stock``, held before the step [kWh].
    """
    drawn, given = powers
    into, out = (
        usual if curve is None else ratio_at(curve, t, stock)
        for curve, usual in zip((bend.charge, bend.discharge), ratios, strict=True)
    )
    return into * drawn - given / out - bend.loss * (drawn * drawn + given * given)


def ratio_at(curve: Curve, t: int, stock: float) -> float:
    """Return the ratio of step ``t`` where the stock before it is ``stock`` [kWh]."""
    if isinstance(curve, CarnotCop):
        own = CarnotCop(
            share=curve.share,
            most=curve.most,
            at_zero=curve.at_zero,
            per_kwh=curve.per_kwh,
            source=curve.source[t : t + 1],
        )
        return float(own.at(np.array([stock]))[0])
    return float(curve.at(np.array([stock]))[0])
