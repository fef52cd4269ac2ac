"""Leaves that are only read from a loaded row or a made object are read, without a resolver.

A list of hundreds of rows has thousands of such fields. Each goes through a dozen functions that
ask what it could be else; most of a list's time went there.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeGuard, TypeVar

import strawberry
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field
from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType, get_nullable_type, is_leaf_type
from strawberry.relay.utils import to_base64
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.field import StrawberryField
from strawberry.types.nodes import Selection
from strawberry_django.fields.field import StrawberryDjangoField
from strawberry_django.relay.cursor_connection import DjangoCursorEdge

from tenants.graphql.types import VisibleNode

S = TypeVar("S", bound=strawberry.Schema)
Read = Callable[[Any], Any]

#: Where a field of graphql-core keeps how its leaf is read, or its row.
LEAF: Final = "loadstar-leaf"
ROW: Final = "loadstar-row"


class _Row(NamedTuple):
    """A field that holds a loaded row of ``model``, in an attribute called ``name``."""

    name: str
    kind: GraphQLObjectType
    model: type[Any]


def mark_leaves(schema: S) -> S:
    """Note on each field of ``schema`` that is only read how it is read; return the schema."""
    for kind in schema._schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                read, row = _read_of(kind, name, field), _row_of(kind, field)
                if read is not None:
                    field.extensions[LEAF] = read
                if row is not None:
                    field.extensions[ROW] = row
    return schema


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's, which reads the leaves that are marked, and goes straight into marked rows.

    What is not loaded, null where it may not be or wrong in any other way is left to Strawberry,
    which has the words for it.
    """

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        reads = self._reads_of(parent_type, grouped_field_set)
        if reads:
            try:
                return {name: read(source_value) for name, read in reads}
            except Exception:  # noqa: BLE001, S110  # resolved anew below, where errors are told
                pass
        return super().execute_fields(
            parent_type, source_value, path, grouped_field_set, position_context
        )

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: Any,
        path: Any,
        position_context: Any,
    ) -> Any:
        marks = _marks(parent_type, field_details_list)
        if LEAF in marks:
            try:
                return marks[LEAF](source)
            except Exception:  # noqa: BLE001, S110  # resolved anew below, where errors are told
                pass
        elif ROW in marks:
            mark = marks[ROW]
            row = getattr(source, mark.name, None)
            if type(row) is mark.model:
                return self.collect_and_execute_subfields(
                    mark.kind, field_details_list, path, row, position_context
                )
        return super().execute_field(
            parent_type, source, field_details_list, path, position_context
        )

    def complete_list_item_value(  # noqa: PLR0917  # as it stands in graphql-core
        self,
        item: Any,
        complete_results: list[Any],
        item_type: Any,
        field_details_list: Any,
        info: Any,
        item_path: Any,
        position_context: Any,
    ) -> bool:
        if not (isinstance(item, DjangoCursorEdge) and isinstance(item_type, GraphQLNonNull)):
            return super().complete_list_item_value(
                item,
                complete_results,
                item_type,
                field_details_list,
                info,
                item_path,
                position_context,
            )
        # Made by its own connection a moment ago: it is of its type, and not null.
        completed = self.collect_and_execute_subfields(
            item_type.of_type, field_details_list, item_path, item, position_context
        )
        complete_results.append(completed)
        return self.is_awaitable(completed)

    def _reads_of(self, kind: GraphQLObjectType, grouped: Any) -> list[tuple[str, Read]]:
        """Return how each field of a selection is read; nothing unless all of them only are."""
        kept: dict[int, Any] = self.__dict__.setdefault("_kept_reads", {})
        found = kept.get(id(grouped))
        if found is None:
            marks = {name: _marks(kind, details) for name, details in grouped.items()}
            are_read = all(LEAF in each for each in marks.values())
            reads = [(name, each[LEAF]) for name, each in marks.items()] if are_read else []
            # Kept with the selection, so that its place in memory goes to no other.
            found = kept[id(grouped)] = (grouped, kind, reads)
        return found[2] if found[1] is kind else []


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


def _marks(kind: GraphQLObjectType, details: Any) -> dict[str, Any]:
    field = kind.fields.get(details[0].node.name.value)
    return {} if field is None else field.extensions


def _row_of(kind: GraphQLObjectType, field: GraphQLField) -> _Row | None:
    """Return the row that stands in the field of a made object; None if it is resolved."""
    inner: Any = field.type.of_type if isinstance(field.type, GraphQLNonNull) else None
    said = field.extensions.get("strawberry-definition")
    if not isinstance(inner, GraphQLObjectType) or not _is_plain(said) or _rows_of(kind):
        return None
    rows = _rows_of(inner)
    return _Row(said.python_name, inner, rows.model) if rows else None


def _rows_of(kind: GraphQLObjectType) -> Any:
    """Return what the library knows of the model behind ``kind``; None where there is none."""
    origin = getattr(kind.extensions.get("strawberry-definition"), "origin", None)
    return getattr(origin, "__strawberry_django_definition__", None)


def _is_plain(said: object) -> TypeGuard[StrawberryField]:
    return isinstance(said, StrawberryField) and not (
        said.arguments or said.base_resolver or said.extensions or said.permission_classes
    )


def _read_of(kind: GraphQLObjectType, name: str, field: GraphQLField) -> Read | None:
    """Return what reads the field from its row or object as it is sent; None if it is resolved."""
    origin: Any = getattr(kind.extensions.get("strawberry-definition"), "origin", None)
    leaf: Any = get_nullable_type(field.type)
    if origin is None or not is_leaf_type(leaf):
        return None
    if name == "id" and issubclass(origin, VisibleNode):
        return lambda row: to_base64(kind.name, row.pk)
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
