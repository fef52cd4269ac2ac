"""Admin of forecasting, for operators: choose the model, look, and ask again."""

from forecasting.admin.plans import ForecastPlanAdmin
from forecasting.admin.remote_models import RemoteModelAdmin
from forecasting.admin.runs import ForecastRunAdmin

__all__ = ["ForecastPlanAdmin", "ForecastRunAdmin", "RemoteModelAdmin"]
