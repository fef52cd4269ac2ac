"""Reads for scheduling: a run's problem, and what people are shown of a plan."""

from scheduling.queries.problems import (
    MissingBeliefs,
    flex_of,
    read_problem,
    run_document,
)

__all__ = [
    "MissingBeliefs",
    "flex_of",
    "read_problem",
    "run_document",
]
