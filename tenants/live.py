"""Bells between processes: "look again at this topic", rung over Redis.

A bell carries nothing: whoever hears it reads the state anew, as its own actor. Without
Redis listeners look every few seconds instead.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import cache
from typing import TYPE_CHECKING, Final

from django.conf import settings

from tenants.database import connection

if TYPE_CHECKING:
    import redis

#: How long a listener waits for a bell before it looks anyway [s].
LOOK_ANYWAY_SECONDS: Final = 5.0
_TIMEOUT_SECONDS: Final = 0.5


def ring(topic: str) -> None:
    """Tell listeners of the present tenant that ``topic`` changed. Never fails."""
    from redis import RedisError  # noqa: PLC0415

    try:
        _client().publish(_channel(connection.schema_name, topic), b"")
    except RedisError:
        return  # they look anyway


async def listen(schema_name: str, topic: str) -> AsyncIterator[None]:
    """Yield at once, then at each bell for ``topic`` in the tenant's schema, without end."""
    import redis.asyncio  # noqa: PLC0415

    yield
    client = redis.asyncio.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=_TIMEOUT_SECONDS
    )
    try:
        while True:
            try:
                async with client.pubsub() as bells:
                    await bells.subscribe(_channel(schema_name, topic))
                    yield  # what rang before we were listening
                    while True:
                        await bells.get_message(
                            ignore_subscribe_messages=True, timeout=LOOK_ANYWAY_SECONDS
                        )
                        yield
            except redis.RedisError:
                await asyncio.sleep(LOOK_ANYWAY_SECONDS)
                yield
    finally:
        await client.aclose()


def _channel(schema_name: str, topic: str) -> str:
    return f"live:{schema_name}:{topic}"


@cache
def _client() -> "redis.Redis":
    from redis import Redis  # noqa: PLC0415  # a fifth of a second that most commands need not pay

    return Redis.from_url(
        settings.REDIS_URL, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
    )
