"""How large a document may be, counted in one pass before anything else looks at it.

Each fragment is measured once and its measure kept: walking fragments anew at each spread
takes time that doubles with every fragment of a short, hostile document.
"""

from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
)

#: Counted at each spread of a fragment, but for the number of fragments.
MAX_DEPTH: Final = 12
MAX_FIELDS: Final = 500
MAX_ALIASES: Final = 30
MAX_ROOT_FIELDS: Final = 20
MAX_DIRECTIVES: Final = 30
MAX_FRAGMENTS: Final = 50
MAX_OPERATIONS: Final = 10


@dataclass(frozen=True, slots=True)
class _Size:
    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0


class _Circle(Exception):
    pass


def excess(document: DocumentNode) -> GraphQLError | None:
    """Return why ``document`` is refused, or None."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    operations = [
        each for each in document.definitions if isinstance(each, OperationDefinitionNode)
    ]
    try:
        # Fragments that nothing spreads are measured too: validation would walk them.
        measured: dict[str, _Size] = {}
        counts = [
            _Size(directives=len(each.directives or ()))
            for each in (*operations, *fragments.values())
        ]
        for name in fragments:
            _measure_fragment(name, fragments, measured, ())
        sizes = [_measure(each.selection_set, fragments, measured, ()) for each in operations]
        sizes += list(measured.values())
    except _Circle as circle:
        return GraphQLError(f"fragment {circle} spreads itself")
    except RecursionError:
        return GraphQLError(f"the document is too deep; at most {MAX_DEPTH} levels")
    found = {
        "fragments": (len(fragments), MAX_FRAGMENTS),
        "operations": (len(operations), MAX_OPERATIONS),
        "levels": (max((each.depth for each in sizes), default=0), MAX_DEPTH),
        "fields": (max((each.fields for each in sizes), default=0), MAX_FIELDS),
        "aliases": (max((each.aliases for each in sizes), default=0), MAX_ALIASES),
        "directives": (
            max((each.directives for each in sizes), default=0)
            + sum(each.directives for each in counts),
            MAX_DIRECTIVES,
        ),
        "fields at the root": (
            max((_n_root_fields(each, fragments) for each in operations), default=0),
            MAX_ROOT_FIELDS,
        ),
    }
    for what, (number, limit) in found.items():
        if number > limit:
            return GraphQLError(f"the document has {number} {what}; at most {limit} are allowed")
    return None


def _measure(
    selections: SelectionSetNode,
    fragments: dict[str, FragmentDefinitionNode],
    measured: dict[str, _Size],
    within: tuple[str, ...],
) -> _Size:
    depth = fields = aliases = directives = 0
    for node in selections.selections:
        inner: Any = getattr(node, "selection_set", None)
        added = _Size()
        if isinstance(node, FragmentSpreadNode):
            added = _measure_fragment(node.name.value, fragments, measured, within)
        elif inner is not None:
            added = _measure(inner, fragments, measured, within)
        own = 1 if isinstance(node, FieldNode) else 0
        depth = max(depth, added.depth + own)
        fields += added.fields + own
        aliases += added.aliases + (1 if getattr(node, "alias", None) else 0)
        directives += added.directives + len(node.directives or ())
    return _Size(depth, fields, aliases, directives)


def _measure_fragment(
    name: str,
    fragments: dict[str, FragmentDefinitionNode],
    measured: dict[str, _Size],
    within: tuple[str, ...],
) -> _Size:
    if name in within:
        raise _Circle(name)
    if name not in measured and name in fragments:
        inside = (*within, name)
        measured[name] = _measure(fragments[name].selection_set, fragments, measured, inside)
    return measured.get(name, _Size())


def _n_root_fields(
    operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]
) -> int:
    number = 0
    for node in operation.selection_set.selections:
        if isinstance(node, FragmentSpreadNode) and node.name.value in fragments:
            number += len(fragments[node.name.value].selection_set.selections)
        else:
            number += 1
    return number
