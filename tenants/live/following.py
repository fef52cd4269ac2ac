"""Following a topic: from each bell to what is new, for as long as one may be told."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from dataclasses import dataclass, field
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
        alike: equal for those who were let in by the same token or session and ask for the
            same: one look serves them all. Without it nobody is alike.
        admit: is told who follows, before what is new is yielded.
    """

    schema_name: str
    topic: str
    access: Callable[[], Access | None]
    read: Callable[[Actor, int | None], News[T]]
    alike: Hashable = field(default_factory=object)
    admit: Callable[[Actor], None] | None = None


async def follow(watch: Watch[T], *, after: int | None = None) -> AsyncIterator[Change[T]]:
    """Yield what changed after ``after``, then each change as it happens.

    Between two bells no connection to the database is held. Whether the follower may still be
    told is asked at each bell, at each heartbeat, and when their access is due to end: by a look
    that begins after it.

    Raises:
        AccessEnded: see above; and whatever ``watch.read`` raises.
    """
    # What the request used so far: whoever waits for a turn to look must hold no connection, or
    # those whose turn it is may find none left.
    await sync_to_async(release_connection)()
    async with listening(watch.schema_name, watch.topic) as bell:
        while True:
            access, news = await _looks().look(watch, after)
            if watch.admit:
                watch.admit(access.actor)
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


class _Looks:
    """The looks of one event loop: few at once, and one for all who are alike and still wait."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_LOOKS_AT_ONCE)
        self._to_come: dict[Hashable, asyncio.Task[Any]] = {}
        self._awaited_by: Counter[asyncio.Task[Any]] = Counter()

    async def look(self, watch: Watch[T], after: int | None) -> tuple[Access, News[T]]:
        key = (watch.schema_name, watch.topic, watch.alike, after)
        look = self._to_come.get(key)
        if look is None:
            look = asyncio.create_task(self._in_turn(key, watch, after), name="live look")
            self._to_come[key] = look
        self._awaited_by[look] += 1
        try:
            return await asyncio.shield(look)  # who leaves does not take it away from the others
        finally:
            self._awaited_by[look] -= 1
            if not self._awaited_by[look]:
                del self._awaited_by[look]
                if self._to_come.get(key) is look:
                    del self._to_come[key]
                look.cancel()

    async def _in_turn(
        self, key: Hashable, watch: Watch[T], after: int | None
    ) -> tuple[Access, News[T]]:
        async with self._turns:
            # What changes from now on it may miss: who comes now waits for the next.
            del self._to_come[key]
            return await sync_to_async(_look)(watch, after)


_of_loops: WeakKeyDictionary[Any, _Looks] = WeakKeyDictionary()


def _looks() -> _Looks:
    return _of_loops.setdefault(asyncio.get_running_loop(), _Looks())
