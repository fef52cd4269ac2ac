"""Studies: asked by a document, never edited, shown as a table or with what was lacking."""

from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from scheduling.admin.documents import DocumentField
from scheduling.admin.outcomes import OutcomeAdmin
from scheduling.models import Study
from scheduling.queries.studied import studied
from scheduling.services import request_study
from tenants.admin.service_form import ServiceAdmin, ServiceForm
from tenants.errors import wrong

#: What is asked of each kind, beside the window, until it is written over.
_EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "hosting": {
        "kind": "hosting",
        "chargers": [0, 5, 10, 20],
        "sizes_kwh": [0, 250, 500],
        "charging": {
            "arrive": "18:00",
            "leave": "06:00",
            "energy_kwh": 60,
            "charge_limit_kw": 22,
        },
    },
    "battery": {"kind": "battery", "sizes_kwh": [50, 100, 200]},
}


class StudyForm(ServiceForm[Study]):
    """A question, as the interface takes it."""

    default_field = "asked"

    asked = DocumentField(
        label="What is asked",
        help_text="JSON as docs/what_if.md describes, with its kind: hosting or battery. Loads, "
        "roofs, limits and prices that are not given are those that are kept at the site.",
    )

    class Meta:
        model = Study
        fields = ["asset", "asked"]

    def store(self) -> Study:
        given: Any = self.instance.asked
        if not isinstance(given, dict) or given.get("kind") not in _EXAMPLES:
            raise wrong("asked", f"an object is right, with a kind: {' or '.join(_EXAMPLES)}")
        return request_study(
            actor=self.actor, asset=self.instance.asset, given=given, now=timezone.now()
        )


@admin.register(Study)
class StudyAdmin(OutcomeAdmin[Study], ServiceAdmin[Study]):
    """What a year says of fleets behind a connection and of batteries."""

    looks_again_seconds = "3"
    form = StudyForm
    autocomplete_fields = ["asset"]

    list_display = ["asset", "kind", "start", "end", "state", "finished_at", "requested_by"]
    list_filter = ["state"]
    list_select_related = ["asset"]
    search_fields = ["asset__name", "id"]
    show_full_result_count = False
    ordering = ["-requested_at", "-id"]
    change_form_outer_before_template = "scheduling/admin/study.html"
    fieldsets = [
        (None, {"fields": ["asset", "start", "end", "step", "knowledge_time"]}),
        (None, {"fields": ["requested_by", "requested_at", "finished_at"]}),
        ("What was asked", {"fields": ["asked"], "classes": ["collapse"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Study | None = None) -> Any:
        """Show what is to be asked, or all of what was."""
        return (
            super().get_fieldsets(request, obj)
            if obj
            else [(None, {"fields": StudyForm.Meta.fields})]
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with a fleet of which last year may say whether it fits."""
        year = timezone.now().year - 1
        window = {"start": f"{year}-01-01T00:00:00Z", "end": f"{year + 1}-01-01T00:00:00Z"}
        return {"asked": {**_EXAMPLES["hosting"], "window": window}}

    def has_change_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        return False

    @admin.display(description="kind")
    def kind(self, study: Study) -> str:
        return str(study.asked["study"]["kind"])

    def outcome(self, request: HttpRequest, row: Study) -> dict[str, Any]:
        return {"studied": studied(row)}
