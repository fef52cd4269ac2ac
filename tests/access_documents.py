"""Documents that ask for everything the schema has, made from the schema itself.

What cannot be made, such as an argument of a kind that is not known here, fails: whoever adds a
field teaches the walk how to reach it.
"""

from collections.abc import Iterator
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    is_leaf_type,
    is_required_input_field,
)

from config.schema import schema

SCHEMA: Final = schema._schema
#: How often a document goes on from one row to its neighbours.
HOPS: Final = 2
_ROWS: Final = 20
_ROWS_OF_A_ROW: Final = 5
#: Arguments that a field cannot do without, as literals: by name, else by type.
_LITERALS: Final = {
    "start": '"2026-03-28T12:00Z"',
    "end": '"2026-03-28T18:00Z"',
    "quantity": "POWER",
}


#: The identifier of an asset that there is not.
_OF_NOTHING: Final = '"QXNzZXQ6MTAwMDAwMDAwMA=="'

#: Values of inputs that have to be given beside the one that is planted.
_SAMPLES: Final = {
    "Numbers": [1.0],
    "Boolean": False,
    "DateTime": "2026-03-28T13:00Z",
    "Float": 0.5,
    "ID": "QXNzZXQ6MTAwMDAwMDAwMA==",
    "Int": 1,
    "String": "sample",
}


class CannotAsk(AssertionError):
    """The walk does not know how to reach a field: teach it, or it would be left out."""


def roots(kind: str) -> dict[str, GraphQLField]:
    """Return the fields of Query, Mutation or Subscription."""
    root = SCHEMA.type_map.get(kind)
    return dict(root.fields) if isinstance(root, GraphQLObjectType) else {}


def everything_of(field: GraphQLField, name: str, arguments: str = "") -> str:
    """Return the selection of ``field`` with all that hangs on what it answers."""
    return f"{name}{arguments}{_selection(get_named_type(field.type), HOPS, ())}"


def required(field: GraphQLField, name: str, **given: str) -> str:
    """Return the arguments, in brackets: those that are ``given`` and those that are needed."""
    literals = dict(given)
    for argument, how in field.args.items():
        if argument in literals or not _is_needed(how):
            continue
        literals[argument] = _literal(argument, how, name)
    return (
        f"({', '.join(f'{key}: {value}' for key, value in literals.items())})" if literals else ""
    )


def identified_by(field: GraphQLField) -> str | None:
    """Return the argument that names rows by their identifiers, if ``field`` has one."""
    named = (name for name, how in field.args.items() if get_named_type(how.type).name == "ID")
    return next(named, None)


def is_list(argument: GraphQLArgument) -> bool:
    kind = argument.type.of_type if isinstance(argument.type, GraphQLNonNull) else argument.type
    return isinstance(kind, GraphQLList)


def _is_needed(argument: GraphQLArgument) -> bool:
    return isinstance(argument.type, GraphQLNonNull) and argument.default_value is Undefined


def _literal(argument: str, how: GraphQLArgument, name: str) -> str:
    if argument == "first":
        return str(_ROWS)
    if argument in _LITERALS:
        return _LITERALS[argument]
    if get_named_type(how.type).name == "ID":
        return f"[{_OF_NOTHING}]" if is_list(how) else _OF_NOTHING
    raise CannotAsk(f"{name}({argument}: {how.type})")


def _selection(kind: Any, hops: int, within: tuple[str, ...]) -> str:
    if is_leaf_type(kind):
        return ""
    if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
        parts = [
            f"... on {each.name}{_selection(each, hops, within)}"
            for each in SCHEMA.get_possible_types(kind)
        ]
        return f" {{ __typename {' '.join(parts)} }}"
    if not isinstance(kind, GraphQLObjectType):
        raise CannotAsk(str(kind))
    parts = []
    for name, field in kind.fields.items():
        target = get_named_type(field.type)
        # An edge leads on to the row of its own connection: that is no hop.
        is_hop = is_row(kind) and not is_leaf_type(target) and leads_to_rows(target)
        if is_hop and not hops:
            continue
        if not is_row(target) and target.name in within:
            raise CannotAsk(f"{kind.name}.{name} leads back to {target.name}")
        given = {"first": str(_ROWS_OF_A_ROW)} if "first" in field.args else {}
        arguments = required(field, f"{kind.name}.{name}", **given)
        inside = within if is_row(target) else (*within, kind.name)
        inner = _selection(target, hops - is_hop, () if is_row(target) else inside)
        parts.append(f"{name}{arguments}{inner}")
    return f" {{ __typename {' '.join(parts)} }}"


def is_row(kind: Any) -> bool:
    """Say whether ``kind`` is of the types that show rows."""
    return isinstance(kind, GraphQLObjectType) and any(
        interface.name == "Node" for interface in kind.interfaces
    )


def leads_to_rows(kind: Any) -> bool:
    return is_row(kind) or kind.name.endswith(("Connection", "Edge"))


def identifiers_in(kind: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every place in an input at which an identifier may stand.

    A path is of names of fields, outermost first, with "0" for the first of a list: as an error
    of a payload names it. Conditions that combine others are left out.
    """
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if isinstance(kind, GraphQLList):
        yield from identifiers_in(kind.of_type, (*path, "0"))
    elif isinstance(kind, GraphQLInputObjectType):
        if len(path) > 12:
            raise CannotAsk(f"the input of {path[0]} has no end")
        for name, field in kind.fields.items():
            if name not in ("AND", "OR", "NOT"):
                yield from identifiers_in(field.type, (*path, name))
    elif kind.name == "ID":
        yield path


def _sample(kind: Any) -> Any:
    """Return a right value of an input's type: of an object, what it cannot do without."""
    if isinstance(kind, GraphQLNonNull):
        return _sample(kind.of_type)
    if isinstance(kind, GraphQLList):
        return [_sample(kind.of_type)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if not isinstance(kind, GraphQLInputObjectType):
        return _SAMPLES[kind.name]
    if _is_one_of(kind):
        name, field = next(iter(kind.fields.items()))
        return {name: _sample(field.type)}
    needed = {name: field for name, field in kind.fields.items() if is_required_input_field(field)}
    return {name: _sample(field.type) for name, field in needed.items()}


def planted(kind: Any, given: Any, path: tuple[str, ...], value: Any) -> Any:
    """Return the input ``given`` with ``value`` at ``path``; of @oneOf only that one is left."""
    if not path:
        return value
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    first, *others = path
    if isinstance(kind, GraphQLInputObjectType) and given is None:
        given = _sample(kind)
    if isinstance(kind, GraphQLList):
        head = given[0] if given else None
        return [planted(kind.of_type, head, tuple(others), value), *(given or [])[1:]]
    inner = planted(kind.fields[first].type, (given or {}).get(first), tuple(others), value)
    return {first: inner} if _is_one_of(kind) else {**(given or {}), first: inner}


def _is_one_of(kind: GraphQLInputObjectType) -> bool:
    return bool(kind.is_one_of or kind.extensions["strawberry-definition"].is_one_of)
