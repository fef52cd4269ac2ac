"""What a document costs, in points, before it is run.

A field of an object costs 1, a leaf nothing; what hangs beneath a list costs once per row that
the list may hold: ``first`` of a connection, the length of ``ids``. A field may say its own
cost by metadata: a number, or a function of the arguments as they were sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_operation_ast,
    is_leaf_type,
    value_from_ast_untyped,
)

from tenants.graphql.connections import MAX_FIRST, check_cursor

#: Metadata of a strawberry field that says its cost.
COST: Final = "cost"
#: What every request pays to be looked at, whatever becomes of it.
ENTRY: Final = 1.0
MAX_COST: Final = 20_000.0
_MAX_IDS: Final = 200
_EDGES: Final = "edges"
#: The one leaf that is a statement of its own, within each row of a list.
_COUNT: Final = "totalCount"
#: Describing the schema takes a tenth of a second, and no table.
_INTROSPECTION: Final = {"__schema": 100.0, "__type": 20.0}


@dataclass(slots=True)
class _Walk:
    schema: GraphQLSchema
    variables: dict[str, Any]
    fragments: dict[str, FragmentDefinitionNode]
    costs: dict[tuple[str, int], float]


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Mapping[str, Any],
    operation_name: str | None,
    *,
    most: float = MAX_COST,
) -> float:
    """Return the points of the operation that will run; the document is valid.

    Args:
        schema: what the document is valid for.
        document: all that was sent.
        variables: as they were sent.
        operation_name: which of its operations; None for the only one.
        most: what the client's budget can ever hold.

    Raises:
        GraphQLError: a page or a list of identifiers is out of bounds, or all is too much.
    """
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return ENTRY
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    walk = _Walk(schema, _with_defaults(operation, variables), fragments, {})
    root = schema.get_root_type(operation.operation)
    cost = ENTRY + _cost(operation.selection_set, root, walk)
    most = min(most, MAX_COST)
    if cost > most:
        raise GraphQLError(
            f"the request costs {cost:.0f} points; at most {most:.0f}. Ask for fewer rows",
            extensions={"code": "TOO_LONG", "cost": cost},
        )
    return cost


def _with_defaults(
    operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> dict[str, Any]:
    defaults = {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }
    return {**defaults, **variables}


def _cost(selections: SelectionSetNode, parent: Any, walk: _Walk, rows: int = 1) -> float:
    """Return the points of ``selections``; ``rows`` is how many edges the connection may have."""
    total = 0.0
    for node in selections.selections:
        if isinstance(node, FieldNode):
            times = rows if node.name.value == _EDGES else 1
            total += times * _field_cost(node, parent, walk)
        elif isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            inside = walk.schema.get_type(condition.name.value) if condition else parent
            total += _cost(node.selection_set, inside, walk, rows)
        elif isinstance(node, FragmentSpreadNode):
            key = (node.name.value, rows)
            if key not in walk.costs:
                fragment = walk.fragments[node.name.value]
                inside = walk.schema.get_type(fragment.type_condition.name.value)
                walk.costs[key] = _cost(fragment.selection_set, inside, walk, rows)
            total += walk.costs[key]
    return total


def _field_cost(node: FieldNode, parent: Any, walk: _Walk) -> float:
    fields: dict[str, GraphQLField] = getattr(parent, "fields", {})
    field = fields.get(node.name.value)
    if field is None:
        return _INTROSPECTION.get(node.name.value, 0.0)
    arguments = {
        each.name.value: value_from_ast_untyped(each.value, walk.variables)
        for each in node.arguments or ()
    }
    own = _own_cost(field, arguments) + _n_conditions(arguments.get("filters"))
    if node.name.value == _COUNT:
        own += 1
    if node.selection_set is None:
        return own
    rows, type_ = _rows(field, arguments), get_named_type(field.type)
    if "first" in field.args:  # a connection: its edges are as many, its count is one
        return own + _cost(node.selection_set, type_, walk, rows)
    return own + rows * _cost(node.selection_set, type_, walk)


def _own_cost(field: GraphQLField, arguments: dict[str, Any]) -> float:
    strawberry_field = field.extensions.get("strawberry-definition")
    said: float | Callable[[dict[str, Any]], float] | None = None
    if strawberry_field is not None:
        said = strawberry_field.metadata.get(COST)
    if callable(said):
        return said(arguments)
    if said is not None:
        return said
    return 0.0 if is_leaf_type(get_named_type(field.type)) else 1.0


def _n_conditions(filters: Any) -> int:
    """Return how many conditions a filter has; each is one of the statement, or a look-up."""
    if not isinstance(filters, dict):
        return 0
    return sum(1 + _n_conditions(each) for each in filters.values())


def _rows(field: GraphQLField, arguments: dict[str, Any]) -> int:
    """Return how many rows the field may hold.

    Raises:
        GraphQLError: too few or too many are asked for.
    """
    if "first" in field.args:
        first = arguments.get("first")
        if not isinstance(first, int) or not 1 <= first <= MAX_FIRST:
            raise GraphQLError(
                f"first is {first}; 1 to {MAX_FIRST} are right",
                extensions={"code": "OUT_OF_RANGE", "field": ["first"]},
            )
        check_cursor(arguments.get("after"))
        return first
    listed = next((name for name, each in field.args.items() if str(each.type) == "[ID!]!"), None)
    if listed is not None:
        ids = arguments.get(listed)
        number = len(ids) if isinstance(ids, list) else 1
        if number > _MAX_IDS:
            raise GraphQLError(
                f"{number} identifiers; at most {_MAX_IDS}",
                extensions={"code": "TOO_LONG", "field": [listed]},
            )
        return max(number, 1)
    return 1
