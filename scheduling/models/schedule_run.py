"""Schedule runs: one attempt to plan one site over one window."""

import uuid
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Self

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import F, Max, Q

from assets.models import Asset, within_reach
from assets.timegrid import TimeGrid
from scheduling.interpret.failures import FAILURES
from tenants.permissions import Actor


class RunState(models.TextChoices):
    QUEUED = "QUEUED", "queued"
    SOLVING = "SOLVING", "solving"
    READY = "READY", "ready"
    INFEASIBLE = "INFEASIBLE", "infeasible"
    FAILED = "FAILED", "failed"


_NEXT_STATES: Final = {
    RunState.QUEUED: {RunState.SOLVING, RunState.FAILED},
    # SOLVING may follow itself: a worker died and another took the job over.
    RunState.SOLVING: {RunState.SOLVING, RunState.READY, RunState.INFEASIBLE, RunState.FAILED},
}


class ScheduleRunQuerySet(models.QuerySet["ScheduleRun"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(within_reach(actor, "asset__path"))

    def changed_after(self, revision: int) -> Self:
        """Keep what changed after ``revision``, oldest first."""
        return self.filter(revision__gt=revision).order_by("revision")

    def next_revision(self) -> int:
        """Return the number of the change that the present transaction makes to a run.

        Whoever makes the next change waits for our commit: numbers become visible in their
        order, so who has seen one has missed none below it. Taken last in a transaction.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || %s, 0))",
                [f".{self.model._meta.db_table}.revision"],
            )
        newest = self.model._base_manager.aggregate(newest=Max("revision"))["newest"]
        return int(newest or 0) + 1

    def unfinished(self) -> Self:
        return self.filter(finished_at=None)


class ScheduleRun(models.Model):
    """One attempt to plan one site.

    The schedule itself is beliefs of the devices' sensors, formed at ``finished_at``.

    Attributes:
        asset: root of the subtree that is planned.
        start, end: planning window [start, end), UTC.
        step: length of a planning step; divides the window.
        knowledge_time: beliefs formed later were not used, so a run can be repeated.
        problem: a ``scheduling.flex.RunDocument``: what was asked, word for word.
        result: a ``scheduling.flex.RunResult`` once solved, else None.
        cost: what the plan is expected to cost over the window [currency]; may be negative.
        failure: why there is no plan, in words for the user; empty if there is one.
        said: what ``failure`` says, to be said in other languages (``tenants.sayings``).
        variation: what differs from the site as it is, in a run that asks "what if"; empty in
            a plan of the site. Nothing of such a run is a schedule.
        revision: number of its newest change among all changes of runs of the tenant.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=16, choices=RunState, default=RunState.QUEUED)
    engine = models.CharField(max_length=50)
    start = models.DateTimeField()
    end = models.DateTimeField()
    step = models.DurationField()
    knowledge_time = models.DateTimeField()
    problem = models.JSONField()
    result = models.JSONField(null=True)
    requested_by = models.CharField(max_length=100)
    requested_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    cost = models.FloatField(null=True)
    failure = models.CharField(max_length=1000, blank=True)
    said = models.JSONField(default=dict, db_default={}, editable=False)
    variation = models.CharField(max_length=200, blank=True, default="")
    revision = models.BigIntegerField(default=0, editable=False)

    objects = models.Manager.from_queryset(ScheduleRunQuerySet)()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="run_ends_after_start"),
            models.CheckConstraint(condition=Q(step__gt=timedelta(0)), name="run_step_is_positive"),
        ]
        indexes = [
            models.Index(fields=["asset", "-requested_at"], name="run_newest_of_asset"),
            models.Index(fields=["updated_at", "id"], name="run_by_update"),
            models.Index(fields=["revision"], name="run_by_revision"),
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

    def move_to(self, state: RunState, *, at: datetime, **changes: object) -> None:
        """Move to ``state`` and save, together with ``changes`` to other fields.

        Raises:
            ValidationError: ``state`` cannot follow the present one.
        """
        if state not in _NEXT_STATES.get(RunState(self.state), set()):
            raise ValidationError(f"a run cannot go from {self.state} to {state}", code="state")
        self.state = state
        if state != RunState.SOLVING:
            self.finished_at = at
        for name, value in changes.items():
            setattr(self, name, value)
        self.updated_at = at
        self.revision = ScheduleRun.objects.next_revision()
        self.save(update_fields=["state", "finished_at", "updated_at", "revision", *changes])
