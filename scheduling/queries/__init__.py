"""Reads for scheduling: what is kept, a run's problem, and what people are shown of a plan."""

from scheduling.queries.flex import flex_of, members_of, run_document
from scheduling.queries.measured import SensorRemoved, read_measured
from scheduling.queries.missing import MissingBeliefs
from scheduling.queries.problems import known_steps, read_problem
from scheduling.queries.studies import kept_site, measured_days, read_study
from scheduling.queries.wear import measured_wear

__all__ = [
    "MissingBeliefs",
    "SensorRemoved",
    "flex_of",
    "kept_site",
    "known_steps",
    "measured_days",
    "measured_wear",
    "members_of",
    "read_measured",
    "read_problem",
    "read_study",
    "run_document",
]
