"""What is answered when something fails that nobody expected, outside of any resolver."""

import logging
import sys
import uuid
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from portal.views.looks import broken as broken_page

logger = logging.getLogger(__name__)

_TRY_AGAIN_SECONDS: Final = "5"


def broken(request: HttpRequest) -> HttpResponse:
    """Answer the interface in JSON with an id that the log has, and people with a page."""
    if request.path != reverse("graphql"):
        return broken_page(request)
    error = sys.exc_info()[1]
    error_id = uuid.uuid4().hex
    tenant = getattr(request, "tenant", None)
    logger.error(
        "unexpected error id=%s tenant=%s actor=%s outside of any resolver",
        error_id,
        getattr(tenant, "schema_name", None),
        getattr(getattr(request, "actor", None), "name", None),
        exc_info=error,
    )
    if isinstance(error, OperationalError | InterfaceError):
        words = "the database is away for a moment: try again"
        answer = _answer(503, "UNAVAILABLE", words, error_id)
        answer["Retry-After"] = _TRY_AGAIN_SECONDS
        return answer
    return _answer(500, "INTERNAL", "internal error", error_id)


def _answer(status: int, code: str, message: str, error_id: str) -> JsonResponse:
    told = {"message": message, "extensions": {"code": code, "id": error_id}}
    return JsonResponse({"errors": [told]}, status=status)
