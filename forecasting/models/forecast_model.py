"""Which model forecasts a sensor."""

from datetime import timedelta
from typing import Final, Self

from django.db import models
from django.db.models import Q

from assets.models import Sensor, within_reach
from forecasting.interpret import BASELINE
from tenants.permissions import Actor

#: Long enough to tell days of the week apart, short enough to have the season right.
DEFAULT_HISTORY: Final = timedelta(days=60)


class ForecastModelQuerySet(models.QuerySet["ForecastModel"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(within_reach(actor, "sensor__asset__path"))


class ForecastModel(models.Model):
    """What is kept for a sensor, so that a forecast can be asked for by its name.

    Attributes:
        forecaster: name of a plug-in of group ``forecasting.forecasters``.
        history: how far back it learns.
        horizon: how far ahead it looks, when a request does not say.
    """

    sensor = models.OneToOneField(Sensor, on_delete=models.CASCADE, related_name="+")
    forecaster = models.CharField(max_length=50, default=BASELINE)
    history = models.DurationField(default=DEFAULT_HISTORY)
    horizon = models.DurationField(default=timedelta(hours=48))

    objects = models.Manager.from_queryset(ForecastModelQuerySet)()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(history__gt=timedelta(0)), name="forecast_history_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(horizon__gt=timedelta(0)), name="forecast_horizon_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.forecaster} of {self.sensor}"
