"""Forecast runs: what became of each request, and asking again."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin

from forecasting import services
from forecasting.admin.wording import in_words
from forecasting.models import ForecastRun
from tenants.accounts.actors import actor_of
from tenants.admin.read_only import ReadOnly


@admin.register(ForecastRun)
class ForecastRunAdmin(ReadOnly, ModelAdmin[ForecastRun]):
    """Runs are never edited."""

    list_display = [
        "sensor",
        "start",
        "state",
        "forecaster",
        "source",
        "shown_fallback",
        "finished_at",
        "requested_by",
    ]
    list_filter = ["state", "forecaster"]
    list_select_related = ["sensor__asset", "source"]
    search_fields = ["sensor__name", "sensor__asset__name", "id"]
    date_hierarchy = "requested_at"
    # Counting all runs of a busy tenant takes longer than showing a page of them.
    show_full_result_count = False
    ordering = ["-requested_at", "-id"]
    actions = ["request_again"]

    @admin.display(description="made by the baseline, because", ordering="fallback")
    def shown_fallback(self, run: ForecastRun) -> str:
        """Why another model made it; empty if the one asked did."""
        return run.fallback

    @admin.action(description="Ask again, from now on", permissions=["view"])
    def request_again(self, request: HttpRequest, queryset: QuerySet[ForecastRun]) -> None:
        """Repeat each run's request as a new run; the old one stays as it was."""
        actor, now = actor_of(request.user), timezone.now()
        for run in queryset.select_related("sensor__asset"):
            try:
                services.request_again(actor=actor, run=run, now=now)
            except ValidationError as error:
                self.message_user(request, f"{run}: {in_words(error)}", messages.WARNING)
            else:
                self.message_user(request, f"{run}: asked again", messages.SUCCESS)
