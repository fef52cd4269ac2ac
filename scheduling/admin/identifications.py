"""Identifications: never edited, shown with what was found or what was lacking."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request
from unfold.admin import ModelAdmin

from scheduling.models import Identification
from tenants.admin.read_only import ReadOnly


@admin.register(Identification)
class IdentificationAdmin(ReadOnly, ModelAdmin[Identification]):
    """What buildings and batteries are, as measured."""

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

    @admin.display(description="parameters")
    def parameters(self, row: Identification) -> str:
        """Each with its relative error; empty while there are none."""
        found = row.result or {"parameters": {}, "errors": {}}
        return "; ".join(
            f"{name} {value:.4g} ± {found['errors'].get(name, float('nan')):.1%}"
            for name, value in found["parameters"].items()
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one; what its measurements lack, in the language of the reader."""
        row = self.get_object(request, object_id) if object_id else None
        extra = dict(extra_context or {})
        if row is not None:
            extra["failure"] = row.failure_in(
                get_language_from_request(request), ZoneInfo(row.asset.time_zone)
            )
        return super().changeform_view(request, object_id, form_url, extra)
