"""The conventions of the public interface, as rules that a schema keeps or breaks.

Each rule takes a schema and yields the places that break it, with what would be right. They are
written down for people in ``docs/api.md``; ``test_api_conventions.py`` holds ours against them.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    is_specified_scalar_type,
)

Broken = Iterator[str]

#: The lists of rows that are as long as the identifiers that were sent.
LISTS_BY_IDENTIFIER: Final = frozenset({"Query.nodes"})
VERBS: Final = frozenset(
    {"accept", "add", "apply", "assign", "cancel", "change", "confirm", "create", "delete"}
    | {"dismiss", "export", "import", "invite", "issue", "keep", "link", "move", "pause", "record"}
    | {"remove", "replay", "request", "resume", "revoke", "rotate", "send", "set", "start", "stop"}
    | {"suspend", "test", "unlink", "update"}
)
#: What a number may be counted in; a description says it in brackets: ``[kW, >= 0]``.
UNITS: Final = frozenset(
    {"kW", "kWh", "kW/h", "kW/kWh", "kWh/kWh", "kg", "kg/kWh", "W/m²", "°C", "K", "°", "h", "min"}
    | {"s", "ms", "days", "1/h", "1/kW", "share", "ratio", "count", "points", "points/s", "bytes"}
    | {"currency/kWh", "currency/kW", "currency", "kWh/K", "kW/K", "K/h", "kWh/°C", "kW/°C"}
    | {"A", "currency/K/h", "currency/kWh/h", "currency/job", "currency/start"}
    | {"unit of the series", "unit of the field", "one-based", "%"}
)
#: Scalars and inputs that hold numbers.
NUMBERS: Final = frozenset({"Float", "Int", "Numbers", "Decimal", "QuantityInput"})
SCALARS: Final = frozenset(
    {"ID", "String", "Boolean", "Int", "Float", "Numbers", "Decimal", "DateTime", "Date", "JSON"}
    | {"Identifiers", "Moments"}
)
_SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "kW": ("Kw",),
    "kWh": ("Kwh",),
    "currency/kWh": ("PerKwh",),
    "currency/kW": ("PerKw",),
    "s": ("Seconds", "second"),
    "min": ("Minutes",),
    "h": ("Hours",),
    "days": ("Days",),
}
_SIGNED: Final = frozenset({"kW", "kWh"})
_SIGN: Final = re.compile(r">=? ?0|positive|negative|either sign")
_ABBREVIATIONS: Final = frozenset(
    {"addr", "amt", "cap", "cfg", "conf", "desc", "dt", "eff", "freq", "idx", "lat", "lon", "msg"}
    | {"num", "param", "params", "qty", "ref", "req", "res", "resp", "soc", "temp", "tmp", "ts"}
    | {"tz", "util", "val", "vals"}
)
_MONEY: Final = re.compile(r"(?i)(cost|amount|savings|earnings|revenue|fee)s?$")
_TIME: Final = re.compile(r"^(start|end|asOf|now)$|[a-z](At|Time|Start|End)$")
_UNTIL: Final = re.compile(r"Until (\d{4}-\d{2}-\d{2}): (use|ask for) \S")


def lists_of_rows_are_connections(schema: GraphQLSchema) -> Broken:
    for place, kind, _ in _outputs(schema):
        if _is_list(kind) and _is_node(get_named_type(kind)) and place not in LISTS_BY_IDENTIFIER:
            yield f"{place} lists rows: return a connection"


def connections_ask_for_first(schema: GraphQLSchema) -> Broken:
    for place, kind, field in _outputs(schema):
        if not get_named_type(kind).name.endswith("Connection"):
            continue
        if "first" not in field.args or str(field.args["first"].type) != "Int!":
            yield f"{place} has no required `first: Int!`"
        if "after" not in field.args:
            yield f"{place} has no `after`"
        if not kind.of_type.fields.keys() >= {"edges", "pageInfo", "totalCount"}:
            yield f"{place} has not the fields of a connection"


def roots_are_filtered_ordered_and_synced(schema: GraphQLSchema) -> Broken:
    for name, field in (schema.query_type.fields if schema.query_type else {}).items():
        if not get_named_type(field.type).name.endswith("Connection"):
            continue
        for argument in ("filters", "ordering"):
            if argument not in field.args:
                yield f"Query.{name} has no `{argument}`"
            elif "updatedAt" not in _fields(get_named_type(field.args[argument].type)):
                yield f"Query.{name}: `{argument}` has no `updatedAt`, by which copies keep in step"


def rows_are_nodes_that_say_when_they_changed(schema: GraphQLSchema) -> Broken:
    for kind in _kinds(schema, GraphQLObjectType):
        if "id" in kind.fields and not _is_node(kind):
            yield f"{kind.name} has an `id` and is no Node"
        if _is_node(kind) and str(_type_of(kind, "updatedAt")) != "DateTime!":
            yield f"{kind.name} has no `updatedAt: DateTime!`"


def mutations_have_one_shape(schema: GraphQLSchema) -> Broken:
    for name, field in (schema.mutation_type.fields if schema.mutation_type else {}).items():
        pascal = name[0].upper() + name[1:]
        if re.split("(?=[A-Z])", name)[0] not in VERBS:
            yield f"Mutation.{name} does not begin with a verb"
        if list(field.args) != ["input"] or str(field.args["input"].type) != f"{pascal}Input!":
            yield f"Mutation.{name} does not take `input: {pascal}Input!` alone"
        elif str(_type_of(field.args["input"].type.of_type, "idempotencyKey")) != "String":
            yield f"Mutation.{name} takes no `idempotencyKey: String`"
        payload = get_named_type(field.type)
        if str(field.type) != f"{pascal}Payload!":
            yield f"Mutation.{name} does not answer `{pascal}Payload!`"
        if set(_fields(payload)) != {"object", "errors", "replayed"}:
            yield f"{payload.name} is not {{object, errors, replayed}}"
        elif str(_type_of(payload, "errors")) != "[UserError!]!":
            yield f"{payload.name}.errors is not [UserError!]!"


def filters_combine(schema: GraphQLSchema) -> Broken:
    for kind in _kinds(schema, GraphQLInputObjectType):
        if not kind.name.endswith("Filter"):
            continue
        for word in ("AND", "OR", "NOT"):
            if get_named_type(_type_of(kind, word)) is not kind:
                yield f"{kind.name} has no {word}"
        if "DISTINCT" in kind.fields:
            yield f"{kind.name} has DISTINCT, which no list of rows needs"


def orders_have_one_direction_a_key(schema: GraphQLSchema) -> Broken:
    for kind in _kinds(schema, GraphQLInputObjectType):
        if not kind.name.endswith("Order"):
            continue
        if not kind.is_one_of:
            yield f"{kind.name} is not @oneOf: the order of its keys would be lost"
        for name, field in kind.fields.items():
            if str(field.type) != "Direction":
                yield f"{kind.name}.{name} is no Direction"


def numbers_say_their_unit(schema: GraphQLSchema) -> Broken:
    for place, kind, description in _values(schema):
        if get_named_type(kind).name not in NUMBERS or place.endswith("Connection.totalCount"):
            continue
        unit = unit_of(description)
        if unit is None:
            yield f"{place} says no unit: write it in brackets, for example [kW, >= 0]"
        elif unit not in UNITS:
            yield f"{place}: [{unit}] is no unit of the list"
        elif unit in _SUFFIXES and not place.rstrip(")").endswith(_SUFFIXES[unit]):
            yield f"{place} is in {unit}: its name should end in {' or '.join(_SUFFIXES[unit])}"
        elif unit in _SIGNED and not _SIGN.search(description or ""):
            yield f"{place} does not say which sign it has: >= 0, or what is positive"


def unit_of(description: str | None) -> str | None:
    """Return the unit that a description says in brackets: the words up to a comma."""
    found = re.search(r"\[([^\]]+)\]", description or "")
    return found[1].split(",")[0].strip() if found else None


def money_is_money(schema: GraphQLSchema) -> Broken:
    for place, kind, description in _values(schema):
        named = get_named_type(kind).name
        if named == "Decimal" and place != "Money.amount":
            yield f"{place} is a Decimal: amounts are Money"
        elif named in ("Float", "Int") and unit_of(description) == "currency":
            yield f"{place} is an amount of money: return Money"
        elif (
            named in ("Float", "Int", "String")
            and _MONEY.search(place.split(".")[-1])
            and unit_of(description) not in ("points", "count", "currency/kWh")
        ):
            yield f"{place} sounds like an amount of money: return Money"


def times_are_moments(schema: GraphQLSchema) -> Broken:
    for place, kind, _ in _values(schema):
        name = place.rstrip(")").split(".")[-1].split("(")[-1]
        if _TIME.search(name) and get_named_type(kind).name in ("String", "Int", "Float", "Date"):
            yield f"{place} is a time: make it a DateTime, or name it for what it is"


def all_is_described(schema: GraphQLSchema) -> Broken:
    for kind in _own_kinds(schema):
        if not kind.description:
            yield f"{kind.name} has no description"
        if isinstance(kind, GraphQLEnumType):
            for name, value in kind.values.items():
                if not value.description:
                    yield f"{kind.name}.{name} has no description"
    for place, _, description in _values(schema):
        if not description:
            yield f"{place} has no description"


def names_are_plain(schema: GraphQLSchema) -> Broken:
    for kind in _own_kinds(schema):
        known = kind.name in SCALARS
        if not known and not re.fullmatch(r"([A-Z][a-z0-9]+)+", kind.name.replace("ID", "Id")):
            yield f"{kind.name} is not in PascalCase"
        if isinstance(kind, GraphQLScalarType) and kind.name not in SCALARS:
            yield f"{kind.name} is a scalar that clients do not know"
        for name in kind.values if isinstance(kind, GraphQLEnumType) else ():
            if not re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", name):
                yield f"{kind.name}.{name} is not in UPPER_CASE"
    for place, _, _ in _values(schema):
        name = place.rstrip(")").split(".")[-1].split("(")[-1]
        if not re.fullmatch(r"[a-z][a-zA-Z0-9]*|AND|OR|NOT", name):
            yield f"{place} is not in camelCase"
        words = {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+", name)}
        for word in sorted(words & _ABBREVIATIONS):
            yield f"{place}: write out {word!r}"


def deprecations_say_until_when(schema: GraphQLSchema) -> Broken:
    for place, reason in _deprecations(schema):
        found = _UNTIL.match(reason)
        if found is None or not _is_date(found[1]):
            yield f"{place}: say 'Until YYYY-MM-DD: use ...', not {reason!r}"


def fields_lead_down(schema: GraphQLSchema, floor_of: Mapping[str, int]) -> Broken:
    """``floor_of``: type name to its floor; a type that has none is of no floor, as Money is."""
    roots = {schema.query_type, schema.mutation_type, schema.subscription_type}
    for kind in _kinds(schema, GraphQLObjectType):
        for name, field in kind.fields.items() if kind not in roots else ():
            target = get_named_type(field.type).name
            if floor_of.get(target, 0) > floor_of.get(kind.name, len(floor_of)):
                yield f"{kind.name}.{name} leads up to {target}: filter a root list instead"


def _own_kinds(schema: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    for name, kind in sorted(schema.type_map.items()):
        if not name.startswith("__") and not is_specified_scalar_type(kind):
            yield kind


def _kinds(schema: GraphQLSchema, *classes: Any) -> Iterator[Any]:
    return (kind for kind in _own_kinds(schema) if isinstance(kind, classes))


def _outputs(schema: GraphQLSchema) -> Iterator[tuple[str, Any, Any]]:
    """Yield (place, type, field) of each field that answers, but for the edges of connections."""
    for kind in _kinds(schema, GraphQLObjectType, GraphQLInterfaceType):
        for name, field in kind.fields.items():
            yield f"{kind.name}.{name}", field.type, field


def _values(schema: GraphQLSchema) -> Iterator[tuple[str, Any, str | None]]:
    """Yield (place, type, description) of each field, argument and field of an input."""
    for place, kind, field in _outputs(schema):
        yield place, kind, field.description
        for name, argument in field.args.items():
            yield f"{place}({name})", argument.type, argument.description
    for kind in _kinds(schema, GraphQLInputObjectType):
        for name, field in kind.fields.items():
            yield f"{kind.name}.{name}", field.type, field.description


def _deprecations(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    for kind in _own_kinds(schema):
        members = {**_fields(kind), **getattr(kind, "values", {})}
        for name, member in members.items():
            places = {name: member, **getattr(member, "args", {})}
            for place, each in places.items():
                if each.deprecation_reason is not None:
                    yield f"{kind.name}.{name}({place})", each.deprecation_reason


def _fields(kind: Any) -> dict[str, Any]:
    return getattr(kind, "fields", {})


def _type_of(kind: Any, field: str) -> Any:
    return _fields(kind)[field].type if field in _fields(kind) else None


def _is_node(kind: Any) -> bool:
    interfaces = getattr(kind, "interfaces", ())
    return kind.name == "Node" or any(each.name == "Node" for each in interfaces)


def _is_list(kind: Any) -> bool:
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
