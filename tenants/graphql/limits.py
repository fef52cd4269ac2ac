"""How large a document may be, counted in one pass before anything else looks at it.

Each fragment is measured once and its measure kept: walking fragments anew at each spread
takes time that doubles with every fragment of a short, hostile document.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
)

from tenants.graphql.values import excess_of_literals

#: Counted at each spread of a fragment, but for the number of fragments.
MAX_DEPTH: Final = 12
MAX_FIELDS: Final = 500
MAX_ALIASES: Final = 30
MAX_ROOT_FIELDS: Final = 20
MAX_DIRECTIVES: Final = 30
#: Fields beyond the first of one name within one selection: each pair of them is compared.
MAX_REPEATED: Final = 30
MAX_FRAGMENTS: Final = 50
MAX_OPERATIONS: Final = 10


@dataclass(frozen=True, slots=True)
class _Size:
    names: Counter[str] = field(default_factory=Counter)  # of this level, through fragments
    repeated: int = 0
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
    found = _first_excess(
        {
            "fragments": (len(fragments), MAX_FRAGMENTS),
            "operations": (len(operations), MAX_OPERATIONS),
        }
    )
    if found is not None:
        return found
    ruler = _Ruler(fragments)
    try:
        # Fragments that nothing spreads are measured too: validation would walk them.
        of_fragments = [ruler.fragment(name) for name in fragments]
        of_operations = [ruler.selections(each.selection_set) for each in operations]
    except _Circle as circle:
        return GraphQLError(f"fragment {circle} spreads itself")
    outside: list[Any] = [*operations, *fragments.values()]
    outside += [variable for each in operations for variable in each.variable_definitions or ()]
    for each in outside:
        ruler.note_values(each)
    sizes = [*of_fragments, *of_operations]
    directives = sum(len(each.directives or ()) for each in outside)
    return _first_excess(
        {
            "levels": (max((each.depth for each in sizes), default=0), MAX_DEPTH),
            "fields": (max((each.fields for each in sizes), default=0), MAX_FIELDS),
            "aliases": (max((each.aliases for each in sizes), default=0), MAX_ALIASES),
            "directives": (
                max((each.directives for each in sizes), default=0) + directives,
                MAX_DIRECTIVES,
            ),
            "fields at the root": (
                max((each.names.total() for each in of_operations), default=0),
                MAX_ROOT_FIELDS,
            ),
            "repeated fields": (max((each.repeated for each in sizes), default=0), MAX_REPEATED),
        }
    ) or excess_of_literals(ruler.values)


def _first_excess(found: dict[str, tuple[int, int]]) -> GraphQLError | None:
    for what, (number, limit) in found.items():
        if number > limit:
            return GraphQLError(
                f"the document has {min(number, 100_000)} {what}; at most {limit} are allowed",
                extensions={"code": "TOO_LONG"},
            )
    return None


class _Ruler:
    """Measures each selection set once, and gathers the values on the way."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._measured: dict[str, _Size] = {}
        self._within: list[str] = []
        self.values: list[ValueNode] = []

    def selections(self, selections: SelectionSetNode) -> _Size:
        names: Counter[str] = Counter()
        repeated = depth = fields = aliases = directives = 0
        for node in selections.selections:
            added = self._beneath(node)
            own = level = 1 if isinstance(node, FieldNode) else 0
            if isinstance(node, FieldNode):
                names[(node.alias or node.name).value] += 1
                aliases += node.alias is not None
                level = (
                    node.name.value != "ofType"
                )  # a type has few wrappers, however deep one asks
            else:
                names.update(added.names)
            repeated += added.repeated
            depth = max(depth, added.depth + level)
            fields += added.fields + own
            aliases += added.aliases
            directives += added.directives + len(node.directives or ())
            self.note_values(node)
        repeated += names.total() - len(names)
        return _Size(names, repeated, depth, fields, aliases, directives)

    def _beneath(self, node: SelectionNode) -> _Size:
        if isinstance(node, FragmentSpreadNode):
            return self.fragment(node.name.value)
        inner: SelectionSetNode | None = getattr(node, "selection_set", None)
        return self.selections(inner) if inner is not None else _Size()

    def fragment(self, name: str) -> _Size:
        if name in self._within:
            raise _Circle(name)
        if name not in self._measured and name in self._fragments:
            self._within.append(name)
            self._measured[name] = self.selections(self._fragments[name].selection_set)
            self._within.pop()
        return self._measured.get(name, _Size())

    def note_values(self, node: Any) -> None:
        """Keep the values that stand at ``node``: arguments, a default, those of directives."""
        self.values += [each.value for each in getattr(node, "arguments", None) or ()]
        default = getattr(node, "default_value", None)
        if default is not None:
            self.values.append(default)
        for directive in getattr(node, "directives", None) or ():
            self.note_values(directive)
