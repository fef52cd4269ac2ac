"""Reads for forecasting: plans, what was known of a sensor, and how good forecasts were."""

from forecasting.queries.accuracy import Accuracy, day_chart, lead_chart, read_accuracy
from forecasting.queries.problem import Problem, read_problem
from forecasting.queries.scores import read_live_scores
from forecasting.queries.shown import Shown, foreseeable, read_shown, shown_chart, shown_rows
from forecasting.queries.standing import (
    has_remote_model,
    newest_made,
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
    "Accuracy",
    "Added",
    "Problem",
    "Shown",
    "WrongParts",
    "check_parts",
    "day_chart",
    "foreseeable",
    "has_remote_model",
    "lead_chart",
    "newest_made",
    "newest_run",
    "parts_of",
    "plan_of",
    "read_accuracy",
    "read_live_scores",
    "read_problem",
    "read_shown",
    "read_sum",
    "remote_forecaster",
    "shown_chart",
    "shown_rows",
    "something_foretold",
    "something_new",
]
