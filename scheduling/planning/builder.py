"""Gathering the devices of a document into the arrays of a problem."""

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from scheduling.flex.site import SiteDocument
from scheduling.formulation.ageing import Sliced
from scheduling.formulation.bends import Bend
from scheduling.formulation.commitments import Commitment
from scheduling.formulation.curtailable import Curtailables
from scheduling.formulation.exchange import Exchange
from scheduling.formulation.goals import Goal
from scheduling.formulation.operation import (
    Bands,
    Coupling,
    Exclusion,
    LeastPower,
    Ramp,
    Surcharge,
    Switching,
)
from scheduling.formulation.peaks import Peak
from scheduling.formulation.phases import OnePhase, PhaseLimit
from scheduling.formulation.processes import PiecedJob, WholeJob
from scheduling.formulation.rolling import Held
from scheduling.formulation.site import Scope
from scheduling.formulation.stocks import Stocks
from scheduling.formulation.storage import Flows
from scheduling.formulation.tapers import Reserve, Taper
from scheduling.planning.series import Quantity, series

Array = NDArray[np.float64]


class Contradiction(Exception):
    """The document asks for what cannot be, as is plain without solving. Words for the user."""


@dataclass(slots=True, kw_only=True)
class StockRow:
    """One stock; fields as in ``formulation.storage.Stocks``, ``end_value`` None for refill."""

    name: str
    initial: float
    end_value: float | None
    kept: Array
    gain: Array
    floor: Array
    ceiling: Array


@dataclass(slots=True, kw_only=True)
class FlowRow:
    """One flow; fields as in ``formulation.storage.Flows``."""

    name: str
    node: int
    stock: int
    charge_limit: Array
    discharge_limit: Array
    charge_efficiency: Array
    discharge_efficiency: Array
    charge_cost: float = 0.0
    discharge_cost: float = 0.0
    cost_term: str = "wear"


@dataclass(slots=True)
class Reading:
    """Where the power and the stock of a device are: numbers of rows, or plain power."""

    flow: int | None = None
    stock: int | None = None
    generator: int | None = None
    job: int | None = None
    fixed: Array | None = None
    kelvin_per_kwh: float | None = None


@dataclass(slots=True)
class Builder:
    """A problem under construction. ``node_of``: number of a node by its name."""

    document: SiteDocument
    node_of: dict[str | None, int]
    fixed: Array
    stocks: list[StockRow] = field(default_factory=list)
    flows: list[FlowRow] = field(default_factory=list)
    generators: list[tuple[str, int, Array, float]] = field(default_factory=list)
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
    phase_limits: list[PhaseLimit] = field(default_factory=list)
    on_one_phase: list[OnePhase] = field(default_factory=list)
    sliced: list[Sliced] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    bends: list[Bend] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    stock_of: dict[str, int] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    first_port: dict[str, str] = field(default_factory=dict)

    def reading(self, name: str) -> Reading:
        """Return where the power of device ``name`` is; of a converter, that at its first port."""
        return self.readings[self.first_port.get(name, name)]

    @property
    def n_steps(self) -> int:
        """Steps of the window."""
        return self.document.window.grid.n_steps

    @property
    def hours(self) -> float:
        """Length of a step."""
        return self.document.window.grid.step_hours

    @property
    def step_hours(self) -> float | Array:
        """Length of each step: one number, or shape (T,) where only a part of the first is left."""
        window, now = self.document.window, self.document.rolling.now
        if now is None or now <= window.grid.start:
            return self.hours
        lengths = np.full(self.n_steps, self.hours)
        lengths[0] = (window.grid.start + window.grid.step - now) / timedelta(hours=1)
        return lengths

    @property
    def blocks(self) -> NDArray[np.int64] | None:
        """In which block each step's power holds, shape (T,); frozen steps each in their own."""
        found = self.document.window.blocks()
        if found is None:
            return None
        blocks = np.array(found, dtype=np.int64)
        n_frozen = max((each.n_frozen for each in self.held), default=0)
        begins = np.diff(blocks, prepend=-1) != 0
        begins[: n_frozen + 1] = True
        return np.cumsum(begins) - 1

    @property
    def has_part(self) -> bool:
        """Whether only a part of the first step is left."""
        return not isinstance(self.step_hours, float)

    def series(self, quantity: Quantity, *, missing: float = np.nan) -> Array:
        """Return ``quantity`` per step, shape (T,)."""
        return series(quantity, self.n_steps, missing=missing)

    def add_stock(self, row: StockRow) -> int:
        """Add a stock; return its number."""
        self.stocks.append(row)
        return len(self.stocks) - 1

    def add_flow(self, row: FlowRow) -> int:
        """Add a flow; return its number."""
        self.flows.append(row)
        return len(self.flows) - 1

    def flow_arrays(self) -> Flows:
        """Return all flows as arrays."""
        return Flows(
            names=[row.name for row in self.flows],
            node=np.array([row.node for row in self.flows], dtype=np.int64),
            stock=np.array([row.stock for row in self.flows], dtype=np.int64),
            cost_terms=[row.cost_term for row in self.flows],
            charge_cost=np.array([row.charge_cost for row in self.flows], dtype=np.float64),
            discharge_cost=np.array([row.discharge_cost for row in self.flows], dtype=np.float64),
            charge_limit=self._table([row.charge_limit for row in self.flows]),
            discharge_limit=self._table([row.discharge_limit for row in self.flows]),
            charge_efficiency=self._table([row.charge_efficiency for row in self.flows]),
            discharge_efficiency=self._table([row.discharge_efficiency for row in self.flows]),
        )

    def stock_arrays(self, end_values: list[float]) -> Stocks:
        """Return all stocks as arrays, worth ``end_values`` at the end."""
        return Stocks(
            names=[row.name for row in self.stocks],
            initial=np.array([row.initial for row in self.stocks], dtype=np.float64),
            end_value=np.array(end_values, dtype=np.float64),
            kept=self._table([row.kept for row in self.stocks]),
            gain=self._table([row.gain for row in self.stocks]),
            floor=self._table([row.floor for row in self.stocks]),
            ceiling=self._table([row.ceiling for row in self.stocks]),
            exchanges=tuple(self.exchanges),
        )

    def generator_arrays(self) -> Curtailables:
        """Return all generators as arrays."""
        return Curtailables(
            names=[name for name, _, _, _ in self.generators],
            node=np.array([node for _, node, _, _ in self.generators], dtype=np.int64),
            available=self._table([available for _, _, available, _ in self.generators]),
            price=np.array([price for _, _, _, price in self.generators], dtype=np.float64),
        )

    def _table(self, rows: list[Array]) -> Array:
        return np.array(rows, dtype=np.float64).reshape(len(rows), self.n_steps)
