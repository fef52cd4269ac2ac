"""How much one request may hold in its values: variables, and literals of the document.

Columns of numbers (``Numbers``) are bounded by the size of the body and by their own scalar.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from graphql import (
    FloatValueNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    ValueNode,
    type_from_ast,
)

from tenants.graphql.scalars import NUMBERS

MAX_DEPTH: Final = 16
#: Of one list that is not a column of numbers, and members of one object.
MAX_ENTRIES: Final = 1_000
#: Of a mutation; of anything else, which has filters and identifiers alone.
MAX_VALUES: Final = 20_000
MAX_VALUES_OF_QUERY: Final = 1_000
MAX_CHARACTERS: Final = 10_000
_MAX_DIGITS: Final = 40
_MAX_INTEGER: Final = 2**63


class _Excess(Exception):
    """Says what is too much."""


def excess_of_variables(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode | None,
    variables: Mapping[str, Any],
) -> GraphQLError | None:
    """Return why ``variables`` of ``operation`` are refused, or None."""
    if operation is None:
        return None
    changes = operation.operation is OperationType.MUTATION
    types = {
        each.variable.name.value: type_from_ast(schema, each.type)
        for each in operation.variable_definitions or ()
    }
    try:
        _check_all(variables, types, MAX_VALUES if changes else MAX_VALUES_OF_QUERY)
    except _Excess as excess:
        return GraphQLError(f"variables: {excess}", extensions={"code": "TOO_LONG"})
    return None


def _check_all(variables: Mapping[str, Any], types: Mapping[str, Any], most: int) -> None:
    _check_members(variables)
    waiting = [(value, types.get(name), 1) for name, value in variables.items()]
    number = 0
    while waiting:
        value, type_, depth = waiting.pop()
        number += 1
        if number + len(waiting) > most:
            raise _Excess(f"more than {most} values")
        if depth > MAX_DEPTH:
            raise _Excess(f"more than {MAX_DEPTH} levels")
        waiting.extend((each, inner, depth + 1) for each, inner in _inside(value, type_))


def _inside(value: Any, type_: Any) -> Iterable[tuple[Any, Any]]:
    """Return what ``value`` holds, each with its type; check it if it holds nothing."""
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    if isinstance(value, Mapping):
        _check_members(value)
        fields = type_.fields if isinstance(type_, GraphQLInputObjectType) else {}
        return [(each, getattr(fields.get(name), "type", None)) for name, each in value.items()]
    if isinstance(value, list):
        if getattr(type_, "name", None) == NUMBERS.name:
            return ()
        if len(value) > MAX_ENTRIES:
            raise _Excess(f"a list of {len(value)}; at most {MAX_ENTRIES}")
        inner = type_.of_type if isinstance(type_, GraphQLList) else None
        return [(each, inner) for each in value]
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, int) and abs(value) >= _MAX_INTEGER:
        raise _Excess("a whole number of more than 64 bits")
    return ()


def _check_members(value: Mapping[str, Any]) -> None:
    if len(value) > MAX_ENTRIES:
        raise _Excess(f"an object of {len(value)} members; at most {MAX_ENTRIES}")
    for name in value:
        _check_text(name)


def _check_text(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise _Excess(f"a text of {len(text)} characters; at most {MAX_CHARACTERS}")
    if "\x00" in text:
        raise _Excess("a text with the character U+0000, which cannot be kept")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _Excess("a text with half of a character (a lone surrogate)") from None


def excess_of_literals(values: Iterable[ValueNode]) -> GraphQLError | None:
    """Return why literals of a document are refused, or None."""
    try:
        for value in values:
            _check_literal(value, 1)
    except _Excess as excess:
        return GraphQLError(f"the document holds {excess}", extensions={"code": "TOO_LONG"})
    return None


def _check_literal(node: ValueNode, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _Excess(f"a value of more than {MAX_DEPTH} levels")
    if isinstance(node, ListValueNode):
        for each in node.values:
            _check_literal(each, depth + 1)
    elif isinstance(node, ObjectValueNode):
        for field in node.fields:
            _check_literal(field.value, depth + 1)
    elif isinstance(node, StringValueNode):
        _check_text(node.value)
    elif isinstance(node, IntValueNode | FloatValueNode) and len(node.value) > _MAX_DIGITS:
        raise _Excess(f"a number of more than {_MAX_DIGITS} digits")
