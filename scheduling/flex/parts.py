"""The parts of a site's document, before they are held against each other."""

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Strict
from pydantic_core import PydanticCustomError

from scheduling.flex.devices import Devices, SharedStock
from scheduling.flex.network import (
    Commitment,
    Commodity,
    Connection,
    Coupling,
    Exclusion,
    Node,
    Prices,
)
from scheduling.flex.peaks import PeakTariff
from scheduling.flex.quantities import Document, Varying
from scheduling.flex.rolling import Rolling
from scheduling.flex.uncertainty import Uncertainty
from scheduling.flex.window import Window
from scheduling.formulation.preferences import Ties


class OnInfeasible(StrEnum):
    """What to answer when no plan keeps every hard limit."""

    EXPLAIN = "explain"
    NEAREST = "nearest"


def _letters(currency: str) -> str:
    if not re.fullmatch("[A-Z]{3}", currency):
        raise PydanticCustomError("currency", "should be three capital letters, such as EUR")
    return currency


Currency = Annotated[str, Strict(), AfterValidator(_letters)]


class SiteParts(Document):
    """One site and one window: all that a plan depends on.

    Attributes:
        prices, connection: of the grid connection, the root of all electricity nodes. Without
            prices there, each device stands beneath a node that has some.
        uncontrolled_kw: measured or forecast power at the root of what no plan moves.
        nodes: limits below it, to any depth.
        ties: what to prefer among plans of equal cost.
        rolling: what is kept of the last plan.
        uncertainty: what may come otherwise; nothing when not given.
        on_infeasible: when no plan keeps every hard limit, ``explain`` says which contradict
            each other; ``nearest`` also plans with the least breach of them.
    """

    version: Literal[1] = 1
    window: Window
    currency: Currency = "EUR"
    prices: Prices | None = None
    connection: Connection = Connection()
    uncontrolled_kw: Varying = 0.0
    devices: Devices = ()
    nodes: tuple[Node, ...] = ()
    commodities: tuple[Commodity, ...] = ()
    stocks: tuple[SharedStock, ...] = ()
    peaks: tuple[PeakTariff, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    couplings: tuple[Coupling, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    ties: Ties = Ties.EARLY
    rolling: Rolling = Rolling()
    uncertainty: Uncertainty = Uncertainty()
    on_infeasible: OnInfeasible = OnInfeasible.EXPLAIN

    @property
    def bends(self) -> bool:
        """Whether any device's physics bend, so that its plan is refined."""
        return any(getattr(device, "is_bent", False) for device in self.devices)
