"""How deep and how wide a query may be, counted in one pass over the document.

Each fragment is measured once and its measure kept: walking fragments anew at each spread
takes time that doubles with every fragment of a short, hostile document.
"""

from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
)
from strawberry.extensions import SchemaExtension

#: Fields that a document may ask for, fragments counted at each spread.
MAX_FIELDS: Final = 500


class DepthAndBreadthLimiter(SchemaExtension):
    """Refuses a document that is too deep, too wide, or whose fragments go in a circle."""

    def on_validate(self) -> Iterator[None]:
        document = self.execution_context.graphql_document
        if document is not None:
            error = excess(document, max_depth=settings.GRAPHQL_MAX_DEPTH)
            if error is not None:
                # Before the standard rules, some of which take time that grows with the square.
                self.execution_context.pre_execution_errors = [error]
        yield


def excess(document: DocumentNode, *, max_depth: int) -> GraphQLError | None:
    """Return why ``document`` is refused, or None."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    measured: dict[str, tuple[int, int]] = {}
    try:
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                depth, fields = _measure(node.selection_set, fragments, measured, ())
                if depth > max_depth:
                    return GraphQLError(f"the query is {depth} levels deep; at most {max_depth}")
                if fields > MAX_FIELDS:
                    return GraphQLError(f"the query asks for {fields} fields; at most {MAX_FIELDS}")
    except _Circle as circle:
        return GraphQLError(f"fragment {circle} spreads itself")
    except RecursionError:
        return GraphQLError(f"the query is too deep; at most {max_depth} levels")
    return None


class _Circle(Exception):
    pass


def _measure(
    selections: SelectionSetNode,
    fragments: dict[str, FragmentDefinitionNode],
    measured: dict[str, tuple[int, int]],
    within: tuple[str, ...],
) -> tuple[int, int]:
    """Return depth and number of fields of ``selections``."""
    depth = fields = 0
    for node in selections.selections:
        inner: Any = getattr(node, "selection_set", None)
        added_depth, added_fields = 0, 0
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name in within:
                raise _Circle(name)
            if name not in measured and name in fragments:
                inside = (*within, name)
                measured[name] = _measure(
                    fragments[name].selection_set, fragments, measured, inside
                )
            added_depth, added_fields = measured.get(name, (0, 0))
        elif inner is not None:
            added_depth, added_fields = _measure(inner, fragments, measured, within)
        own = 1 if isinstance(node, FieldNode) else 0
        depth = max(depth, added_depth + own)
        fields += added_fields + own
    return depth, fields
