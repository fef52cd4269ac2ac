"""Subscriptions over a websocket, by the protocol graphql-transport-ws (docs/live.md).

Queries and mutations go by POST, where they are paid, limited and replayed: here they are refused.
All that needs the database waits for ``connection_init``, so that an unknown host, an unknown
token and none at all are one and the same refusal.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import ExitStack, suppress
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any, Final, cast

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse
from django_tenants.utils import schema_context
from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from config.graphql_answers import as_json
from config.graphql_requests import admit, context_of
from config.schema import schema
from tenants.database import release_connection
from tenants.graphql.budget import buckets
from tenants.graphql.cost import ENTRY
from tenants.graphql.requests import Refused, document_of, parse_json
from tenants.live import NoPlace, place
from tenants.middleware import TenantByHostMiddleware

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_PATH: Final = "/graphql/"
#: Close codes of ours; those of the protocol are sent by strawberry.
_FORBIDDEN: Final = 4403
_TOO_MANY: Final = 4429
_TOO_LARGE: Final = 1009


async def graphql_socket(scope: Message, receive: Receive, send: Send) -> None:
    """Serve one websocket, with a thread of its own for what is synchronous."""
    async with ThreadSensitiveContext():
        await speak(scope, receive, send)


async def speak(scope: Message, receive: Receive, send: Send) -> None:
    """Serve one websocket in the present thread's context."""
    if scope["path"] != _PATH:
        await send({"type": "websocket.close"})  # before it is accepted: answered with 403
        return

    async def receive_within_bounds() -> Message:
        message = await receive()
        content = message.get("text") or message.get("bytes") or ""
        if len(content) <= settings.LIVE_MAX_MESSAGE_BYTES:
            return message
        reason = f"at most {settings.LIVE_MAX_MESSAGE_BYTES} bytes in one message"
        await send({"type": "websocket.close", "code": _TOO_LARGE, "reason": reason})
        return {"type": "websocket.disconnect", "code": _TOO_LARGE}

    app: Any = _Socket(
        schema,
        graphql_ide=None,
        allow_queries_via_get=False,
        subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
        connection_init_wait_timeout=timedelta(seconds=settings.LIVE_INIT_SECONDS),
        max_subscriptions_per_connection=settings.LIVE_MAX_OF_CONNECTION,
    )
    await app(scope, receive_within_bounds, send)


@dataclass
class _Connection:
    """A websocket's handshake as Django's request, and what ``connection_init`` said."""

    request: Any
    connection_params: dict[str, Any] | None = None


class _Operations:
    """The schema as one websocket may use it: subscriptions alone, each in a context of its own."""

    async def stream(self, query: str, *, context_value: _Connection, **options: Any) -> Any:
        request = copy(context_value.request)
        # Paid before anything is read, as over HTTP.
        request.spent = await sync_to_async(buckets().spend)(request.budget, ENTRY)
        if request.spent.wait_seconds:
            return _refused(f"the budget is spent: wait {request.spent.wait_seconds} s")
        return await schema.stream(
            query,
            context_value=context_of(request, HttpResponse()),
            allowed_operation_types=(OperationType.SUBSCRIPTION,),
            **options,
        )


async def _refused(words: str) -> AsyncGenerator[PreExecutionError, None]:
    error = GraphQLError(words, extensions={"code": "RATE_LIMITED"})
    yield PreExecutionError(data=None, errors=[error])


class _Handler(BaseGraphQLTransportWSHandler[Any, None]):
    """Strawberry's, with a heartbeat, a place among the streams, and an end with the token's."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "schema": _Operations()})
        self._held = ExitStack()
        self._ended = False

    async def handle(self) -> None:
        heart = asyncio.create_task(self._beat())
        try:
            with self._held:
                await super().handle()
        finally:
            heart.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect, WebSocketDisconnected):
                await heart

    async def handle_message(self, message: Any) -> None:
        if isinstance(message, dict) and isinstance(message.get("id", ""), str):
            await super().handle_message(cast("Any", message))
        else:
            await self.handle_invalid_message("Failed to parse message")

    async def handle_subscribe(self, message: Any) -> None:
        try:
            document_of(message["payload"])
        except Refused as refused:
            if self.connection_acknowledged:
                error = {"message": refused.message, "extensions": {"code": refused.code}}
                await self.send_message({"type": "error", "id": message["id"], "payload": [error]})
                return
        await super().handle_subscribe(message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        was_acknowledged = self.connection_acknowledged
        await super().handle_connection_init(message)
        if self.connection_acknowledged and not was_acknowledged:
            request = self.context.request
            try:
                self._held.enter_context(place(request.tenant.schema_name, request.actor.name))
            except NoPlace as refusal:
                await self.websocket.close(_TOO_MANY, str(refusal))

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        await super().run_operation(operation)
        await self._close_if_ended()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(settings.LIVE_HEARTBEAT_SECONDS)
            if self.connection_acknowledged and not await self._close_if_ended():
                await self.send_message({"type": "ping"})

    async def send_message(self, message: Any) -> None:
        if not self._ended:
            await super().send_message(message)

    async def _close_if_ended(self) -> bool:
        if not await sync_to_async(_may_still)(self.context.request) and not self._ended:
            self._ended = True  # said once, though every operation and the heartbeat may find it
            await self.websocket.close(_FORBIDDEN, "Forbidden")
        return self._ended


class _Socket(GraphQL[Any, None]):
    graphql_transport_ws_handler_class = _Handler

    def decode_json(self, data: str | bytes) -> object:
        try:
            return parse_json(data)
        except Refused as refused:  # the protocol knows one code for all of these
            raise json.JSONDecodeError(refused.message, "", 0) from None

    def encode_json(self, data: object) -> str:
        return as_json(data).decode()

    async def get_context(self, request: Any, response: Any) -> _Connection:
        # Django's requests know HTTP's schemes only.
        scheme = request.scope.get("scheme", "ws").replace("ws", "http")
        scope = {**request.scope, "type": "http", "method": "GET", "scheme": scheme}
        return _Connection(ASGIRequest(scope, BytesIO()))

    async def on_ws_connect(self, context: _Connection) -> Any:
        said = (context.connection_params or {}).get("Authorization")
        if not await sync_to_async(_may_enter)(context.request, said):
            raise ConnectionRejectionError
        return await super().on_ws_connect(context)


def _may_enter(request: ASGIRequest, said: object) -> bool:
    """Find the tenant by the host, then who asks: by what they said, a header, or their session."""
    authorization = said if isinstance(said, str) else request.headers.get("Authorization", "")
    try:
        TenantByHostMiddleware(_no_response).process_request(request)
        SessionMiddleware(_no_response).process_request(request)
        return admit(request, authorization)
    except Refused:  # who guesses keys has to wait
        return False
    except (Http404, SuspiciousOperation):  # the host is unknown, suspended or malformed
        return False
    finally:
        release_connection()


def _may_still(request: Any) -> bool:
    with schema_context(request.tenant.schema_name):
        try:
            return request.access() is not None
        finally:
            release_connection()


def _no_response(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError(f"a websocket has no response: {request.path}")
