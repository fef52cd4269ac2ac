"""Pages of rows that end once: with a result, or with why there is none."""

from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request
from unfold.admin import ModelAdmin

M = TypeVar("M", bound=models.Model)


class OutcomeAdmin(ModelAdmin[M]):
    """An admin of runs or inquiries; why one failed is told in the reader's language."""

    #: How often the page of one that has not ended looks again [s]; empty: it does not.
    looks_again_seconds = ""

    def outcome(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Return what the page of ``row`` shows beside why it failed."""
        return {}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row: Any = self.get_object(request, object_id) if object_id else None
        extra = dict(extra_context or {})
        if row is not None:
            language, zone = get_language_from_request(request), ZoneInfo(row.asset.time_zone)
            extra |= {"failure": row.failure_in(language, zone), **self.outcome(request, row)}
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra)
        if row is not None and row.finished_at is None and self.looks_again_seconds:
            answer["Refresh"] = self.looks_again_seconds
        return answer
