"""The job monitor: what waits, runs, failed, for which tenant. Jobs are never edited."""

from django.contrib import admin
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import display

from tenants.admin.read_only import ReadOnly
from tenants.admin.site import public_site
from tenants.models import Job, JobState


@admin.register(Job, site=public_site)
class JobAdmin(ReadOnly, ModelAdmin[Job]):
    list_display = ["kind", "tenant", "shown_state", "attempt", "created_at", "took", "reason"]
    list_filter = ["state", "queue", "kind", "tenant"]
    list_select_related = ["tenant"]
    search_fields = ["kind", "dedupe_key"]
    date_hierarchy = "created_at"
    # Counting all jobs of a busy platform takes longer than showing a page of them.
    show_full_result_count = False
    ordering = ["-created_at", "-id"]

    @display(
        description="state",
        ordering="state",
        label={
            JobState.READY.label: "info",
            JobState.RUNNING.label: "warning",
            JobState.DONE.label: "success",
            JobState.QUARANTINED.label: "danger",
        },
    )
    def shown_state(self, job: Job) -> str:
        return JobState(job.state).label

    @admin.display(description="took")
    def took(self, job: Job) -> str | None:
        """The last attempt, from its claim to its end or until now; None while the job waits."""
        if job.state == JobState.READY or job.claimed_at is None:
            return None
        lasted = (job.finished_at or timezone.now()) - job.claimed_at
        return f"{lasted.total_seconds():,.1f} s"

    @admin.display(description="reason")
    def reason(self, job: Job) -> str:
        return job.failure[:80]
