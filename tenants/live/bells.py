"""Bells between processes, rung over Redis.

A process holds one connection for all its listeners. A bell that comes while a listener is busy
is remembered once, so a slow listener holds up nobody and piles up nothing. While Redis is
away listeners look every few seconds instead; when it is back all look, for what they missed.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from django.conf import settings

from tenants.database import connection

if TYPE_CHECKING:
    import redis

#: Redis may slow who rings by this much [s]; while it is away, not at all for a while.
_TIMEOUT_SECONDS: Final = 0.5
_REST_SECONDS: Final = 5.0
#: How soon a lost connection is tried anew, at most [s].
_RECONNECT_SECONDS: Final = 2.0
_CANCEL_AGAIN_SECONDS: Final = 0.02
#: Nobody rings it; it keeps a connection subscribed while topics come and go.
_NO_TOPIC: Final = "live:"

_silent_until = 0.0  # on the monotonic clock of this process


def ring(*topics: str) -> None:
    """Tell listeners of the present tenant that ``topics`` changed. Never fails."""
    global _silent_until  # noqa: PLW0603  # one Redis, hence one state a process
    from redis import RedisError  # noqa: PLC0415

    if time.monotonic() < _silent_until:
        return  # they look anyway
    try:
        pipeline = _client().pipeline(transaction=False)
        for topic in topics:
            pipeline.publish(_channel(connection.schema_name, topic), b"")
        pipeline.execute()
    except RedisError:
        _silent_until = time.monotonic() + _REST_SECONDS


@asynccontextmanager
async def listening(schema_name: str, topic: str) -> AsyncIterator["Listener"]:
    """Yield what hears the bells for ``topic`` in the tenant's schema, from now on."""
    bells = _bells()
    channel = _channel(schema_name, topic)
    listener = Listener(bells)
    bells.add(channel, listener)
    try:
        yield listener
    finally:
        await bells.remove(channel, listener)


class Listener:
    """Hears one topic."""

    def __init__(self, bells: "_Bells") -> None:
        self._bells = bells
        self.rung = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Wait for a bell, at most so long; without Redis at most until it is time to look."""
        if not self._bells.is_connected:
            seconds = min(seconds, settings.LIVE_LOOK_ANYWAY_SECONDS)
        # Not wait_for: on Python 3.11 it may lose a cancellation that comes with the time's end,
        # and a stream whose client is gone would go on for ever.
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.rung.wait()
        self.rung.clear()


class _Bells:
    """All listeners of one event loop, and their connection while there are any."""

    def __init__(self) -> None:
        self.is_connected = False
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self._topics_changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add(self, channel: str, listener: Listener) -> None:
        self._listeners[channel].add(listener)
        self._topics_changed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._hear(), name="live bells")

    async def remove(self, channel: str, listener: Listener) -> None:
        self._listeners[channel].discard(listener)
        if not self._listeners[channel]:
            del self._listeners[channel]
            self._topics_changed.set()
        if not self._listeners and self._task is not None:
            task, self._task = self._task, None
            while not task.done():  # redis-py may lose a cancellation while it connects
                task.cancel()
                await asyncio.wait([task], timeout=_CANCEL_AGAIN_SECONDS)

    async def _hear(self) -> None:
        import redis.asyncio  # noqa: PLC0415
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415

        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            socket_keepalive=True,
            retry=Retry(NoBackoff(), 0),  # here, below, with all topics anew
        )
        try:
            while True:
                with suppress(redis.RedisError, OSError):
                    async with client.pubsub() as pubsub:
                        await self._hear_over(pubsub)
                self.is_connected = False
                self._wake(listener for each in self._listeners.values() for listener in each)
                await asyncio.sleep(min(_RECONNECT_SECONDS, settings.LIVE_LOOK_ANYWAY_SECONDS))
        finally:
            self.is_connected = False
            await client.aclose()

    async def _hear_over(self, pubsub: Any) -> None:
        """Pass bells on until the connection is lost."""
        await pubsub.subscribe(_NO_TOPIC)
        self._topics_changed.set()
        following = asyncio.create_task(self._follow_topics(pubsub))
        try:
            while True:
                message = await pubsub.get_message(timeout=_REST_SECONDS)
                if following.done():
                    following.result()
                if message is None:
                    continue
                self.is_connected = True
                if message["type"] in ("message", "subscribe"):
                    # A new subscription too: what rang before it was heard by nobody.
                    self._wake(self._listeners.get(message["channel"].decode(), ()))
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await following

    async def _follow_topics(self, pubsub: Any) -> None:
        """Keep what the connection is subscribed to equal to what is listened to."""
        heard: set[str] = set()
        while True:
            await self._topics_changed.wait()
            self._topics_changed.clear()
            wanted = set(self._listeners)
            if new := wanted - heard:
                await pubsub.subscribe(*new)
            if gone := heard - wanted:
                await pubsub.unsubscribe(*gone)
            heard = wanted

    @staticmethod
    def _wake(listeners: Any) -> None:
        for listener in listeners:
            listener.rung.set()


_of_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Bells] = WeakKeyDictionary()


def _bells() -> _Bells:
    """Return the bells of the running loop; a process that serves has one loop."""
    return _of_loops.setdefault(asyncio.get_running_loop(), _Bells())


def _channel(schema_name: str, topic: str) -> str:
    return f"live:{schema_name}:{topic}"


@cache
def _client() -> "redis.Redis":
    from redis import Redis  # noqa: PLC0415  # a fifth of a second that most commands need not pay

    return Redis.from_url(
        settings.REDIS_URL, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
    )
