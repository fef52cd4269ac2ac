"""Forecast runs: one attempt to forecast one sensor over one window."""

import uuid
from datetime import datetime, timedelta
from typing import Final, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from assets.models import Sensor, Source, within_reach
from assets.timegrid import TimeGrid
from forecasting.features.sayings import FORECASTS
from tenants.permissions import Actor
from tenants.sayings import JOB_REASONS, Sentences

_SENTENCES: Final = Sentences({**FORECASTS.words, **JOB_REASONS.words})


class RunState(models.TextChoices):
    QUEUED = "QUEUED", "queued"
    RUNNING = "RUNNING", "running"
    READY = "READY", "ready"
    FAILED = "FAILED", "failed"


_NEXT_STATES: Final = {
    RunState.QUEUED: {RunState.RUNNING, RunState.FAILED},
    # RUNNING may follow itself: a worker died and another took the job over.
    RunState.RUNNING: {RunState.RUNNING, RunState.READY, RunState.FAILED},
}


class ForecastRunQuerySet(models.QuerySet["ForecastRun"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(within_reach(actor, "sensor__asset__path"))

    def unfinished(self) -> Self:
        return self.filter(finished_at=None)


class ForecastRun(models.Model):
    """One attempt to forecast one sensor.

    The forecast itself is beliefs of the sensor, formed at ``knowledge_time``.

    Attributes:
        forecaster: who was asked.
        start, end: window [start, end), UTC.
        step: that is foretold at once, a multiple of the sensor's resolution.
        history_start: beginning of what was learnt from.
        knowledge_time: beliefs formed later were not used, so a run can be repeated.
        source: who made the forecast; None until there is one.
        fallback: why that is not ``forecaster``, in words; empty if it is.
        reason: why it was made as it was, where the forecaster chooses.
        input_notes: what was left out of the history, in words; empty if nothing was.
        failure: why there is no forecast, in words for the user; empty if there is one.
        said: what these four texts say, to be said in other languages (``tenants.sayings``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sensor = models.ForeignKey(Sensor, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=16, choices=RunState, default=RunState.QUEUED)
    forecaster = models.CharField(max_length=50)
    start = models.DateTimeField()
    end = models.DateTimeField()
    history_start = models.DateTimeField()
    step = models.DurationField()
    knowledge_time = models.DateTimeField()
    requested_by = models.CharField(max_length=100)
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="+")
    fallback = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=500, blank=True, db_default="")
    input_notes = models.CharField(max_length=500, blank=True, db_default="")
    failure = models.CharField(max_length=500, blank=True)
    said = models.JSONField(default=dict, db_default={}, editable=False)

    objects = models.Manager.from_queryset(ForecastRunQuerySet)()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")), name="forecast_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(start__gt=F("history_start")), name="forecast_follows_its_history"
            ),
        ]
        indexes = [
            models.Index(fields=["updated_at", "id"], name="forecast_run_by_update"),
            models.Index(fields=["sensor", "-requested_at"], name="forecast_newest_of_sensor"),
        ]

    def __str__(self) -> str:
        return f"{self.sensor} from {self.start:%Y-%m-%d %H:%M}Z"

    @property
    def grid(self) -> TimeGrid:
        """The window, in steps of the sensor's resolution."""
        return TimeGrid.between(self.start, self.end, self.sensor.resolution)

    @property
    def history(self) -> timedelta:
        """How far before the window was learnt from."""
        return self.start - self.history_start

    def text(self, field: str, language: str) -> str:
        """Return ``fallback``, ``reason``, ``input_notes`` or ``failure`` in ``language``."""
        return _SENTENCES.said(self.said.get(field), language, otherwise=getattr(self, field))

    def move_to(self, state: RunState, *, at: datetime, **changes: object) -> None:
        """Move to ``state`` and save, together with ``changes`` to other fields.

        Raises:
            ValidationError: ``state`` cannot follow the present one.
        """
        if state not in _NEXT_STATES.get(RunState(self.state), set()):
            raise ValidationError(
                f"a forecast cannot go from {self.state} to {state}", code="state"
            )
        self.state = state
        if state != RunState.RUNNING:
            self.finished_at = at
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=["state", "finished_at", "updated_at", *changes])
