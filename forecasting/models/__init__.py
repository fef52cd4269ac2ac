"""Tables of forecasting."""

from forecasting.models.forecast_plan import (
    DEFAULT_HISTORY,
    DEFAULT_HORIZON,
    SUM,
    ForecastPlan,
    ForecastPlanQuerySet,
)
from forecasting.models.forecast_run import ForecastRun, ForecastRunQuerySet, RunState
from forecasting.models.remote_model import REMOTE, RemoteModel

__all__ = [
    "DEFAULT_HISTORY",
    "DEFAULT_HORIZON",
    "REMOTE",
    "SUM",
    "ForecastPlan",
    "ForecastPlanQuerySet",
    "ForecastRun",
    "ForecastRunQuerySet",
    "RemoteModel",
    "RunState",
]
