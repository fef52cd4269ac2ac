"""Following a topic: from each bell to what is new, for as long as one may be told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone
from django_tenants.utils import schema_context

from tenants.database import release_connection
from tenants.live.bells import listening
from tenants.permissions import Access, Actor

T = TypeVar("T")

#: A bell that hundreds hear must leave connections to the database for requests.
_LOOKS_AT_ONCE: Final = 6


class AccessEnded(Exception):
    """The token or session has ended, or its tenant is no longer served."""


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """Something that changed, and the revision at which it did: where to go on from."""

    revision: int
    what: T


@dataclass(frozen=True, slots=True)
class News(Generic[T]):
    """What changed after some revision, oldest first.

    Attributes:
        has_more: there is more than was read.
        is_last: nothing will follow.
    """

    changes: Sequence[Change[T]] = ()
    has_more: bool = False
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Watch(Generic[T]):
    """What is followed, and by whom.

    Attributes:
        access: says who follows and until when; None once they may not. Asked at each look.
        read: returns what that actor may see of what changed after a revision; after None,
            how things stand now. Raises whatever ends the stream.
    """

    schema_name: str
    topic: str
    access: Callable[[], Access | None]
    read: Callable[[Actor, int | None], News[T]]


async def follow(watch: Watch[T], *, after: int | None = None) -> AsyncIterator[Change[T]]:
    """Yield what changed after ``after``, then each change as it happens.

    Between two bells no connection to the database is held. Whether the follower may still be
    told is asked at each bell, at each heartbeat, and when their access is due to end.

    Raises:
        AccessEnded: see above; and whatever ``watch.read`` raises.
    """
    # What the request used so far: whoever waits for a turn to look must hold no connection, or
    # those whose turn it is may find none left.
    await sync_to_async(release_connection)()
    async with listening(watch.schema_name, watch.topic) as bell:
        while True:
            async with _looks():
                access, news = await sync_to_async(_look)(watch, after)
            for change in news.changes:
                after = change.revision
                yield change
            if news.is_last:
                return
            if news.changes:  # who was told may have read more of it
                await sync_to_async(release_connection)()
            if not news.has_more:
                await bell.wait(_patience(access.ends_at))


def _look(watch: Watch[T], after: int | None) -> tuple[Access, News[T]]:
    # The schema is said anew each time: a stream outlives the request that chose it.
    with schema_context(watch.schema_name):
        try:
            access = watch.access()
            if access is None:
                raise AccessEnded
            return access, watch.read(access.actor, after)
        finally:
            release_connection()


def _patience(ends_at: datetime | None) -> float:
    if ends_at is None:
        return float(settings.LIVE_HEARTBEAT_SECONDS)
    left = (ends_at - timezone.now()).total_seconds()
    return max(0.0, min(settings.LIVE_HEARTBEAT_SECONDS, left))


_of_loops: WeakKeyDictionary[Any, asyncio.Semaphore] = WeakKeyDictionary()


def _looks() -> asyncio.Semaphore:
    return _of_loops.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_LOOKS_AT_ONCE))
