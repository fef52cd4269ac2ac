"""Admin of forecasting, for operators: choose the model, look, and ask again."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin

from forecasting import services
from forecasting.forecasters.base import FORECASTERS
from forecasting.models import ForecastModel, ForecastRun
from tenants.accounts.actors import actor_of


class ForecastModelForm(forms.ModelForm[ForecastModel]):
    class Meta:
        model = ForecastModel
        fields = ["sensor", "forecaster", "history", "horizon"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["forecaster"] = forms.ChoiceField(
            choices=[(name, name.replace("_", " ")) for name in FORECASTERS.names()]
        )


@admin.register(ForecastModel)
class ForecastModelAdmin(ModelAdmin[ForecastModel]):
    form = ForecastModelForm
    list_display = ["sensor", "forecaster", "history", "horizon"]
    list_filter = ["forecaster"]
    list_select_related = ["sensor__asset"]
    autocomplete_fields = ["sensor"]
    search_fields = ["sensor__name", "sensor__asset__name"]
    ordering = ["sensor__asset__path", "sensor__name"]
    actions = ["forecast_now"]

    @admin.action(description="Forecast now", permissions=["change"])
    def forecast_now(self, request: HttpRequest, queryset: QuerySet[ForecastModel]) -> None:
        """Ask for a forecast by each chosen model."""
        actor, now = actor_of(request.user), timezone.now()
        for model in queryset.select_related("sensor__asset"):
            try:
                services.request_forecast(actor=actor, sensor=model.sensor, now=now)
            except ValidationError as error:
                self.message_user(request, f"{model}: {_in_words(error)}", messages.WARNING)
            else:
                self.message_user(request, f"{model}: asked for", messages.SUCCESS)


@admin.register(ForecastRun)
class ForecastRunAdmin(ModelAdmin[ForecastRun]):
    """Runs are never edited."""

    list_display = [
        "sensor",
        "start",
        "state",
        "forecaster",
        "source",
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ForecastRun | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ForecastRun | None = None) -> bool:
        return False

    @admin.action(description="Ask again, from now on", permissions=["view"])
    def request_again(self, request: HttpRequest, queryset: QuerySet[ForecastRun]) -> None:
        """Repeat each run's request as a new run; the old one stays as it was."""
        actor, now = actor_of(request.user), timezone.now()
        for run in queryset.select_related("sensor__asset"):
            try:
                services.request_again(actor=actor, run=run, now=now)
            except ValidationError as error:
                self.message_user(request, f"{run}: {_in_words(error)}", messages.WARNING)
            else:
                self.message_user(request, f"{run}: asked again", messages.SUCCESS)


def _in_words(error: ValidationError) -> str:
    return "; ".join(error.messages)
