"""The address for large bodies of readings: ``POST /readings/`` with a token.

The body is JSONL (``application/jsonl``) or CSV (``text/csv``), as it is or by gzip
(``Content-Encoding: gzip``); ``?source=`` names the meter or gateway. See ``docs/api.md``.
"""

import shutil
from dataclasses import asdict
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from config.graphql_requests import admit
from integrations.ingest.bulk_body import Kind, WrongBody
from integrations.services import BulkRecorded, record_body
from tenants.graphql.budget import buckets
from tenants.graphql.error_codes import code_of
from tenants.graphql.requests import Refused

_KINDS: Final[dict[str, Kind]] = {
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
    "text/csv": "csv",
}
_IN_MEMORY_BYTES: Final = 2_500_000
#: Points of the budget: to be looked at, and for every byte.
_COST: Final = 10.0
_COST_OF_BYTE: Final = 1e-5


@csrf_exempt
@require_POST
def readings(request: HttpRequest) -> HttpResponse:
    """Store the readings of the body: all or none."""
    try:
        recorded = _record(request, *_admit(request))
    except Refused as refused:
        return _refusal(refused.status, refused.code, refused.message, refused.headers)
    except WrongBody as error:
        return _refusal(400, "INVALID", str(error))
    except PermissionDenied as error:
        return _refusal(403, "FORBIDDEN", str(error))
    except ValidationError as error:
        place, errors = next(iter(error.error_dict.items()))
        words = f"{place}: {' '.join(errors[0].messages)}"
        return _refusal(400, code_of(errors[0].code).value, words)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "40P01":  # a deadlock, which we lost
            raise
        return _refusal(409, "CONFLICT", "others write the same sensors: send it again")
    return JsonResponse(asdict(recorded))


def _record(request: Any, kind: Kind, gzipped: bool) -> BulkRecorded:  # noqa: FBT001
    with SpooledTemporaryFile(_IN_MEMORY_BYTES) as body:  # a request cannot be read twice
        shutil.copyfileobj(request, body)
        body.seek(0)
        return record_body(
            actor=request.actor,
            body=cast("BinaryIO", body),
            kind=kind,
            gzipped=gzipped,
            source_name=request.GET.get("source", "api")[:100],
            now=timezone.now(),
        )


def _admit(request: HttpRequest) -> tuple[Kind, bool]:
    asked: Any = request
    authorization = request.headers.get("Authorization", "")
    # A token alone: a browser sends it by no means of its own accord.
    if not authorization or not admit(request, authorization):
        words = "send a valid token as 'Authorization: Bearer ...'"
        raise Refused(401, "UNAUTHENTICATED", words, WWW_Authenticate="Bearer")
    length = request.headers.get("Content-Length", "0")
    cost = _COST + _COST_OF_BYTE * (int(length) if length.isdecimal() else 0)
    spent = buckets().spend(asked.budget, cost)
    if spent.wait_seconds:
        wait = str(spent.wait_seconds)
        raise Refused(429, "RATE_LIMITED", f"the budget is spent: wait {wait} s", Retry_After=wait)
    kind = _KINDS.get(request.content_type or "")
    if kind is None:
        raise Refused(415, "MALFORMED", f"Content-Type: one of {', '.join(_KINDS)} is right")
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding not in ("identity", "gzip"):
        raise Refused(415, "MALFORMED", "Content-Encoding: gzip, or none, is right")
    return kind, encoding == "gzip"


def _refusal(
    status: int, code: str, words: str, headers: dict[str, str] | None = None
) -> JsonResponse:
    body = {"errors": [{"message": words, "extensions": {"code": code}}]}
    return JsonResponse(body, status=status, headers=headers)
