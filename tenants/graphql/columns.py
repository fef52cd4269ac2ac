"""Leaves that are only read from a loaded row or a made object are read, without a resolver.

A list of hundreds of rows has thousands of such fields. Each goes through a dozen functions that
ask what it could be else; most of a list's time went there.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import strawberry
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field
from graphql import GraphQLField, GraphQLObjectType, get_nullable_type, is_leaf_type
from strawberry.relay.utils import to_base64
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.field import StrawberryField
from strawberry.types.nodes import Selection
from strawberry_django.fields.field import StrawberryDjangoField

from tenants.graphql.types import VisibleNode

S = TypeVar("S", bound=strawberry.Schema)
Read = Callable[[Any], Any]

#: Where a field of graphql-core keeps how its leaf is read.
LEAF: Final = "loadstar-leaf"


def mark_leaves(schema: S) -> S:
    """Note on each field of ``schema`` that is only read how it is read; return the schema."""
    for kind in schema._schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                read = _read_of(kind, name, field)
                if read is not None:
                    field.extensions[LEAF] = read
    return schema


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's, which reads the leaves that are marked.

    What is not loaded, null where it may not be or wrong in any other way is left to Strawberry,
    which has the words for it.
    """

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: Any,
        path: Any,
        position_context: Any,
    ) -> Any:
        field = parent_type.fields.get(field_details_list[0].node.name.value)
        read = field.extensions.get(LEAF) if field is not None else None
        if read is not None:
            try:
                value = read(source)
            except Exception:  # noqa: BLE001, S110  # resolved anew below, where errors are told
                pass
            else:
                if value is not None:
                    return value
        return super().execute_field(
            parent_type, source, field_details_list, path, position_context
        )


class SharedInfo(strawberry.Info[Any, Any]):
    """What a resolver is told; rows side by side are asked for the same fields, found once."""

    @property
    def selected_fields(self) -> list[Selection]:
        # The nodes live as long as the operation, so their places in memory name them.
        kept: dict[str, Any] = self.context.__dict__
        found: dict[tuple[int, ...], list[Selection]] = kept.setdefault("selected", {})
        asked = tuple(map(id, self._raw_info.field_nodes))
        if asked not in found:
            found[asked] = super().selected_fields
        return found[asked]


def _read_of(kind: GraphQLObjectType, name: str, field: GraphQLField) -> Read | None:
    """Return what reads the field from its row or object as it is sent; None if it is resolved."""
    origin: Any = getattr(kind.extensions.get("strawberry-definition"), "origin", None)
    leaf: Any = get_nullable_type(field.type)
    if origin is None or not is_leaf_type(leaf):
        return None
    if name == "id" and issubclass(origin, VisibleNode):
        return lambda row: to_base64(kind.name, row.pk)
    rows = getattr(origin, "__strawberry_django_definition__", None)
    said = field.extensions.get("strawberry-definition")
    if not isinstance(said, StrawberryField) or said.arguments or said.base_resolver:
        return None
    if said.extensions or said.permission_classes:
        return None
    if rows is None:
        return _attribute(said.python_name, leaf.coerce_output_value)
    column = _column_of(said, rows.model) if isinstance(said, StrawberryDjangoField) else None
    return _column(column, leaf.coerce_output_value) if column else None


def _column_of(said: StrawberryDjangoField, model: Any) -> str | None:
    try:
        column = model._meta.get_field(said.django_name or said.python_name)
    except FieldDoesNotExist:
        return None
    return column.attname if isinstance(column, Field) and not column.is_relation else None


def _column(name: str, coerce: Read) -> Read:
    def read(row: Any) -> Any:
        value = row.__dict__[name]  # of a column that is not loaded nothing stands there
        return None if value is None else coerce(value)

    return read


def _attribute(name: str, coerce: Read) -> Read:
    def read(made: Any) -> Any:
        value = getattr(made, name)
        return None if value is None else coerce(value)

    return read
