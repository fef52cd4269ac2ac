"""Reads for scheduling: a run's problem, and what people are shown of a plan."""

from scheduling.queries.problems import (
    MissingBeliefs,
    asset_topic,
    flex_of,
    read_problem,
    run_document,
    run_topic,
)

__all__ = [
    "MissingBeliefs",
    "asset_topic",
    "flex_of",
    "read_problem",
    "run_document",
    "run_topic",
]
