"""What power does to a stock by the exact equation of its flow, solved for the power.

With s the power into the stock [kW], in the terms of ``formulation.bends``::

    η_c · c - r · c² = s   so   c = 2 s / (η_c + √(η_c² - 4 r s)),  at most c = η_c / (2 r)
    d / η_d + r · d² = s   so   d = 2 s / (1 / η_d + √(1 / η_d² + 4 r s))

of which the first stores the most that can be; drawing beyond it would store less.
"""

from math import sqrt

from scheduling.formulation.bends import Bend
from scheduling.formulation.simulation import ratio_at


def drawn_to_store(bend: Bend, t: int, before: float, usual: float, *, power: float) -> float:
    """Return the least draw that brings ``power`` into the stock, else what brings the most [kW].

    Args:
        before: the stock at the start of step ``t`` [kWh].
        usual: the charge efficiency where it does not follow the stock.
        power: into the stock [kW]; nothing is drawn where it is not above zero.
    """
    if power <= 0.0:
        return 0.0
    ratio = usual if bend.charge is None else ratio_at(bend.charge, t, before)
    under = ratio * ratio - 4.0 * bend.loss * power
    return 2.0 * power / (ratio + sqrt(under)) if under > 0.0 else 0.5 * ratio / bend.loss


def given_by(bend: Bend, t: int, before: float, usual: float, *, power: float) -> float:
    """Return what is given where ``power`` is taken out of the stock [kW]; as above."""
    if power <= 0.0:
        return 0.0
    ratio = usual if bend.discharge is None else ratio_at(bend.discharge, t, before)
    of_stock = 1.0 / ratio
    return 2.0 * power / (of_stock + sqrt(of_stock * of_stock + 4.0 * bend.loss * power))
