"""Tables of forecasting."""

from forecasting.models.forecast_model import (
    DEFAULT_HISTORY,
    ForecastModel,
    ForecastModelQuerySet,
)
from forecasting.models.forecast_run import ForecastRun, ForecastRunQuerySet, RunState

__all__ = [
    "DEFAULT_HISTORY",
    "ForecastModel",
    "ForecastModelQuerySet",
    "ForecastRun",
    "ForecastRunQuerySet",
    "RunState",
]
