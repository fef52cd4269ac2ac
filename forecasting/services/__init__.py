"""Use cases of forecasting: what a user, an operator or a timetable may ask for.

Each authorises, checks, writes in one transaction, and leaves slow work to a worker.
"""

from forecasting.services.plans import (
    keep_plan,
    renew_after_data,
    renew_forecasts,
    renew_sums,
    score_forecasts,
)
from forecasting.services.remote_models import keep_remote_model
from forecasting.services.requests import (
    MAX_HORIZON,
    next_start,
    request_again,
    request_forecast,
)

__all__ = [
    "MAX_HORIZON",
    "keep_plan",
    "keep_remote_model",
    "next_start",
    "renew_after_data",
    "renew_forecasts",
    "renew_sums",
    "request_again",
    "request_forecast",
    "score_forecasts",
]
