"""Columns of a row that is loaded are read as they are, without a resolver's ceremony.

A list of hundreds of rows has thousands of such fields, and most of its time went there.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from graphql import GraphQLField, GraphQLObjectType
from strawberry_django.fields.field import StrawberryDjangoField

S = TypeVar("S", bound=strawberry.Schema)


def read_as_they_are(schema: S) -> S:
    """Let each plain column of ``schema`` be read from its row; return the schema.

    What is not loaded, or has a resolver, arguments, extensions or permissions of its own, is
    resolved as before.
    """
    for kind in schema._schema.type_map.values():
        origin: Any = getattr(kind.extensions.get("strawberry-definition"), "origin", None)
        rows = getattr(origin, "__strawberry_django_definition__", None)
        if rows is None or not isinstance(kind, GraphQLObjectType):
            continue
        for field in kind.fields.values():
            column = _column_of(field, rows.model)
            if column is not None and field.resolve is not None:
                field.resolve = _read(column, field.resolve)
    return schema


def _column_of(field: GraphQLField, model: type[Model]) -> str | None:
    said = field.extensions.get("strawberry-definition")
    if not isinstance(said, StrawberryDjangoField) or said.base_resolver or said.arguments:
        return None
    if said.extensions or said.permission_classes:
        return None
    try:
        column = model._meta.get_field(said.django_name or said.python_name)
    except FieldDoesNotExist:
        return None
    if not isinstance(column, Field) or column.is_relation:
        return None
    return column.attname


def _read(column: str, otherwise: Callable[..., Any]) -> Callable[..., Any]:
    def resolve(row: Any, info: Any, **given: Any) -> Any:
        try:
            return row.__dict__[column]
        except (AttributeError, KeyError):
            return otherwise(row, info, **given)

    return resolve
