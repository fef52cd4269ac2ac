"""Fields that are only read from a loaded row or a made object, marked as such.

A list of hundreds of rows has thousands of them. Each would go through a dozen functions that ask
what it could be else; ``executor`` reads those that are marked here.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeGuard, TypeVar

import strawberry
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field
from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_nullable_type,
    is_leaf_type,
)
from strawberry.relay import Edge
from strawberry.types.field import StrawberryField
from strawberry_django.fields.field import (
    StrawberryDjangoConnectionExtension,
    StrawberryDjangoField,
)

from tenants.graphql.types import VisibleNode, global_id

S = TypeVar("S", bound=strawberry.Schema)
Read = Callable[[Any], Any]

#: Where a field of graphql-core keeps how its leaf is read, what object or edges it holds, or
#: what page of rows hangs on its row.
LEAF: Final = "loadstar-leaf"
HELD: Final = "loadstar-held"
PAGE: Final = "loadstar-page"


class Held(NamedTuple):
    """A field that holds an object in an attribute called ``name``, or a list of edges."""

    name: str
    kind: GraphQLObjectType
    #: The class of the object, or of each edge.
    made: type[Any]
    many: bool


class Page(NamedTuple):
    """A field of a row that lists rows which hang on it, read together with it or not."""

    name: str
    field: GraphQLField
    kind: GraphQLObjectType
    made: Any
    max_results: int | None


def mark_plain_fields(schema: S) -> S:
    """Note on each field of ``schema`` that is only read how it is read; return the schema."""
    for kind in schema._schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                marks = {
                    LEAF: _read_of(kind, name, field),
                    HELD: _held_by(kind, field),
                    PAGE: _page_of(kind, field),
                }
                field.extensions |= {key: mark for key, mark in marks.items() if mark is not None}
    return schema


def marks_of(kind: GraphQLObjectType, details: Any) -> dict[str, Any]:
    """Return the marks of the field that a selection asks for at an object of ``kind``."""
    field = kind.fields.get(details[0].node.name.value)
    return {} if field is None else field.extensions


def _held_by(kind: GraphQLObjectType, field: GraphQLField) -> Held | None:
    """Return what stands in the field of a made object; None if it is resolved or may be null."""
    inner: Any = field.type.of_type if isinstance(field.type, GraphQLNonNull) else None
    many = isinstance(inner, GraphQLList)
    if many:
        inner = inner.of_type.of_type if isinstance(inner.of_type, GraphQLNonNull) else None
    said = field.extensions.get("strawberry-definition")
    if not isinstance(inner, GraphQLObjectType) or not _is_plain(said) or _rows_of(kind):
        return None
    rows, made = _rows_of(inner), _made_by(inner)
    if made is None or (many and not issubclass(made, Edge)):
        return None
    return Held(said.python_name, inner, rows.model if rows else made, many)


def _page_of(kind: GraphQLObjectType, field: GraphQLField) -> Page | None:
    """Return what lists rows that hang on a row by the library's own way; None for all else."""
    said, inner = field.extensions.get("strawberry-definition"), get_nullable_type(field.type)
    if not isinstance(said, StrawberryDjangoField) or _rows_of(kind) is None:
        return None
    resolver = said.base_resolver and said.base_resolver.wrapped_func
    pages = said.extensions[0] if len(said.extensions) == 1 else None
    if (
        not isinstance(pages, StrawberryDjangoConnectionExtension)
        or not isinstance(inner, GraphQLObjectType)
        or said.permission_classes
        or getattr(resolver, "__module__", None) != StrawberryDjangoConnectionExtension.__module__
    ):
        return None
    name = said.django_name or said.python_name
    return Page(name, field, inner, pages.connection_type, pages.max_results)


def _made_by(kind: GraphQLObjectType) -> Any:
    """Return the class behind ``kind``; None where there is none."""
    return getattr(kind.extensions.get("strawberry-definition"), "origin", None)


def _rows_of(kind: GraphQLObjectType) -> Any:
    """Return what the library knows of the model behind ``kind``; None where there is none."""
    return getattr(_made_by(kind), "__strawberry_django_definition__", None)


def _is_plain(said: object) -> TypeGuard[StrawberryField]:
    return isinstance(said, StrawberryField) and not (
        said.arguments or said.base_resolver or said.extensions or said.permission_classes
    )


def _read_of(kind: GraphQLObjectType, name: str, field: GraphQLField) -> Read | None:
    """Return what reads the field from its row or object as it is sent; None if it is resolved."""
    origin, leaf = _made_by(kind), get_nullable_type(field.type)
    if origin is None or not is_leaf_type(leaf):
        return None
    if name == "id" and issubclass(origin, VisibleNode):
        return lambda row: global_id(kind.name, row.pk)
    said, rows = field.extensions.get("strawberry-definition"), _rows_of(kind)
    if not _is_plain(said):
        return None
    if rows is None:
        return _read(attrgetter(said.python_name), field, leaf.coerce_output_value)
    column = _column_of(said, rows.model) if isinstance(said, StrawberryDjangoField) else None
    # Of a column that is not loaded nothing stands in the row's dictionary.
    loaded = None if column is None else (lambda row: row.__dict__[column])
    return loaded and _read(loaded, field, leaf.coerce_output_value)


def _column_of(said: StrawberryDjangoField, model: Any) -> str | None:
    try:
        column = model._meta.get_field(said.django_name or said.python_name)
    except FieldDoesNotExist:
        return None
    return column.attname if isinstance(column, Field) and not column.is_relation else None


def _read(get: Read, field: GraphQLField, coerce: Read) -> Read:
    may_be_null = not isinstance(field.type, GraphQLNonNull)

    def read(source: Any) -> Any:
        value = get(source)
        if value is not None:
            return coerce(value)
        if may_be_null:
            return None
        raise ValueError("null where it may not be")

    return read
