"""Reads for forecasting: plans, what was known of a sensor, and how good forecasts were."""

from forecasting.queries.problem import Problem, read_problem
from forecasting.queries.scores import read_live_scores
from forecasting.queries.standing import (
    has_remote_model,
    newest_run,
    plan_of,
    remote_forecaster,
    something_new,
)
from forecasting.queries.sums import (
    Added,
    WrongParts,
    check_parts,
    parts_of,
    read_sum,
    something_foretold,
)

__all__ = [
    "Added",
    "Problem",
    "WrongParts",
    "check_parts",
    "has_remote_model",
    "newest_run",
    "parts_of",
    "plan_of",
    "read_live_scores",
    "read_problem",
    "read_sum",
    "remote_forecaster",
    "something_foretold",
    "something_new",
]
