"""Lists of rows: forward pages of a bounded size, by cursors that stand on the ordering's keys."""

from typing import Any, Final

import strawberry_django
from strawberry import UNSET
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry_django.fields.field import StrawberryDjangoConnectionExtension

#: Rows of one page, at most.
MAX_FIRST: Final = 200


class _Pages(StrawberryDjangoConnectionExtension):
    """Forward pages only, and always of a stated size: a client that forgets asks for all."""

    def apply(self, field: StrawberryField) -> None:
        super().apply(field)
        relay_arguments = {"first", "after", "last", "before"}
        field.arguments = [
            *(each for each in field.arguments if each.python_name not in relay_arguments),
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
