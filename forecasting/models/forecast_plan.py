"""Standing plans: which model forecasts a sensor, how far and how often."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

from django.db import models
from django.db.models import Q

from assets.models import Sensor, within_reach
from tenants.permissions import Actor

if TYPE_CHECKING:
    from forecasting.evaluation.live import LiveScores  # numpy, for who scores

#: ``interpret.BASELINE``, named again because that module loads numpy.
BASELINE: Final = "seasonal_naive"
#: In place of a forecaster: the sum of the forecasts of other sensors.
SUM: Final = "sum"
#: Long enough to tell days of the week apart, short enough to have the season right.
DEFAULT_HISTORY: Final = timedelta(days=60)
DEFAULT_HORIZON: Final = timedelta(hours=48)


class ForecastPlanQuerySet(models.QuerySet["ForecastPlan"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(within_reach(actor, "sensor__asset__path"))

    def standing(self) -> Self:
        """Keep those that are renewed without anybody asking: a sum follows its parts always."""
        return self.filter(Q(rhythm__isnull=False) | Q(follows_data=True) | Q(forecaster=SUM))

    def sums_over(self, sensor: Sensor) -> Self:
        """Keep the sums that ``sensor`` may be a part of: by name, or by where it hangs."""
        names = sensor.asset.path.split(".")[:-2]
        above = [".".join(names[: n + 1]) + "." for n in range(len(names))]
        beneath = Q(parts=None, sensor__asset__path__in=above)
        return self.filter(Q(parts=sensor) | beneath, forecaster=SUM).distinct()


class ForecastPlan(models.Model):
    """The standing plan of a sensor's forecasts: by which model, how far, how often.

    Attributes:
        forecaster: name of a plug-in of group ``forecasting.forecasters``, ``remote:`` and the
            name of a remote model, or ``SUM``.
        history: how far back it learns.
        horizon: how far ahead it looks, when a request does not say.
        rhythm: how often it is renewed; None for on request alone.
        follows_data: whether it is renewed, too, when something new was measured.
        covariates: sensors known ahead, such as weather forecasts and prices.
        parts: of a ``SUM`` the sensors that are added; when there are none, those of its quantity
            at the assets that hang next under its own.
        holiday_region: whose public and school holidays explain it, as ``features.regions`` names
            regions; empty for the public ones of the country.
        peak_kw: what the sensor reaches at most in either direction [kW, > 0], as far as anybody
            knows: no forecast goes beyond, and before there is a history, a profile of its kind
            is drawn to this height.
        scored_at: when the forecasts were last held against what was measured; None before.
        mae, skill, coverage, drifts: see ``evaluation.live``; None where nothing can be said.
    """

    sensor = models.OneToOneField(Sensor, on_delete=models.CASCADE, related_name="+")
    forecaster = models.CharField(max_length=50, default=BASELINE)
    history = models.DurationField(default=DEFAULT_HISTORY)
    horizon = models.DurationField(default=DEFAULT_HORIZON)
    step = models.DurationField(
        null=True,
        blank=True,
        help_text="Foretold at once, at most an hour; empty: each event of the sensor by itself.",
    )
    rhythm = models.DurationField(null=True, blank=True)
    follows_data = models.BooleanField(default=False, db_default=False)
    covariates = models.ManyToManyField(Sensor, related_name="+", blank=True)
    parts = models.ManyToManyField(Sensor, related_name="+", blank=True)
    holiday_region = models.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="Whose public and school holidays explain it: NL-Noord, DE-BY, BE-Flemish.",
    )
    peak_kw = models.FloatField(null=True, blank=True)

    scored_at = models.DateTimeField(null=True, editable=False)
    mae = models.FloatField(null=True, editable=False)
    skill = models.FloatField(null=True, editable=False)
    coverage = models.FloatField(null=True, editable=False)
    drifts = models.BooleanField(default=False, db_default=False, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = models.Manager.from_queryset(ForecastPlanQuerySet)()

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["updated_at", "id"], name="forecast_plan_by_update")]
        constraints = [
            models.CheckConstraint(
                condition=Q(history__gt=timedelta(0)), name="forecast_history_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(horizon__gt=timedelta(0)), name="forecast_horizon_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(rhythm=None) | Q(rhythm__gte=timedelta(minutes=5)),
                name="forecast_rhythm_is_five_minutes_or_more",
            ),
            models.CheckConstraint(
                condition=Q(peak_kw=None) | Q(peak_kw__gt=0), name="forecast_peak_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.forecaster} of {self.sensor}"

    def take_scores(self, scores: "LiveScores", *, at: datetime) -> None:
        """Keep how good the forecasts were."""
        self.scored_at, self.drifts = at, scores.drifts
        self.mae = scores.mae if scores.scored else None
        self.skill, self.coverage = scores.skill, scores.coverage
        self.save(update_fields=["scored_at", "drifts", "mae", "skill", "coverage", "updated_at"])
