"""Studies: never edited, shown as a table or with what was lacking."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request
from unfold.admin import ModelAdmin

from scheduling.models import Study
from scheduling.queries.studied import studied
from tenants.admin.read_only import ReadOnly

#: How often the page of an unfinished study looks again [s].
_REFRESH_SECONDS = "3"


@admin.register(Study)
class StudyAdmin(ReadOnly, ModelAdmin[Study]):
    """What a year says of fleets behind a connection and of batteries."""

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

    @admin.display(description="kind")
    def kind(self, study: Study) -> str:
        return str(study.asked["study"]["kind"])

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        study = self.get_object(request, object_id) if object_id else None
        extra = dict(extra_context or {})
        if study is not None:
            extra["studied"] = studied(study)
            extra["failure"] = study.failure_in(
                get_language_from_request(request), ZoneInfo(study.asset.time_zone)
            )
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra)
        if study is not None and study.finished_at is None:
            answer["Refresh"] = _REFRESH_SECONDS
        return answer
