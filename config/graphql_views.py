"""The address of the public interface: who asks, and by which road the answer goes.

Queries and mutations run synchronously, in the thread of their page; subscriptions stream as
server-sent events through Strawberry's asynchronous view.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, cast

from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.csrf import csrf_exempt
from strawberry.django.views import AsyncGraphQLView
from strawberry.http import GraphQLHTTPResponse, process_result
from strawberry.http.streaming import SSETransport
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from config.graphql_answers import as_json
from config.graphql_requests import admit, context_of
from config.schema import schema
from tenants.graphql.budget import Spent, as_extension, buckets
from tenants.graphql.context import Context
from tenants.graphql.cost import ENTRY
from tenants.graphql.errors import worded
from tenants.graphql.requests import Document, Refused, parse_json, read_document
from tenants.graphql.time_limit import time_limit

_EVENT_STREAM: Final = "text/event-stream"
#: Whoever accepts this one gets statuses that say how GraphQL took the request.
_GRAPHQL_RESPONSE: Final = "application/graphql-response+json"


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        raise Refused(403, "CSRF", f"{reason} Send the cookie's token as X-CSRFToken.")


class _EventStream(SSETransport):
    """Server-sent events, for subscriptions alone, each with its cursor as its identifier."""

    def __init__(self) -> None:
        super().__init__(settings.LIVE_HEARTBEAT_SECONDS)

    def allowed_operation_types(
        self, allowed_operation_types: set[OperationType]
    ) -> Iterable[OperationType]:
        return (OperationType.SUBSCRIPTION,)

    def encode_next(
        self, response: GraphQLHTTPResponse, encode_json: Callable[[object], str]
    ) -> str:
        cursor = (response.get("extensions") or {}).get("cursor")
        event = super().encode_next(response, encode_json)
        return f"id: {cursor}\r\n{event}" if cursor else event


class _Subscriptions(AsyncGraphQLView[Context, None]):
    stream_transport_classes_by_protocol = {GRAPHQL_SSE_PROTOCOL: _EventStream}

    def decode_json(self, data: str | bytes) -> object:
        return parse_json(data)

    async def get_context(self, request: HttpRequest, response: HttpResponse) -> Context:
        return context_of(request, response)


_streamed: Any = _Subscriptions.as_view(
    schema=schema,
    graphql_ide=None,
    allow_queries_via_get=False,
    subscription_protocols=[GRAPHQL_SSE_PROTOCOL],
)
_subscriptions: Callable[[HttpRequest], HttpResponseBase] = async_to_sync(_streamed)


@csrf_exempt
def graphql(request: HttpRequest) -> HttpResponseBase:
    """Answer one GraphQL request of a token's or a signed-in person's."""
    refusal, document = _admit(request)
    if document is None:
        return cast("HttpResponse", refusal)
    if _EVENT_STREAM in request.headers.get("Accept", ""):
        return _subscriptions(request)
    return _answer(request, document)


def _admit(request: HttpRequest) -> tuple[HttpResponse | None, Document | None]:
    """Find out who asks; return the refusal of a request, or what it asks."""
    try:
        is_known = admit(request, request.headers.get("Authorization", ""))
    except Refused as refused:
        return _refusal(request, refused), None
    if not is_known:
        words = "send a valid token as 'Authorization: Bearer ...', or sign in"
        unknown = Refused(401, "UNAUTHENTICATED", words, WWW_Authenticate="Bearer")
        return _refusal(request, unknown), None
    asked: Any = request
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
    context = context_of(request, response)
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
    return _answered(request, result, context)


def _answered(request: HttpRequest, result: ExecutionResult, context: Context) -> HttpResponse:
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
    response.content = as_json(body)
    return response


def _refusal(request: HttpRequest, refused: Refused) -> JsonResponse:
    """Return the answer to what is no request of GraphQL, with its cost if we know whose it is."""
    asked: Any = request
    body: dict[str, Any] = {
        "errors": [{"message": refused.message, "extensions": {"code": refused.code}}]
    }
    if hasattr(asked, "spent"):
        body["extensions"] = as_extension(asked.budget, asked.spent)
    return JsonResponse(body, status=refused.status, headers=refused.headers)
