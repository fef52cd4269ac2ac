"""How operations are executed: what is plain is read, the rest is Strawberry's to resolve."""

from collections.abc import Callable
from typing import Any

import strawberry
from graphql import GraphQLNonNull, GraphQLObjectType
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.nodes import Selection
from strawberry_django.optimizer import is_optimized_by_prefetching
from strawberry_django.relay.cursor_connection import DjangoCursorEdge

from tenants.graphql.plain_fields import HELD, LEAF, PAGE, Held, Page, Read, marks_of


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's, which reads selections that are plain as far down as they are.

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
        read = self._read_of_all(parent_type, grouped_field_set)
        if read is not None:
            try:
                return read(source_value)
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
        read = self._read_of(parent_type, field_details_list)
        if read is not None:
            try:
                return read(source)
            except Exception:  # noqa: BLE001, S110  # resolved anew below, where errors are told
                pass
        held = marks_of(parent_type, field_details_list).get(HELD)
        if held is not None and not held.many:
            value = getattr(source, held.name, None)
            if type(value) is held.made:
                return self.collect_and_execute_subfields(
                    held.kind, field_details_list, path, value, position_context
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

    def _read_of_all(self, kind: GraphQLObjectType, grouped: Any) -> Read | None:
        """Return what reads a selection of an object; None unless all of it is plain."""
        return self._kept(kind, grouped, lambda: self._compose(kind, grouped))

    def _read_of(self, kind: GraphQLObjectType, details: Any) -> Read | None:
        """Return what reads a field of an object, with all below it; None if it is resolved."""
        if details[0].node.name.value == "__typename":
            return lambda _: kind.name
        marks = marks_of(kind, details)
        if LEAF in marks:
            read: Read = marks[LEAF]
            return read
        if HELD in marks:
            return self._kept(kind, details, lambda: self._read_held(marks[HELD], details))
        if PAGE in marks:
            return self._kept(kind, details, lambda: self._read_page(marks[PAGE], kind, details))
        return None

    def _kept(
        self, kind: GraphQLObjectType, asked: Any, make: Callable[[], Read | None]
    ) -> Read | None:
        kept: dict[tuple[str, int], Any] = self.__dict__.setdefault("_kept_reads", {})
        found = kept.get((kind.name, id(asked)))
        if found is None:
            # Kept with what was asked, so that its place in memory goes to no other.
            found = kept[kind.name, id(asked)] = (asked, make())
        read: Read | None = found[1]
        return read

    def _compose(self, kind: GraphQLObjectType, grouped: Any) -> Read | None:
        reads = [(name, self._read_of(kind, details)) for name, details in grouped.items()]
        plain = [(name, read) for name, read in reads if read is not None]
        if len(plain) < len(reads):
            return None
        return lambda source: {name: read(source) for name, read in plain}

    def _read_held(self, held: Held, details: Any) -> Read | None:
        inner = self._read_below(held.kind, details)
        if inner is None:
            return None
        return _read_each(held, inner) if held.many else _read_one(held, inner)

    def _read_page(self, page: Page, kind: GraphQLObjectType, details: Any) -> Read | None:
        inner = self._read_below(page.kind, details)
        if inner is None:
            return None
        asked = details[0]
        given = get_argument_values(
            page.field, asked.node, self.variable_values, asked.fragment_variable_values
        )
        nodes = [each.node for each in details]
        # Without its place: it is of all rows, and asked for what is selected alone.
        raw = self.build_resolve_info(page.field, nodes, kind, Path(None, page.name, kind.name))
        info = SharedInfo(raw, page.field.extensions["strawberry-definition"])
        return _read_prefetched(page, inner, info, given["first"])

    def _read_below(self, kind: GraphQLObjectType, details: Any) -> Read | None:
        grouped, deferred, _ = self.collect_subfields(kind, details)
        return None if deferred else self._read_of_all(kind, grouped)


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


def _read_one(held: Held, inner: Read) -> Read:
    name, made = held.name, held.made

    def read(source: Any) -> Any:
        value = getattr(source, name)
        if type(value) is not made:
            raise TypeError(f"{name} is no {made.__name__}")
        return inner(value)

    return read


def _read_each(held: Held, inner: Read) -> Read:
    name = held.name

    def read(source: Any) -> Any:
        edges = getattr(source, name)
        if not all(isinstance(edge, DjangoCursorEdge) for edge in edges):
            raise TypeError(f"{name} holds something that is no edge")
        return [inner(edge) for edge in edges]

    return read


def _read_prefetched(page: Page, inner: Read, info: SharedInfo, first: int) -> Read:
    name, made, most = page.name, page.made, page.max_results

    def read(source: Any) -> Any:
        # Where Django keeps what was read with a row; a manager made to ask for it takes longer.
        rows = source._prefetched_objects_cache[name]
        # Of these alone the library too asks nothing more: what may be seen was asked for them all.
        if not is_optimized_by_prefetching(rows):
            raise LookupError(f"{name} has not been read with its row")
        return inner(made.resolve_connection(rows, info=info, first=first, max_results=most))

    return read
