"""Sensors with a chart of what is believed of them, and whose beliefs these are."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import Media, Script
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateparse import parse_duration

from assets import services
from assets.admin.chart import sensor_chart
from assets.admin.terms import TermInline
from assets.models import Belief, Quantity, Sensor, Source, SupersededBelief
from assets.queries import csv_lines
from assets.services.sensors import RESOLUTIONS
from tenants.accounts.actors import actor_of
from tenants.admin.service_form import ServiceAdmin, ServiceForm

#: What a page with a chart loads.
CHART_MEDIA: Final = Media(
    css={"all": ["assets/vendor/uplot/uPlot.min.css", "assets/loadstar-chart.css"]},
    js=[
        "assets/vendor/uplot/uPlot.iife.min.js",
        Script("assets/loadstar-chart.js", type="module"),  # type: ignore[list-item]
    ],
)
#: What values were recorded for, and what may change under them.
_KEPT: Final = ("asset", "quantity", "resolution")
_CHANGEABLE: Final = (
    "name",
    "outward_positive",
    "minimum",
    "maximum",
    "expected_within",
    "time_zone",
)
_DAYS: Final = (1, 2, 7, 31, 92, 366)


def told_resolution(resolution: timedelta) -> str:
    """Return ``resolution`` as a person reads it."""
    if not resolution:
        return "points in time"
    return f"{resolution // timedelta(minutes=1)} minutes"


class SensorForm(ServiceForm[Sensor]):
    resolution = forms.TypedChoiceField(
        choices=[(str(each), told_resolution(each)) for each in RESOLUTIONS],
        coerce=parse_duration,
        initial=str(timedelta(minutes=15)),
    )

    class Meta:
        model = Sensor
        fields = [*_KEPT, *_CHANGEABLE]

    def store(self) -> Sensor:
        given = self.instance
        if given.pk is not None:
            services.change_sensor(actor=self.actor, sensor=given)
            return given
        wanted = services.NewSensor(
            given.name,
            Quantity(given.quantity),
            given.resolution,
            outward_positive=given.outward_positive,
            minimum=given.minimum,
            maximum=given.maximum,
            expected_within=given.expected_within,
            time_zone=given.time_zone,
        )
        return services.add_sensor(actor=self.actor, asset=given.asset, sensor=wanted)


@admin.register(Sensor)
class SensorAdmin(ServiceAdmin[Sensor]):
    form = SensorForm
    fields = [*_KEPT, *_CHANGEABLE]
    list_display = ["name", "asset", "quantity", "events", "is_virtual", "updated_at"]
    list_filter = ["quantity", "is_virtual"]
    list_select_related = ["asset"]
    search_fields = ["name", "asset__name"]
    autocomplete_fields = ["asset"]
    ordering = ["asset__path", "name"]
    change_form_outer_before_template = "assets/admin/sensor_chart.html"

    @property
    def media(self) -> Media:
        return super().media + CHART_MEDIA

    def get_readonly_fields(self, request: HttpRequest, obj: Sensor | None = None) -> list[str]:
        # What values were recorded for stays what it was.
        return [*_KEPT] if obj else []

    def get_inlines(self, request: HttpRequest, obj: Sensor | None) -> list[Any]:
        return [TermInline] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Sensor | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Tell what goes with the sensors: it goes, whoever may delete it by itself."""
        told, counts, _, protected = super().get_deleted_objects(objs, request)
        for name, model in (("beliefs", Belief), ("superseded beliefs", SupersededBelief)):
            count = model.objects.filter(sensor_id__in=[each.pk for each in objs]).count()
            told, counts[name] = [*told, f"{count} {name}"], count
        return told, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: Sensor) -> None:
        services.remove_sensor(actor=actor_of(request.user), sensor=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Sensor, Any]) -> None:
        for sensor in queryset.select_related("asset"):
            self.delete_model(request, sensor)

    @admin.display(description="events", ordering="resolution")
    def events(self, sensor: Sensor) -> str:
        """How long an event lasts."""
        return told_resolution(sensor.resolution)

    def get_urls(self) -> list[URLPattern]:
        chart = self.admin_site.admin_view(self.chart)
        table = self.admin_site.admin_view(self.table)
        return [
            path("<int:pk>/chart.json", chart, name="assets_sensor_chart"),
            path("<int:pk>/series.csv", table, name="assets_sensor_csv"),
            *super().get_urls(),
        ]

    def chart(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer what is believed of the sensor over the last days that anything is."""
        days = timedelta(days=_days(request))
        return JsonResponse(sensor_chart(self._shown(request, pk), days, now=timezone.now()))

    def table(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer the same days as a CSV file."""
        days = timedelta(days=_days(request))
        # Whole: what is streamed is read when the request's schema is left already.
        lines = "".join(csv_lines(self._shown(request, pk), days, now=timezone.now()))
        named = {"Content-Disposition": f'attachment; filename="sensor-{pk}.csv"'}
        return HttpResponse(lines, content_type="text/csv; charset=utf-8", headers=named)

    def _shown(self, request: HttpRequest, pk: int) -> Sensor:
        actor = actor_of(request.user)
        sensor = Sensor.objects.visible_to(actor).select_related("asset").filter(pk=pk).first()
        if sensor is None or not self.has_view_permission(request, sensor):
            raise Http404("no such sensor")
        return sensor

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra = {"chart_days": _days(request), "chart_choices": _DAYS, **(extra_context or {})}
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra)
        return answer


def _days(request: HttpRequest) -> int:
    given = request.GET.get("days", "")
    return int(given) if given in {str(days) for days in _DAYS} else 2


class SourceForm(ServiceForm[Source]):
    default_field = "rank"

    class Meta:
        model = Source
        fields = ["rank"]

    def store(self) -> Source:
        services.rank_source(actor=self.actor, source=self.instance)
        return self.instance


@admin.register(Source)
class SourceAdmin(ServiceAdmin[Source]):
    form = SourceForm
    fields = ["name", "kind", "version", "rank"]
    readonly_fields = ["name", "kind", "version"]
    list_display = ["name", "kind", "version", "rank"]
    list_filter = ["kind"]
    search_fields = ["name"]
    ordering = ["kind", "name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        return False
