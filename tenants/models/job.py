"""Work that must happen, as rows: what a worker runs is what stands here, and nothing else."""

from datetime import datetime
from typing import Any, Final, Self

from django.db import models
from django.db.models import Q

from tenants.models.tenant import Tenant


class JobState(models.TextChoices):
    READY = "READY", "waiting"
    RUNNING = "RUNNING", "running"
    DONE = "DONE", "done"
    QUARANTINED = "QUARANTINED", "given up"


_UNFINISHED: Final = Q(state__in=[JobState.READY, JobState.RUNNING])


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> Self:
        """Keep jobs that are still to end one way or the other."""
        return self.filter(_UNFINISHED)

    def ready_at(self, now: datetime) -> Self:
        """Keep jobs that may be claimed at ``now``."""
        return self.filter(state=JobState.READY, not_before__lte=now)

    def abandoned_at(self, now: datetime) -> Self:
        """Keep running jobs whose worker let the lease run out."""
        return self.filter(state=JobState.RUNNING, lease_until__lt=now)


class Job(models.Model):
    """One piece of work of one tenant.

    ``attempt`` counts claims. It fences results: who writes for an attempt that is no longer
    the current one is refused.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=100)
    queue = models.CharField(max_length=32)
    dedupe_key = models.CharField(max_length=200)
    payload: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=JobState, default=JobState.READY)
    attempt = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True)

    objects = models.Manager.from_queryset(JobQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "dedupe_key"],
                condition=_UNFINISHED,
                name="job_unfinished_unique",
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.RUNNING) | Q(lease_until__isnull=False),
                name="job_running_has_lease",
            ),
        ]
        indexes = [
            # What may be claimed next, per queue and tenant.
            models.Index(
                fields=["queue", "tenant", "not_before", "id"],
                condition=Q(state=JobState.READY),
                name="job_ready",
            ),
            # Whose lease has run out, and how many run for a tenant.
            models.Index(
                fields=["tenant", "lease_until"],
                condition=Q(state=JobState.RUNNING),
                name="job_running",
            ),
            # When a tenant was last served.
            models.Index(fields=["queue", "tenant", "-claimed_at"], name="job_last_served"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.dedupe_key}"
