"""Identifications: never edited, shown with what was found or what was lacking."""

from django.contrib import admin

from scheduling.admin.outcomes import OutcomeAdmin
from scheduling.models import Identification
from tenants.admin.read_only import ReadOnly


@admin.register(Identification)
class IdentificationAdmin(ReadOnly, OutcomeAdmin[Identification]):
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
