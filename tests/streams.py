"""Clients of streams, inside the process: a websocket, and server-sent events."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient

from config.graphql_socket import Message, speak
from tenants.models import Domain, Tenant
from tests.client import host_of

T = TypeVar("T")
PATIENCE_SECONDS = 20
PROTOCOL = "graphql-transport-ws"


def in_time(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end, which must come soon."""

    async def with_patience() -> T:
        return await asyncio.wait_for(work, PATIENCE_SECONDS)

    return async_to_sync(with_patience)()


class Closed(Exception):
    """The server closed the websocket."""

    def __init__(self, message: Message) -> None:
        self.code = message.get("code")
        self.reason = message.get("reason", "")
        super().__init__(self.code, self.reason)


class Socket:
    """A websocket that was asked for at ``host``."""

    def __init__(self, host: str, *, protocol: str = PROTOCOL, **headers: str) -> None:
        named = {"host": host, **{name.replace("_", "-"): text for name, text in headers.items()}}
        self._scope = {
            "type": "websocket",
            "path": "/graphql/",
            "query_string": b"",
            "headers": [(name.encode(), text.encode()) for name, text in named.items()],
            "subprotocols": [protocol],
        }
        self._to_server: asyncio.Queue[Message] = asyncio.Queue()
        self._from_server: asyncio.Queue[Message] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._to_server.put_nowait({"type": "websocket.connect"})
        self._serving = asyncio.create_task(
            speak(self._scope, self._to_server.get, self._from_server.put)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._to_server.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await self._serving

    async def send(self, **message: Any) -> None:
        await self.send_text(json.dumps(message))

    async def send_text(self, text: str) -> None:
        self._to_server.put_nowait({"type": "websocket.receive", "text": text})

    async def receive(self) -> dict[str, Any]:
        """Return the next message; raise ``Closed`` when there is none."""
        message = await self._from_server.get()
        if message["type"] == "websocket.close":
            self._to_server.put_nowait({"type": "websocket.disconnect", "code": 1000})
            raise Closed(message)
        if message["type"] == "websocket.accept":
            return await self.receive()
        return dict(json.loads(message["text"]))

    async def hear(self) -> dict[str, Any]:
        """Return the next message that is no ping."""
        while (message := await self.receive())["type"] == "ping":
            pass
        return message

    async def enter(self, key: str | None) -> None:
        """Say who we are and be welcome."""
        said = {} if key is None else {"payload": {"Authorization": f"Bearer {key}"}}
        await self.send(type="connection_init", **said)
        assert (await self.hear())["type"] == "connection_ack"

    async def subscribe(self, query: str, *, name: str = "1", **variables: Any) -> None:
        await self.send(type="subscribe", id=name, payload={"query": query, "variables": variables})

    async def closing(self) -> Closed:
        """Return how the server closes, whatever it says before."""
        try:
            while True:
                await self.receive()
        except Closed as closed:
            return closed


@asynccontextmanager
async def entered(tenant: Tenant, key: str) -> AsyncIterator[Socket]:
    """Yield a websocket at the tenant's host, welcome with ``key``."""
    async with Socket(await in_thread(host_of, tenant)) as socket:
        await socket.enter(key)
        yield socket


async def in_thread(work: Any, *arguments: Any) -> Any:
    """Call ``work``, which uses the database, from asynchronous code."""
    return await sync_to_async(work)(*arguments)


async def server_sent(
    tenant: Tenant, key: str, query: str, *, cursor: str | None = None, **variables: Any
) -> AsyncGenerator[tuple[str | None, dict[str, Any] | None], None]:
    """Yield (id, data) of each event, and (None, None) of each heartbeat."""
    # The asynchronous test client cannot be talked out of its host name.
    await in_thread(_serve_test_host, tenant)
    resumed = {} if cursor is None else {"Last-Event-ID": cursor}
    answer: Any = await AsyncClient().post(
        "/graphql/",
        json.dumps({"query": query, "variables": variables}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}", "Accept": "text/event-stream", **resumed},
    )
    assert answer.status_code == 200
    assert answer["X-Accel-Buffering"] == "no"
    async for chunk in answer.streaming_content:
        fields = dict(
            line.split(": ", 1) for line in chunk.decode().splitlines() if line.find(": ") > 0
        )
        if fields.get("data", "").strip():
            yield fields.get("id"), json.loads(fields["data"])
        elif chunk.startswith(b":"):
            yield None, None


def _serve_test_host(tenant: Tenant) -> None:
    Domain.objects.update_or_create(domain="testserver", defaults={"tenant": tenant})
