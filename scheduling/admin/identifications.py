"""Identifications: asked by sensors, never edited; what was found, or what was lacking."""

from datetime import timedelta
from typing import Any, Final, Literal, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
)

from assets.models import Quantity, Sensor
from assets.timegrid import TimeGrid
from scheduling import services
from scheduling.admin.outcomes import OutcomeAdmin
from scheduling.models import AssetFlex, Identification
from tenants.admin.service_form import ServiceAdmin, ServiceForm
from tenants.errors import wrong

#: What a building cannot be told without.
_NEEDED: Final = ("indoor", "outdoor", "heat")
#: So much is read unless something else is asked: capacities of walls need days of change.
_USUAL_SPAN: Final = timedelta(days=14)


def _sensor_field(quantity: Quantity, help_text: str) -> "forms.ModelChoiceField[Sensor]":
    """Return a field of one of the tenant's sensors of ``quantity``, found by typing."""
    return forms.ModelChoiceField(
        Sensor.objects.filter(quantity=quantity),
        required=False,
        help_text=help_text,
        # Found as the sensors of a device are: the view asks which field it is for.
        widget=AutocompleteSelect(AssetFlex._meta.get_field("power_sensor"), admin.site),
    )


class IdentificationForm(ServiceForm[Identification]):
    """A question, as the interface takes it: of a building by its sensors, else of a battery."""

    start = forms.SplitDateTimeField(
        widget=UnfoldAdminSplitDateTimeWidget, help_text="Of what was measured since then."
    )
    end = forms.SplitDateTimeField(widget=UnfoldAdminSplitDateTimeWidget)
    step_minutes = forms.IntegerField(
        initial=15, widget=UnfoldAdminIntegerFieldWidget, help_text="Length of a step, 1 to 60."
    )
    indoor = _sensor_field(
        Quantity.TEMPERATURE,
        "Of a building: temperature inside. Of a battery leave all sensors empty: those that are "
        "kept with it are read.",
    )
    outdoor = _sensor_field(Quantity.TEMPERATURE, "Of a building: temperature outside.")
    heat = _sensor_field(Quantity.POWER, "Of a building: heat into it.")
    irradiance = _sensor_field(Quantity.IRRADIANCE, "Of a building: the sun, if it matters.")
    capacities = forms.TypedChoiceField(
        choices=[(2, "2: air and walls"), (1, "1: air and walls together")],
        coerce=int,
        initial=2,
        widget=UnfoldAdminSelectWidget,
        help_text="Of a building.",
    )

    class Meta:
        model = Identification
        fields = ["asset"]

    def clean(self) -> dict[str, Any]:
        """Check the span here: what Django says of its order names no field."""
        given = super().clean() or self.cleaned_data
        if {"start", "end", "step_minutes"} <= given.keys():
            step = timedelta(minutes=given["step_minutes"])
            try:
                given["grid"] = TimeGrid.between(given["start"], given["end"], step)
            except (ValueError, OverflowError) as error:
                self.add_error("end", str(error))
        return given

    def store(self) -> Identification:
        given, asset, now = self.cleaned_data, self.instance.asset, timezone.now()
        grid = given["grid"]
        sensors = {name: given[name] for name in (*_NEEDED, "irradiance")}
        if not any(sensors.values()):
            return services.request_battery_identification(
                actor=self.actor, asset=asset, grid=grid, now=now
            )
        for name in _NEEDED:
            if sensors[name] is None:
                words = "a building is told by indoor, outdoor and heat together: choose this too"
                raise wrong(name, words, code="required")
        return services.request_building_identification(
            actor=self.actor,
            asset=asset,
            sensors=services.BuildingSensors(**sensors),
            grid=grid,
            capacities=cast("Literal[1, 2]", given["capacities"]),
            now=now,
        )


@admin.register(Identification)
class IdentificationAdmin(OutcomeAdmin[Identification], ServiceAdmin[Identification]):
    """What buildings and batteries are, as measured."""

    looks_again_seconds = "3"
    form = IdentificationForm
    autocomplete_fields = ["asset"]

    list_display = ["asset", "start", "end", "state", "finished_at", "requested_by"]
    list_filter = ["state"]
    list_select_related = ["asset"]
    search_fields = ["asset__name", "id"]
    show_full_result_count = False
    ordering = ["-requested_at", "-id"]
    fields = [
        *("asset", "start", "end", "step", "state", "parameters"),
        *("knowledge_time", "requested_by", "requested_at", "finished_at", "asked"),
    ]
    readonly_fields = ["parameters"]
    change_form_outer_before_template = "scheduling/admin/identification.html"

    def get_fields(self, request: HttpRequest, obj: Identification | None = None) -> Any:
        """Show what is to be asked, or all of what was."""
        if obj is not None:
            return self.fields
        span = ("start", "end", "step_minutes")
        return ["asset", *span, *_NEEDED, "irradiance", "capacities"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the last two weeks, up to the last whole hour."""
        end = timezone.now().replace(minute=0, second=0, microsecond=0)
        return {"start": end - _USUAL_SPAN, "end": end}

    def has_change_permission(
        self, request: HttpRequest, obj: Identification | None = None
    ) -> bool:
        return False

    @admin.display(description="parameters")
    def parameters(self, row: Identification) -> str:
        """Each with its relative error; empty while there are none."""
        found = row.result or {"parameters": {}, "errors": {}}
        return "; ".join(
            f"{name} {value:.4g} ± {found['errors'].get(name, float('nan')):.1%}"
            for name, value in found["parameters"].items()
        )
