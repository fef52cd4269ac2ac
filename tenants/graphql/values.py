"""How much one request may hold in its values: variables, and literals of the document.

Columns of numbers (``Numbers``) are bounded by the size of the body and by their own scalar.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from graphql import (
    FloatValueNode,
    GraphQLError,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
)

MAX_DEPTH: Final = 16
#: Of one list that is not a column of numbers.
MAX_ENTRIES: Final = 1_000
#: Of a mutation; of a query, which has filters and identifiers alone.
MAX_VALUES: Final = 20_000
MAX_VALUES_OF_QUERY: Final = 1_000
MAX_CHARACTERS: Final = 10_000
_MAX_DIGITS: Final = 40
_MAX_INTEGER: Final = 2**63
_NUMBERS: Final = frozenset({int, float, type(None)})


class _Excess(Exception):
    """Says what is too much."""


def excess_of_variables(variables: Mapping[str, Any], *, most: int) -> GraphQLError | None:
    """Return why ``variables`` are refused, or None; ``most`` is how many values they may hold."""
    try:
        _check_variables(variables, most)
    except _Excess as excess:
        return GraphQLError(f"variables: {excess}", extensions={"code": "TOO_LONG"})
    return None


def _check_variables(variables: Mapping[str, Any], most: int) -> None:
    waiting: list[tuple[Any, int]] = [(variables, 0)]
    number = 0
    while waiting:
        value, depth = waiting.pop()
        number += 1
        if number + len(waiting) > most:
            raise _Excess(f"more than {most} values")
        if depth > MAX_DEPTH:
            raise _Excess(f"more than {MAX_DEPTH} levels")
        waiting.extend((each, depth + 1) for each in _inside(value))


def _inside(value: Any) -> Iterable[Any]:
    """Return what ``value`` holds, names of members among it; check it if it holds nothing."""
    if isinstance(value, Mapping):
        return (*value.keys(), *value.values())
    if isinstance(value, list):
        if set(map(type, value)) <= _NUMBERS:
            return ()
        if len(value) > MAX_ENTRIES:
            raise _Excess(f"a list of {len(value)}; at most {MAX_ENTRIES}")
        return value
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, int) and abs(value) >= _MAX_INTEGER:
        raise _Excess("a whole number of more than 64 bits")
    return ()


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
