"""Identifications: one attempt to tell what a building or a battery is from its measurements."""

import uuid
from datetime import datetime, timedelta
from typing import Final, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from assets.models import Asset, within_reach
from assets.timegrid import TimeGrid
from tenants.permissions import Actor


class IdentificationState(models.TextChoices):
    QUEUED = "QUEUED", "queued"
    READY = "READY", "ready"
    FAILED = "FAILED", "failed"


_NEXT_STATES: Final = {
    IdentificationState.QUEUED: {IdentificationState.READY, IdentificationState.FAILED},
}


class IdentificationQuerySet(models.QuerySet["Identification"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(within_reach(actor, "asset__path"))


class Identification(models.Model):
    """One attempt to identify one asset.

    Attributes:
        asset: the building or the battery.
        start, end: what was measured in [start, end), UTC.
        step: length of a step; divides the span.
        knowledge_time: beliefs formed later were not used.
        asked: a ``scheduling.flex.IdentificationDocument``: what was asked, word for word.
        result: a ``scheduling.flex.IdentificationResult`` once there is one, else None.
        failure: why there is none, in words for the user; empty if there is one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(
        max_length=16, choices=IdentificationState, default=IdentificationState.QUEUED
    )
    start = models.DateTimeField()
    end = models.DateTimeField()
    step = models.DurationField()
    knowledge_time = models.DateTimeField()
    asked = models.JSONField()
    result = models.JSONField(null=True)
    requested_by = models.CharField(max_length=100)
    requested_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, blank=True)

    objects = models.Manager.from_queryset(IdentificationQuerySet)()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")), name="identification_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(step__gt=timedelta(0)), name="identification_step_is_positive"
            ),
        ]
        indexes = [
            models.Index(fields=["asset", "-requested_at"], name="identification_newest"),
            models.Index(fields=["updated_at", "id"], name="identification_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.asset} from {self.start:%Y-%m-%d %H:%M}Z"

    @property
    def grid(self) -> TimeGrid:
        return TimeGrid.between(self.start, self.end, self.step)

    def end_as(self, state: IdentificationState, *, at: datetime, **changes: object) -> None:
        """Move to ``state``, which ends it, and save with ``changes`` to other fields.

        Raises:
            ValidationError: it has ended already.
        """
        if state not in _NEXT_STATES.get(IdentificationState(self.state), set()):
            raise ValidationError(
                f"an identification cannot go from {self.state} to {state}", code="state"
            )
        self.state, self.finished_at, self.updated_at = state, at, at
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=["state", "finished_at", "updated_at", *changes])
