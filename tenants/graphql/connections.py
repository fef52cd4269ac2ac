"""Lists of rows: forward pages of a bounded size, by cursors that stand on the ordering's keys."""

import json
import re
from functools import cache
from typing import Any, Final

import strawberry_django
from graphql import GraphQLError
from strawberry import UNSET
from strawberry.annotation import StrawberryAnnotation
from strawberry.relay.utils import from_base64, to_base64
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry_django.fields.field import StrawberryDjangoConnectionExtension
from strawberry_django.relay import cursor_connection
from strawberry_django.relay.cursor_connection import DjangoCursorEdge, OrderedCollectionCursor
from strawberry_django.relay.utils import resolve_edge_class

#: Rows of one page, at most.
MAX_FIRST: Final = 200
_ARGUMENTS: Final = {
    "filters": "Which rows; all that you may see without it.",
    "ordering": "By which keys, the first first; by identifier without it.",
}
_TOO_LARGE: Final = re.compile(r"-?\d{19,}\Z")


class _Cursor:
    """A cursor that is written when it is read, which of most edges it is not."""

    def __init__(self, row: Any, keys: list[Any]) -> None:
        self._row, self._keys = row, keys

    def __str__(self) -> str:
        return to_base64(DjangoCursorEdge.CURSOR_PREFIX, str(_keys_of(self._row, self._keys)))


def _edge(cls: Any, node: Any, *, cursor: object = None) -> Any:
    return cls(cursor=cursor, node=node)


_keys_of: Final = OrderedCollectionCursor.from_model
OrderedCollectionCursor.from_model = _Cursor  # type: ignore[assignment, method-assign]


# On the library's own class: one row type has several classes of edges, all of which inherit it,
# and a connection of another class would not be read together with what it hangs on.
DjangoCursorEdge.resolve_edge = classmethod(_edge)  # type: ignore[assignment]
# Which that class is, is looked for in its annotations; once a connection's class is enough.
cursor_connection.resolve_edge_class = cache(resolve_edge_class)  # type: ignore[assignment, attr-defined]


class _Pages(StrawberryDjangoConnectionExtension):
    """Forward pages only, and always of a stated size: a client that forgets asks for all."""

    def apply(self, field: StrawberryField) -> None:
        super().apply(field)
        relay_arguments = {"first", "after", "last", "before"}
        field.arguments = [
            *(
                _described(each)
                for each in field.arguments
                if each.python_name not in relay_arguments
            ),
            StrawberryArgument(
                python_name="first",
                graphql_name=None,
                type_annotation=StrawberryAnnotation(int),
                description=f"How many at most, 1 to {MAX_FIRST} [count].",
            ),
            StrawberryArgument(
                python_name="after",
                graphql_name=None,
                type_annotation=StrawberryAnnotation(str | None),
                description="Go on behind this cursor, an `endCursor` of the page before.",
                default=None,
            ),
        ]


def _described(argument: StrawberryArgument) -> StrawberryArgument:
    argument.description = argument.description or _ARGUMENTS.get(argument.python_name)
    return argument


def check_cursor(cursor: object) -> None:
    """Refuse what is no cursor of ours before a row is read.

    Raises:
        GraphQLError: see above. None, for the first page, is right.
    """
    if cursor is None:
        return
    try:
        kind, keys = from_base64(str(cursor))
        values = json.loads(keys)
    except ValueError:
        kind, values = "", None
    known = kind == DjangoCursorEdge.CURSOR_PREFIX and isinstance(values, list)
    if not known or not all(each is None or _is_key(each) for each in values or ()):
        raise GraphQLError(
            "after is no cursor of this list: take the endCursor of a page",
            extensions={"code": "INVALID", "field": ["after"]},
        )


def _is_key(value: object) -> bool:
    # No key of ours has more digits; PostgreSQL refuses a number that has.
    return isinstance(value, str) and not _TOO_LARGE.match(value)


def connection(
    *, description: str, filters: Any = UNSET, ordering: Any = UNSET, field_name: str | None = None
) -> Any:
    """Return a field that lists rows page by page; its annotation is a cursor connection.

    Raises (in the schema's words): ``first`` out of bounds, or a cursor that is none.
    """
    return strawberry_django.field(
        description=description,
        filters=filters,
        ordering=ordering,
        field_name=field_name,
        extensions=[_Pages(max_results=MAX_FIRST)],
    )
