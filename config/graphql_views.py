"""The address of the public interface: who asks, and by which road the answer goes.

Queries and mutations run synchronously, which is as fast as asynchronously for work on rows;
subscriptions stream as server-sent events through Strawberry's asynchronous view.
"""

import json
from collections.abc import Awaitable
from typing import Any, Final, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from django.utils.translation import get_language_from_request
from django.views.decorators.csrf import csrf_exempt
from strawberry.django.views import AsyncGraphQLView
from strawberry.http import process_result
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from config.schema import schema
from tenants.accounts.actors import actor_of, actor_of_token
from tenants.accounts.tokens import find_token
from tenants.graphql.budget import Budget, Spent, as_extension, buckets
from tenants.graphql.context import Context
from tenants.graphql.cost import ENTRY
from tenants.graphql.errors import worded
from tenants.graphql.requests import Document, Refused, parse_json, read_document
from tenants.graphql.time_limit import time_limit
from tenants.permissions import ANONYMOUS, Actor

_BEARER: Final = "Bearer "
_EVENT_STREAM: Final = "text/event-stream"
#: Whoever accepts this one gets statuses that say how GraphQL took the request.
_GRAPHQL_RESPONSE: Final = "application/graphql-response+json"


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        raise Refused(403, "CSRF", f"{reason} Send the cookie's token as X-CSRFToken.")


class _Subscriptions(AsyncGraphQLView[Context, None]):
    def decode_json(self, data: str | bytes) -> object:
        return parse_json(data)

    async def get_context(self, request: HttpRequest, response: HttpResponse) -> Context:
        return _context(request, response)


_subscriptions = _Subscriptions.as_view(
    schema=schema,
    graphql_ide=None,
    allow_queries_via_get=False,
    subscription_protocols=["graphql-sse"],
)


@csrf_exempt
async def graphql(request: HttpRequest) -> HttpResponseBase:
    """Answer one GraphQL request of a token's or a signed-in person's."""
    refusal, document = await sync_to_async(_admit)(request)
    if document is None:
        return cast("HttpResponse", refusal)
    if _EVENT_STREAM in request.headers.get("Accept", ""):
        return await cast("Awaitable[HttpResponseBase]", _subscriptions(request))
    return await sync_to_async(_answer)(request, document)


assert iscoroutinefunction(graphql)  # noqa: S101
markcoroutinefunction(graphql)


def _admit(request: HttpRequest) -> tuple[HttpResponse | None, Document | None]:
    """Set ``request.actor`` and its budget; return the refusal of a request, or what it asks."""
    actor, points_per_minute = _actor(request)
    if actor == ANONYMOUS:
        words = "send a valid token as 'Authorization: Bearer ...', or sign in"
        unknown = Refused(401, "UNAUTHENTICATED", words, WWW_Authenticate="Bearer")
        return _refusal(request, unknown), None
    asked: Any = request
    asked.actor = actor
    plan = asked.tenant.plan
    asked.budget = Budget.of(
        asked.tenant.schema_name,
        actor.name,
        own=points_per_minute or plan.points_per_minute,
        shared=plan.total_points_per_minute,
    )
    # Paid before anything is read, so that a flood costs us no more than this.
    asked.spent = buckets().spend(asked.budget, ENTRY)
    try:
        _check_budget(asked.spent)
        document = read_document(request)
        _check_csrf(request)
    except Refused as refused:
        return _refusal(request, refused), None
    return None, document


def _check_budget(spent: Spent) -> None:
    if spent.wait_seconds:
        wait = str(spent.wait_seconds)
        words = f"the budget is spent: wait {wait} s"
        raise Refused(429, "RATE_LIMITED", words, Retry_After=wait)


def _check_csrf(request: HttpRequest) -> None:
    # A token is not sent by a browser of its own accord, so no other page can use it.
    if not request.headers.get("Authorization"):
        check = _CsrfCheck(lambda _: HttpResponse())
        check.process_request(request)
        check.process_view(request, _answer, (), {})


def _answer(request: HttpRequest, document: Document) -> HttpResponse:
    response = HttpResponse()
    context = _context(request, response)
    try:
        with time_limit(
            statement_seconds=settings.GRAPHQL_STATEMENT_SECONDS,
            total_seconds=settings.GRAPHQL_TOTAL_SECONDS,
        ):
            result = schema.execute_sync(
                document.query,
                variable_values=document.variables,
                context_value=context,
                operation_name=document.operation_name,
                allowed_operation_types={OperationType.QUERY, OperationType.MUTATION},
            )
    except InvalidOperationTypeError:
        words = f"subscriptions are streamed: send 'Accept: {_EVENT_STREAM}'"
        return _refusal(request, Refused(400, "STREAMED", words))
    except CannotGetOperationTypeError as error:
        return _refusal(request, Refused(400, "MALFORMED", error.as_http_error_reason()))
    return _as_json(request, result, context)


def _as_json(request: HttpRequest, result: ExecutionResult, context: Context) -> HttpResponse:
    """Return ``result`` by GraphQL over HTTP."""
    if result.errors:  # those of extensions have passed by the extension that masks
        name = context.actor.name
        result.errors = [worded(each, context, operation=name) for each in result.errors]
    body: dict[str, Any] = dict(process_result(result))
    response = context.response
    response["Content-Type"] = "application/json"
    ran = result.data is not None or any(error.path for error in result.errors or ())
    if not ran:
        del body["data"]
    if _GRAPHQL_RESPONSE in request.headers.get("Accept", ""):
        response["Content-Type"] = _GRAPHQL_RESPONSE
        if not ran and response.status_code == 200:
            response.status_code = 400
    response.content = json.dumps(body, cls=DjangoJSONEncoder, separators=(",", ":"))
    return response


def _actor(request: HttpRequest) -> tuple[Actor, int | None]:
    """Return who asks, and the token's own points a minute, if it has any."""
    authorization = request.headers.get("Authorization", "")
    if authorization:
        # The token's row is in the schema of the host: elsewhere it is unknown.
        token = find_token(authorization.removeprefix(_BEARER), now=timezone.now())
        return (actor_of_token(token), token.points_per_minute) if token else (ANONYMOUS, None)
    return actor_of(get_user(request)), None


def _context(request: HttpRequest, response: HttpResponse) -> Context:
    asked: Any = request
    return Context(
        request=request,
        response=response,
        actor=asked.actor,
        received_at=timezone.now(),
        # Not the connection's: a subscription's context is made in the event loop's thread.
        schema_name=asked.tenant.schema_name,
        budget=asked.budget,
        spent=asked.spent,
        currency=asked.tenant.currency,
        language=get_language_from_request(request),
    )


def _refusal(request: HttpRequest, refused: Refused) -> JsonResponse:
    """Return the answer to what is no request of GraphQL, with its cost if we know whose it is."""
    asked: Any = request
    body: dict[str, Any] = {
        "errors": [{"message": refused.message, "extensions": {"code": refused.code}}]
    }
    if hasattr(asked, "spent"):
        body["extensions"] = as_extension(asked.budget, asked.spent)
    return JsonResponse(body, status=refused.status, headers=refused.headers)
