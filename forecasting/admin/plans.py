"""Standing plans of forecasts: kept through the service; how good they are, and why they are so."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.decorators import display

from assets.admin.sensors import CHART_MEDIA
from assets.models import Sensor
from forecasting import queries, services
from forecasting.admin.wording import in_words
from forecasting.forecasters.base import FORECASTERS
from forecasting.models import SUM, ForecastPlan, RemoteModel
from tenants.accounts.actors import actor_of
from tenants.admin.service_form import ServiceAdmin, ServiceForm
from tenants.queries import usable

Drawn = Callable[[Sensor, queries.Accuracy], dict[str, Any]]

#: Of a kept plan.
_SHOWN: Final = ("how_good", "made_by")


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
            "step",
            "covariates",
            "parts",
            "holiday_region",
            "peak_kw",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["forecaster"] = forms.ChoiceField(
            choices=[
                *((name, name.replace("_", " ")) for name in usable(FORECASTERS)),
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
            step=given.step,
            rhythm=given.rhythm,
            follows_data=given.follows_data,
            covariates=list(self.cleaned_data["covariates"]),
            parts=list(self.cleaned_data["parts"]),
            holiday_region=given.holiday_region,
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
        return ["sensor", *_SHOWN] if obj else []

    def get_fields(self, request: HttpRequest, obj: ForecastPlan | None = None) -> list[str]:
        return [*ForecastPlanForm.Meta.fields, *(_SHOWN if obj else [])]

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

    @admin.display(description="newest forecast made by")
    def made_by(self, plan: ForecastPlan) -> str:
        """Which model made it, which one ``auto`` chose and why, and what stood in."""
        run = queries.newest_made(plan.sensor)
        if run is None:
            return "there is no forecast yet"
        told = f"{run.source}: {run.reason}" if run.reason else str(run.source)
        return f"{told}; stood in, because {run.fallback}" if run.fallback else told

    def get_urls(self) -> list[URLPattern]:
        charts = [
            path(
                f"<int:pk>/{name}.json",
                self.admin_site.admin_view(partial(self.chart, drawn=drawn)),
                name=f"forecasting_accuracy_{name}",
            )
            for name, drawn in (("leads", queries.lead_chart), ("days", queries.day_chart))
        ]
        return [*charts, *super().get_urls()]

    def chart(self, request: HttpRequest, pk: int, *, drawn: Drawn) -> HttpResponse:
        """Answer how good the forecasts of a plan's sensor were."""
        actor = actor_of(request.user)
        visible = ForecastPlan.objects.visible_to(actor).select_related("sensor__asset")
        plan = visible.filter(pk=pk).first()
        if plan is None or not self.has_view_permission(request, plan):
            raise Http404("no such plan")
        found = queries.read_accuracy(plan.sensor, now=timezone.now())
        return JsonResponse(drawn(plan.sensor, found))

    @admin.action(description="Forecast now", permissions=["change"])
    def forecast_now(self, request: HttpRequest, queryset: QuerySet[ForecastPlan]) -> None:
        """Ask for a forecast by each chosen plan."""
        actor, now = actor_of(request.user), timezone.now()
        for plan in queryset.select_related("sensor__asset"):
            try:
                services.request_forecast(actor=actor, sensor=plan.sensor, now=now)
            except ValidationError as error:
                self.message_user(request, f"{plan}: {in_words(error)}", messages.WARNING)
            else:
                self.message_user(request, f"{plan}: asked for", messages.SUCCESS)
