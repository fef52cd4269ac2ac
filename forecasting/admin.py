"""Admin of forecasting, for operators: choose the model, look, and ask again."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Media
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import display

from assets.admin.sensors import CHART_MEDIA
from forecasting import queries, services
from forecasting.forecasters.base import FORECASTERS
from forecasting.models import SUM, ForecastPlan, ForecastRun, RemoteModel
from tenants.accounts.actors import actor_of
from tenants.admin.service_form import ServiceAdmin, ServiceForm


class ForecastPlanForm(ServiceForm[ForecastPlan]):
    class Meta:
        model = ForecastPlan
        fields = [
            "sensor",
            "forecaster",
            "history",
            "horizon",
            "rhythm",
            "follows_data",
            "covariates",
            "parts",
            "peak_kw",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["forecaster"] = forms.ChoiceField(
            choices=[
                *((name, name.replace("_", " ")) for name in FORECASTERS.names()),
                (SUM, "the sum of its parts"),
                *((str(each), str(each)) for each in RemoteModel.objects.order_by("name")),
            ]
        )

    def store(self) -> ForecastPlan:
        given = self.instance
        return services.keep_plan(
            actor=self.actor,
            sensor=given.sensor,
            forecaster=given.forecaster,
            history=given.history,
            horizon=given.horizon,
            rhythm=given.rhythm,
            follows_data=given.follows_data,
            covariates=list(self.cleaned_data["covariates"]),
            parts=list(self.cleaned_data["parts"]),
            peak_kw=given.peak_kw,
        )


@admin.register(ForecastPlan)
class ForecastPlanAdmin(ServiceAdmin[ForecastPlan]):
    form = ForecastPlanForm
    list_display = [
        "sensor",
        "forecaster",
        "horizon",
        "rhythm",
        "follows_data",
        "shown_skill",
        "shown_coverage",
        "shown_drift",
    ]
    list_filter = ["drifts", "forecaster"]
    change_form_outer_before_template = "forecasting/admin/accuracy.html"
    list_select_related = ["sensor__asset"]
    autocomplete_fields = ["sensor", "covariates", "parts"]
    search_fields = ["sensor__name", "sensor__asset__name"]
    ordering = ["sensor__asset__path", "sensor__name"]
    actions = ["forecast_now"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: ForecastPlan | None = None
    ) -> list[str]:
        return ["sensor", "how_good"] if obj else []

    def get_fields(self, request: HttpRequest, obj: ForecastPlan | None = None) -> list[str]:
        return [*ForecastPlanForm.Meta.fields, *(["how_good"] if obj else [])]

    @property
    def media(self) -> Media:
        return super().media + CHART_MEDIA

    @admin.display(description="against last week", ordering="skill")
    def shown_skill(self, plan: ForecastPlan) -> str:
        """How much smaller its error was than that of the same time a week before."""
        return "" if plan.skill is None else f"{plan.skill:+.0%}"

    @admin.display(description="in the 80 % band", ordering="coverage")
    def shown_coverage(self, plan: ForecastPlan) -> str:
        """How many of the values measured lay between the 0.1 and 0.9 quantiles."""
        return "" if plan.coverage is None else f"{plan.coverage:.0%}"

    @display(description="drift", label={"drifts": "danger"})
    def shown_drift(self, plan: ForecastPlan) -> str:
        """Whether its newest errors are half as large again as those before."""
        return "drifts" if plan.drifts else ""

    @admin.display(description="last four weeks")
    def how_good(self, plan: ForecastPlan) -> str:
        """How good its forecasts were, and whether they drift."""
        return queries.read_live_scores(plan.sensor, now=timezone.now()).words()

    @admin.action(description="Forecast now", permissions=["change"])
    def forecast_now(self, request: HttpRequest, queryset: QuerySet[ForecastPlan]) -> None:
        """Ask for a forecast by each chosen plan."""
        actor, now = actor_of(request.user), timezone.now()
        for plan in queryset.select_related("sensor__asset"):
            try:
                services.request_forecast(actor=actor, sensor=plan.sensor, now=now)
            except ValidationError as error:
                self.message_user(request, f"{plan}: {_in_words(error)}", messages.WARNING)
            else:
                self.message_user(request, f"{plan}: asked for", messages.SUCCESS)


class RemoteModelForm(ServiceForm[RemoteModel]):
    url = forms.CharField(
        max_length=500, help_text="https, on the public internet; kept encrypted, not shown again."
    )
    secret = forms.CharField(
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="What requests are signed with, 24 characters or more; not shown again.",
    )

    class Meta:
        model = RemoteModel
        fields = ["name"]

    def store(self) -> RemoteModel:
        return services.keep_remote_model(
            actor=self.actor,
            name=self.instance.name,
            url=self.cleaned_data["url"],
            secret=self.cleaned_data["secret"],
        )


@admin.register(RemoteModel)
class RemoteModelAdmin(ServiceAdmin[RemoteModel]):
    form = RemoteModelForm
    fields = ["name", "url", "secret"]
    list_display = ["name", "host"]
    search_fields = ["name", "host"]
    ordering = ["name"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: RemoteModel | None = None
    ) -> list[str]:
        # Sealed for the name; plans ask for it by the name.
        return ["name"] if obj else []


@admin.register(ForecastRun)
class ForecastRunAdmin(ModelAdmin[ForecastRun]):
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
