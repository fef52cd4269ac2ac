"""How much of a body is taken in before anybody has looked at it.

Django under ASGI writes a whole body to a temporary file before a view is asked, also one of
unstated length. So the limit stands before Django, and counts what comes.
"""

import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias

Message: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Any, Any, Any], Coroutine[Any, Any, None]]


class _TooLong(Exception):
    pass


def with_body_limit(application: Application, longest: Callable[[str], int]) -> Application:
    """Return ``application`` behind a limit; ``longest`` tells a path's most bytes."""

    async def limited(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        most = longest(scope["path"])
        taken = 0

        async def count() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise _TooLong
            return message

        if _stated_length(scope) > most:
            await _refuse(send, most)
            return
        try:
            await application(scope, count, send)
        except _TooLong:
            await _refuse(send, most)

    return limited


def _stated_length(scope: Message) -> int:
    stated = dict(scope["headers"]).get(b"content-length", b"0")
    return int(stated) if stated.isdigit() else 0


async def _refuse(send: Send, most: int) -> None:
    words = f"at most {most} bytes in one request"
    error = {"message": words, "extensions": {"code": "TOO_LONG"}}
    body = json.dumps({"errors": [error]}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),  # the rest of the body is not read
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
