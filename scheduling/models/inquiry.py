"""Inquiries: questions about an asset and a span of time, each answered by one job."""

import uuid
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from assets.models import Asset, within_reach
from assets.timegrid import TimeGrid
from scheduling.interpret.failures import FAILURES
from tenants.permissions import Actor


class InquiryState(models.TextChoices):
    QUEUED = "QUEUED", "queued"
    READY = "READY", "ready"
    FAILED = "FAILED", "failed"


class InquiryQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(within_reach(actor, "asset__path"))


class Inquiry(models.Model):
    """A question about one asset. It ends once, with an answer or with why there is none.

    Attributes:
        asset: what is asked about.
        start, end: it is about [start, end), UTC.
        step: length of a step; divides the span.
        knowledge_time: beliefs formed later were not used.
        asked: what was asked, word for word; a document of the kind of inquiry.
        result: the answer once there is one, else None; a document of the kind of inquiry.
        failure: why there is none, in words for the user; empty if there is one.
        said: what ``failure`` says, to be said in other languages (``tenants.sayings``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=16, choices=InquiryState, default=InquiryState.QUEUED)
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
    said = models.JSONField(default=dict, db_default={}, editable=False)

    objects = models.Manager.from_queryset(InquiryQuerySet)()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")), name="%(class)s_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(step__gt=timedelta(0)), name="%(class)s_step_is_positive"
            ),
        ]
        indexes = [
            models.Index(fields=["asset", "-requested_at"], name="%(class)s_newest"),
            models.Index(fields=["updated_at", "id"], name="%(class)s_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.asset} from {self.start:%Y-%m-%d %H:%M}Z"

    @property
    def grid(self) -> TimeGrid:
        return TimeGrid.between(self.start, self.end, self.step)

    def failure_in(self, language: str, zone: tzinfo = UTC) -> str:
        """Return ``failure`` in ``language``, times in ``zone``."""
        said = self.said.get("failure")
        return FAILURES.said(said, language, zone=zone, otherwise=self.failure)

    def end_as(self, state: InquiryState, *, at: datetime, **changes: object) -> None:
        """Move to ``state``, which ends it, and save with ``changes`` to other fields.

        Raises:
            ValidationError: it has ended already, or ``state`` ends nothing.
        """
        if self.state != InquiryState.QUEUED or state == InquiryState.QUEUED:
            name = self._meta.verbose_name
            raise ValidationError(f"{name} cannot go from {self.state} to {state}", code="state")
        self.state, self.finished_at, self.updated_at = state, at, at
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=["state", "finished_at", "updated_at", *changes])
