"""Bells between processes: who hears which, and what happens while Redis is away."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from django_tenants.utils import schema_context

from tenants.live import bells, listening, ring
from tests.streams import in_thread, in_time


def ring_in(schema_name: str, *topics: str) -> None:
    with schema_context(schema_name):
        ring(*topics)


async def heard_within(listener: bells.Listener, seconds: float) -> bool:
    try:
        await asyncio.wait_for(listener.rung.wait(), seconds)
    except TimeoutError:
        return False
    listener.rung.clear()
    return True


@pytest.fixture
def nowhere(settings: Any) -> Iterator[None]:
    """Redis is away: nobody answers at its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{free.getsockname()[1]}/0"
    bells._client.cache_clear()
    yield
    bells._client.cache_clear()
    bells._silent_until = 0.0


def test_a_bell_is_heard_by_its_topic_in_its_tenant_alone() -> None:
    async def listen() -> list[bool]:
        async with AsyncExitStack() as stack:
            rooms = [("first", "a"), ("first", "a"), ("first", "b"), ("second", "a")]
            listeners = [await stack.enter_async_context(listening(*each)) for each in rooms]
            for each in listeners:  # once subscribed, all look
                assert await heard_within(each, 10)
            await in_thread(ring_in, "first", "a", "x", "*", "first:b")
            heard = [await heard_within(each, 10) for each in listeners[:2]]
            return heard + [await heard_within(each, 0.1) for each in listeners[2:]]

    assert in_time(listen()) == [True, True, False, False]


@pytest.mark.parametrize("turns", range(5))
def test_who_leaves_as_the_bell_rings_has_left(turns: int) -> None:
    """A cancellation that is lost would let a stream go on whose client is gone."""

    async def leave() -> bool:
        listener = bells.Listener(bells._Bells())
        waits = asyncio.create_task(listener.wait(60))
        await asyncio.sleep(0)
        listener.rung.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        was_done = waits.done()
        waits.cancel()
        await asyncio.wait([waits])
        return was_done or waits.cancelled()

    assert in_time(leave())


def test_all_listeners_share_one_connection_which_ends_with_the_last() -> None:
    async def listen() -> tuple[int, int]:
        async with AsyncExitStack() as stack:
            for index in range(200):
                listener = await stack.enter_async_context(listening("first", f"t{index % 50}"))
            assert await heard_within(listener, 10)
            during = await in_thread(subscribers)
        return during, await in_thread(subscribers)

    before = subscribers()
    during, after = in_time(listen())
    assert (during - before, after - before) == (1, 0)


def subscribers() -> int:
    return sum(each["sub"] != "0" for each in bells._client().client_list(_type="pubsub"))


def test_who_is_slow_remembers_one_bell_and_holds_up_nobody() -> None:
    async def listen() -> tuple[int, int]:
        async with listening("first", "a") as slow, listening("first", "a") as quick:
            for each in (slow, quick):
                assert await heard_within(each, 10)
            heard = 0
            for _ in range(20):
                await in_thread(ring_in, "first", "a")
                heard += await heard_within(quick, 10)
            return heard, await heard_within(slow, 1) + await heard_within(slow, 0.1)

    assert in_time(listen()) == (20, 1)


@pytest.mark.usefixtures("nowhere")
def test_without_redis_listeners_look_anyway_and_ringing_costs_nothing(settings: Any) -> None:
    settings.LIVE_LOOK_ANYWAY_SECONDS = 0.05

    async def listen() -> float:
        async with listening("first", "a") as listener:
            began = time.monotonic()
            await listener.wait(60)
            await listener.wait(60)
            return time.monotonic() - began

    assert in_time(listen()) < 10
    ring_in("first", "a")
    began = time.monotonic()
    for _ in range(100):
        ring_in("first", "a")
    assert time.monotonic() - began < 1, "it is not asked again for a while"


def test_when_redis_is_back_all_look(nowhere: None, settings: Any) -> None:
    away = settings.REDIS_URL
    settings.LIVE_LOOK_ANYWAY_SECONDS = 0.05

    async def listen() -> bool:
        async with listening("first", "a") as listener:
            await listener.wait(60)
            # The address is read once: Redis comes back at the one that was given.
            host, port = "127.0.0.1", int(away.rsplit(":", 1)[1].split("/")[0])
            server = await asyncio.start_server(_subscriber_of_anything, host, port)
            try:
                while not listener._bells.is_connected:
                    await asyncio.sleep(0.01)
                return await heard_within(listener, 10)
            finally:
                server.close()  # not waited for: it ends with its connections, which we hold

    assert in_time(listen())


async def _subscriber_of_anything(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Say to each command what Redis says to HELLO, CLIENT and SUBSCRIBE."""
    while words := await _command(reader):
        if words[0] == b"HELLO":
            writer.write(b"%1\r\n$5\r\nproto\r\n:3\r\n")
        elif words[0] == b"SUBSCRIBE":
            for channel in words[1:]:
                writer.write(
                    b">3\r\n$9\r\nsubscribe\r\n$%d\r\n%s\r\n:1\r\n" % (len(channel), channel)
                )
        else:
            writer.write(b"+OK\r\n")
        await writer.drain()
    writer.close()


async def _command(reader: asyncio.StreamReader) -> list[bytes]:
    head = await reader.readline()
    words = []
    for _ in range(int(head[1:] or 0)):
        await reader.readline()
        words.append((await reader.readline()).strip())
    return words
