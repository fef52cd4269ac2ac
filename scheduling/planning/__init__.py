"""Planning: a document in, a plan out. Pure: no database, no clock but a stopwatch."""

from scheduling.planning.explaining import explain
from scheduling.planning.explanation import Explanation
from scheduling.planning.plan import (
    Breach,
    Conflict,
    Plan,
    PlanStatus,
    UnresolvedReference,
)
from scheduling.planning.solving import EngineUnsuited, plan

__all__ = [
    "Breach",
    "Conflict",
    "EngineUnsuited",
    "Explanation",
    "Plan",
    "PlanStatus",
    "UnresolvedReference",
    "explain",
    "plan",
]
