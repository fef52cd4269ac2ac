"""The base of every subscription: who may be told, from where on, and at most how often at once.

A subscription names its topic and reads what is new; the rest is here. Each event carries a
cursor (``extensions.cursor``; with server-sent events also the ``id``) that resumes behind it.
"""

from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any, Final, TypeVar

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.relay.utils import from_base64, to_base64
from strawberry.utils.aio import aclosing

from tenants.graphql.context import Info
from tenants.live import AccessEnded, News, NoPlace, Watch, follow, place
from tenants.permissions import Actor

T = TypeVar("T")

AFTER: Final = (
    "Resume behind this cursor, the `extensions.cursor` of an event: you are told what changed "
    "since, as it now stands, and nothing twice. Without it you are first told how things stand."
)
_KIND: Final = "change"


async def stream(
    info: Info, *, topic: str, read: Callable[[int | None], News[T]], after: str | None
) -> AsyncGenerator[T, None]:
    """Yield what ``read`` finds new, at each bell for ``topic``.

    Args:
        read: see ``Watch.read``; who follows is ``info.context.actor``, made anew each time.
        after: cursor to resume behind; the one that a browser sends by itself goes before.

    Raises:
        GraphQLError: the cursor is none, there are too many streams, or the access ended.
    """
    context = info.context
    revision = _revision(context.last_event_id or after)

    def admit(actor: Actor) -> None:
        context.actor = actor

    def read_as(actor: Actor, known: int | None) -> News[T]:
        admit(actor)
        return read(known)

    alike = (context.let_in_by, *_asked(info))
    watch = Watch(context.schema_name, topic, context.access, read_as, alike, admit)
    try:
        with place(context.schema_name, context.actor.name):
            async with aclosing(follow(watch, after=revision)) as changes:
                async for change in changes:
                    context.cursor = to_base64(_KIND, change.revision)
                    yield change.what
    except NoPlace as refusal:
        raise GraphQLError(str(refusal), extensions={"code": "RATE_LIMITED"}) from None
    except AccessEnded:
        words = "your token or session has ended"
        raise GraphQLError(words, extensions={"code": "UNAUTHENTICATED"}) from None


def _asked(info: Info) -> tuple[str, ...]:
    """Return all of the request that what is told depends on."""
    operation = info._raw_info.operation
    name = operation.name.value if operation.name else ""
    source = operation.loc.source.body if operation.loc else repr(operation)
    return source, name, repr(sorted(info.variable_values.items()))


def _revision(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    try:
        kind, revision = from_base64(cursor)
    except ValueError:
        kind, revision = "", ""
    if kind != _KIND or not (revision.isascii() and revision.isdigit() and len(revision) < 19):
        raise GraphQLError(
            "after is no cursor of a subscription: take extensions.cursor of an event",
            extensions={"code": "INVALID", "field": ["after"]},
        )
    return int(revision)


class Cursors(SchemaExtension):
    """Says with each event of a stream where to resume."""

    def on_stream_result(self, result: Any) -> Iterator[None]:
        cursor = self.execution_context.context.cursor
        if cursor is not None and result.data is not None:
            result.extensions = {**(result.extensions or {}), "cursor": cursor}
        yield
