"""What planning answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.engines.base import Solution
from scheduling.flex.site import SiteDocument
from scheduling.formulation.site import SiteModel, SiteProblem
from scheduling.interpret.breaches import Breach
from scheduling.interpret.failures import FAILURES
from scheduling.interpret.irreducible import Conflict
from scheduling.interpret.refinement import Refinement
from scheduling.planning.scenarios import Outlook
from tenants.sayings import Saying

Array = NDArray[np.float64]

__all__ = [
    "Breach",
    "Conflict",
    "Plan",
    "PlanStatus",
    "ScenarioOutcome",
    "Solved",
    "UnresolvedReference",
]


#: Of limits that have to give, or contradict each other, so many are told.
_MOST_TOLD: Final = 50


class UnresolvedReference(ValueError):
    """A document still refers to a sensor; ``path`` is where."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"{path}: refers to a sensor, whose values are not known here")


class PlanStatus(StrEnum):
    """How far the answer can be relied on."""

    OPTIMAL = "OPTIMAL"  # no plan costs less
    LOCAL = "LOCAL"  # physics bend: no plan nearby costs less; ``bound`` says how good at least
    TIME_LIMIT = "TIME_LIMIT"  # the best found in time; ``bound`` says how good at least
    NEAREST = "NEAREST"  # no plan keeps every hard limit; this breaks them least
    INFEASIBLE = "INFEASIBLE"  # no plan keeps every hard limit; ``infeasible`` says which


@dataclass(frozen=True, slots=True)
class ScenarioOutcome:
    """What the plan costs in one scenario, of weight ``weight`` [currency]."""

    name: str
    weight: float
    cost: float


@dataclass(frozen=True, slots=True)
class Solved:
    """A problem with its model and the solution that was found: what explains a plan.

    ``outlooks``: of a plan over scenarios, each, ``problem`` being that of the first.
    """

    document: SiteDocument
    problem: SiteProblem
    site: SiteModel
    solution: Solution
    outlooks: tuple[Outlook, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan for one document, or why there is none.

    Attributes:
        cost: of the plan [currency]; the sum of ``costs``. NaN when infeasible.
        regret: what settling ties gave up [currency]: rounding, and no more.
        costs: by named term; earnings are negative.
        bound: no plan costs less [currency].
        power_kw: per device, shape (T,), positive into the device.
        stock_kwh: per store, shape (T + 1,), at the start and after each step.
        grid_power_kw: shape (T,), import positive, export negative.
        curtailed_kw: per generator that can be held back, shape (T,).
        node_power_kw: net power into each node and commodity by name, shape (T,).
        temperature_c: per building, shape (T + 1,).
        breaches: soft limits that the plan breaks.
        infeasible: which limits have to give, and by how much at least, in words; empty when
            all can be kept.
        contradiction: limits of which any one left out would make the others possible.
        timings_ms: ``build``, ``solve``, ``read``.
        refinement: of a plan whose physics bend: whether it follows the exact equations, and if
            not, why; None where all is linear.
        scenarios: what it costs in each, if there are any: then ``cost`` is their mean with the
            price of risk, and powers and stocks are those of the likeliest.
        solved: what it was read from; None where there is no plan, or no model was needed for it.
        by_model: makes the plan anew by a model, where none was needed for it.
    """

    status: PlanStatus
    engine: str
    currency: str
    grid: TimeGrid
    cost: float = float("nan")
    bound: float = float("nan")
    regret: float = 0.0
    costs: dict[str, float] = field(default_factory=dict)
    power_kw: dict[str, Array] = field(default_factory=dict)
    stock_kwh: dict[str, Array] = field(default_factory=dict)
    grid_power_kw: Array = field(default_factory=lambda: np.empty(0))
    curtailed_kw: dict[str, Array] = field(default_factory=dict)
    node_power_kw: dict[str, Array] = field(default_factory=dict)
    temperature_c: dict[str, Array] = field(default_factory=dict)
    breaches: tuple[Breach, ...] = ()
    infeasible: tuple[str, ...] = ()
    contradiction: tuple[Conflict, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
    scenarios: tuple[ScenarioOutcome, ...] = ()
    refinement: Refinement | None = None
    solved: Solved | None = field(default=None, repr=False, compare=False)
    by_model: Callable[[], Self] | None = field(default=None, repr=False, compare=False)

    @property
    def gap(self) -> float:
        """How much the plan may cost above the cheapest there is, relative to its cost.

        Relative to 1 where the plan costs less than that. NaN when infeasible.
        """
        return max(self.cost - self.bound, 0.0) / max(abs(self.cost), 1.0)

    @property
    def failure(self) -> Saying:
        """Which hard limits have to give, and which contradict each other; where there are any."""
        short = list(self.infeasible[:_MOST_TOLD])
        if not self.contradiction:
            return FAILURES("no_plan", short=short)
        together = [each.text for each in self.contradiction[:_MOST_TOLD]]
        return FAILURES("no_plan_as", short=short, together=together)

    def as_json(self) -> dict[str, Any]:
        """Return the plan as objects that JSON knows; times in ISO 8601, unknown as null."""
        is_plan = self.status is not PlanStatus.INFEASIBLE
        return {
            "status": self.status.value,
            "engine": self.engine,
            "currency": self.currency,
            "start": self.grid.start.isoformat(),
            "end": self.grid.end.isoformat(),
            "step_minutes": self.grid.step.total_seconds() / 60,
            "cost": self.cost + 0.0 if is_plan else None,
            "bound": self.bound + 0.0 if is_plan and np.isfinite(self.bound) else None,
            "gap": self.gap if is_plan and np.isfinite(self.bound) else None,
            "regret": self.regret + 0.0 if is_plan else None,
            "costs": {term: amount + 0.0 for term, amount in self.costs.items()},
            "power_kw": _lists(self.power_kw),
            "stock_kwh": _lists(self.stock_kwh),
            "grid_power_kw": _list(self.grid_power_kw),
            "curtailed_kw": _lists(self.curtailed_kw),
            "node_power_kw": _lists(self.node_power_kw),
            "temperature_c": _lists(self.temperature_c),
            "breaches": [_breach_json(breach) for breach in self.breaches],
            "scenarios": [
                {"name": each.name, "weight": each.weight, "cost": each.cost}
                for each in self.scenarios
            ],
            "refinement": None if self.refinement is None else _refinement_json(self.refinement),
            "infeasible": list(self.infeasible),
            "contradiction": [_conflict_json(each) for each in self.contradiction],
            "timings_ms": self.timings_ms,
        }


def _lists(series: dict[str, Array]) -> dict[str, list[float]]:
    return {name: _list(values) for name, values in series.items()}


def _list(values: Array) -> list[float]:
    # A solver's zero may have a sign; nobody else's has.
    numbers: list[float] = (values + 0.0).tolist()
    return numbers


def _iso(time: datetime) -> str:
    return time.isoformat()


def _breach_json(breach: Breach) -> dict[str, Any]:
    return {
        "limit": breach.limit,
        "start": _iso(breach.start),
        "end": _iso(breach.end),
        "most_kw": breach.most_kw,
        "most_kwh": breach.most_kwh,
        "energy_kwh": breach.energy_kwh,
        "cost": breach.cost,
    }


def _refinement_json(refinement: Refinement) -> dict[str, Any]:
    return {
        "text": refinement.text,
        "outcome": refinement.outcome.value,
        "is_exact": refinement.is_exact,
        "linear_cost": refinement.linear_cost,
        "refined_cost": refinement.refined_cost,
        "miss_kwh": refinement.miss_kwh,
    }


def _conflict_json(conflict: Conflict) -> dict[str, Any]:
    return {
        "text": conflict.text,
        "limit": conflict.limit,
        "of": conflict.of,
        "start": _iso(conflict.start),
        "end": _iso(conflict.end),
    }
