"""The address of the public interface: who asks, and by which road the answer goes.

Queries and mutations run in the synchronous view, which is as fast as an asynchronous one for
work on rows; subscriptions stream as server-sent events through the asynchronous one.
"""

import json
from collections.abc import Awaitable
from typing import Any, Final, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.translation import get_language_from_request
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from strawberry.django.views import AsyncGraphQLView, GraphQLView

from config.schema import schema
from tenants.accounts.actors import actor_of, actor_of_token
from tenants.accounts.tokens import find_token
from tenants.graphql.budget import Budget
from tenants.graphql.context import Context
from tenants.permissions import ANONYMOUS, Actor

_BEARER: Final = "Bearer "
_EVENT_STREAM: Final = "text/event-stream"


def _strict_json(data: str | bytes) -> object:
    """Parse JSON as its standard says: Python alone takes NaN and Infinity for numbers."""

    def refuse(constant: str) -> None:
        raise json.JSONDecodeError(f"{constant} is no number", "", 0)

    return json.loads(data, parse_constant=refuse)


class _Queries(GraphQLView[Context, None]):
    def decode_json(self, data: str | bytes) -> object:
        return _strict_json(data)

    def get_context(self, request: HttpRequest, response: HttpResponse) -> Context:
        return _context(request, response)


class _Subscriptions(AsyncGraphQLView[Context, None]):
    def decode_json(self, data: str | bytes) -> object:
        return _strict_json(data)

    async def get_context(self, request: HttpRequest, response: HttpResponse) -> Context:
        return _context(request, response)


_OPTIONS: Final[dict[str, Any]] = {
    "schema": schema,
    "graphql_ide": None,
    "allow_queries_via_get": False,
}
_queries = _Queries.as_view(**_OPTIONS)
_queries_of_browser = csrf_protect(_queries)
_subscriptions = _Subscriptions.as_view(subscription_protocols=["graphql-sse"], **_OPTIONS)


@csrf_exempt
async def graphql(request: HttpRequest) -> HttpResponseBase:
    """Answer one GraphQL request of a token's or a signed-in person's."""
    refusal = await sync_to_async(_admit)(request)
    if refusal is not None:
        return refusal
    if _EVENT_STREAM in request.headers.get("Accept", ""):
        return await cast("Awaitable[HttpResponseBase]", _subscriptions(request))
    return await sync_to_async(_answer)(request)


assert iscoroutinefunction(graphql)  # noqa: S101
markcoroutinefunction(graphql)


def _answer(request: HttpRequest) -> HttpResponseBase:
    # A token is not sent by a browser of its own accord, so no other page can use it.
    if request.headers.get("Authorization", "").startswith(_BEARER):
        return _queries(request)
    return _queries_of_browser(request)


def _admit(request: HttpRequest) -> HttpResponse | None:
    """Set ``request.actor``; return the refusal of who may not ask at all."""
    if int(request.headers.get("Content-Length") or 0) > settings.GRAPHQL_MAX_BODY_BYTES:
        return _refusal(413, f"at most {settings.GRAPHQL_MAX_BODY_BYTES} bytes in one request")
    actor, points_per_minute = _actor(request)
    if actor == ANONYMOUS:
        response = _refusal(401, "send a valid token as 'Authorization: Bearer ...', or sign in")
        response["WWW-Authenticate"] = "Bearer"
        return response
    tenant: Any = request.tenant  # type: ignore[attr-defined]
    request.actor = actor  # type: ignore[attr-defined]
    request.budget = Budget(  # type: ignore[attr-defined]
        f"{tenant.schema_name}:{actor.name}", points_per_minute or tenant.plan.points_per_minute
    )
    return None


def _actor(request: HttpRequest) -> tuple[Actor, int | None]:
    """Return who asks, and the token's own points a minute, if it has any."""
    authorization = request.headers.get("Authorization", "")
    if authorization:
        # The token's row is in the schema of the host: elsewhere it is unknown.
        token = find_token(authorization.removeprefix(_BEARER), now=timezone.now())
        return (actor_of_token(token), token.points_per_minute) if token else (ANONYMOUS, None)
    return actor_of(get_user(request)), None


def _context(request: HttpRequest, response: HttpResponse) -> Context:
    return Context(
        request=request,
        response=response,
        actor=request.actor,  # type: ignore[attr-defined]
        received_at=timezone.now(),
        # Not the connection's: a subscription's context is made in the event loop's thread.
        schema_name=request.tenant.schema_name,  # type: ignore[attr-defined]
        budget=request.budget,  # type: ignore[attr-defined]
        currency=request.tenant.currency,  # type: ignore[attr-defined]
        language=get_language_from_request(request),
    )


def _refusal(status: int, message: str) -> JsonResponse:
    return JsonResponse({"errors": [{"message": message}]}, status=status)
