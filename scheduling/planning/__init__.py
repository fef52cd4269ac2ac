"""Planning: a document in, a plan out. Pure: no database, no clock but a stopwatch."""

from scheduling.planning.plan import Breach, Plan, PlanStatus, Reason, UnresolvedReference
from scheduling.planning.solving import plan

__all__ = ["Breach", "Plan", "PlanStatus", "Reason", "UnresolvedReference", "plan"]
