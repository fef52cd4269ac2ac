"""Consumption that no plan can move, and generation that can only be held back."""

from enum import StrEnum
from typing import Literal

from scheduling.flex.quantities import Document, Name, NotNegative, Varying, VaryingMagnitude


class Phase(StrEnum):
    """One of the three phases of a connection."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"


class Placed(Document):
    """Something at a node.

    Attributes:
        name: what it is called, once in a problem.
        node: a node's or a commodity's name; the nearest connection if not given.
        phase: the one that it is connected to, for ``phase_limit_kw`` above it; all three alike
            if not given.
    """

    name: Name
    node: Name | None = None
    phase: Phase | None = None


class Load(Placed):
    """Consumption that no plan can move.

    Attributes:
        power_kw: drawn; negative where it gives.
    """

    kind: Literal["load"] = "load"
    power_kw: Varying


class Photovoltaics(Placed):
    """Solar (or wind) generation, held back when that is cheaper and the device can.

    Attributes:
        available_kw: what the sun would give, as a magnitude. From a power sensor, whose
            production is negative, the sign is turned.
        curtailable: whether it can be held back; true when not given.
        curtailment_cost_per_kwh: paid per kWh held back, for instance a lost subsidy.
    """

    kind: Literal["pv"] = "pv"
    available_kw: VaryingMagnitude
    curtailable: bool = True
    curtailment_cost_per_kwh: NotNegative = 0.0
