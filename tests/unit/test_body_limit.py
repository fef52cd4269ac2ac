"""The limit that stands before Django: what comes is counted, whatever was stated."""

import asyncio
from typing import Any

import pytest

from config.body_limit import with_body_limit

LONGEST = 10


def answer_to(chunks: list[bytes], *headers: tuple[bytes, bytes]) -> tuple[int, int]:
    """Return the status, and how many bytes the application was given."""
    given = 0
    sent: list[Any] = []
    waiting = [
        {"type": "http.request", "body": each, "more_body": each is not chunks[-1]}
        for each in chunks
    ]

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal given
        more = True
        while more:
            message = await receive()
            given += len(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})

    scope = {"type": "http", "path": "/graphql/", "headers": list(headers)}
    asyncio.run(with_body_limit(application, lambda path: LONGEST)(scope, receive, send))
    return sent[0]["status"], given


def test_a_body_at_the_limit_passes() -> None:
    assert answer_to([b"12345", b"67890"], (b"content-length", b"10")) == (200, 10)


def test_a_stated_length_beyond_the_limit_is_refused_unread() -> None:
    assert answer_to([b"12345"], (b"content-length", b"11")) == (413, 0)


@pytest.mark.parametrize(
    "headers", [(), ((b"content-length", b"5"),), ((b"content-length", b"many"),)]
)
def test_a_body_of_unknown_or_wrong_length_is_counted(headers: Any) -> None:
    status, given = answer_to([b"12345", b"67890", b"1", b"2"], *headers)

    assert status == 413
    assert given == LONGEST


def test_a_websocket_is_none_of_its_business() -> None:
    seen: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    limited = with_body_limit(application, lambda path: LONGEST)
    asyncio.run(limited({"type": "websocket"}, None, None))

    assert seen == ["websocket"]
