"""Requests that ask for too much, as a hostile client, or a careless one, sends them.

Each is the body of a request. All are refused before anything of them is run; the benchmark
``benchmarks/abuse.py`` tells in what time.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types.graphql import OperationType

from config.schema import schema
from tenants.graphql.budget import Budget, Spent
from tenants.graphql.context import Context
from tenants.graphql.requests import Refused, document_of, parse_json
from tenants.permissions import PLATFORM, Access


def refusal_of(body: bytes) -> str:
    """Return why ``body`` is refused: the one message that its sender gets.

    No table and no Redis is asked: the client's budget is said to be full.
    """
    try:
        document = document_of(parse_json(body))
    except Refused as refused:
        return refused.message
    full = 1_000_000
    context = Context(
        request=HttpRequest(),
        response=HttpResponse(),
        actor=PLATFORM,
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
        schema_name="abuse",
        budget=Budget.of("abuse", "client", own=full, shared=full),
        spent=Spent(1, full),
        access=lambda: Access(PLATFORM, "platform"),
        let_in_as=Access(PLATFORM, "platform"),
        let_in_by="abuse",
    )
    try:
        result = schema.execute_sync(
            document.query,
            variable_values=document.variables,
            context_value=context,
            operation_name=document.operation_name,
            allowed_operation_types={OperationType.QUERY, OperationType.MUTATION},
        )
    except CannotGetOperationTypeError as unknown:
        return unknown.as_http_error_reason()
    [error] = result.errors or []
    if error.path is not None:
        raise AssertionError(f"it ran: {error}")
    return error.message


def _query(text: str, **variables: Any) -> bytes:
    return json.dumps({"query": text, "variables": variables}).encode()


def _nested(levels: int) -> str:
    """Assets under assets: real fields, as deep as is wanted."""
    opened = "{ edges { node { children(first: 1) " * levels
    return f"{{ assets(first: 1) {opened}{{ totalCount }}{' } } }' * levels} }}"


def _chain(number: int, spreads: int) -> str:
    """Return fragments of which each spreads the next ``spreads`` times."""
    parts = [f"fragment f{i} on Query {{ {f' ...f{i + 1}' * spreads} }}" for i in range(number - 1)]
    last = f"fragment f{number - 1} on Query {{ __typename }}"
    return f"{{ ...f0 }} {' '.join(parts)} {last}"


def _filter_literal(levels: int) -> str:
    inside = "{AND: " * levels + "{}" + "}" * levels
    return f"{{ assets(first: 1, filters: {inside}) {{ totalCount }} }}"


def _deep(query: str, levels: int, key: str) -> bytes:
    """Return a body with a variable so deep that no writer of JSON would write it."""
    value = f'{{"{key}":' * levels + "{}" + "}" * levels
    return f'{{"query": {json.dumps(query)}, "variables": {{"f": {value}}}}}'.encode()


def _tree_of_filters(levels: int) -> dict[str, Any]:
    if not levels:
        return {"name": {"iContains": "x"}}
    inside = _tree_of_filters(levels - 1)
    return {"AND": inside, "OR": inside, "NOT": inside}


ESCAPE: Final = "\\u0041"
_FILTERED: Final = "query ($f: AssetFilter) { assets(first: 1, filters: $f) { totalCount } }"
_ORDERED: Final = "query ($o: [AssetOrder!]!) { assets(first: 1, ordering: $o) { totalCount } }"
_NODES: Final = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
_PAGE: Final = "query ($n: Int!) { assets(first: $n) { totalCount } }"
_RECORD: Final = "mutation ($i: RecordReadingsInput!) { recordReadings(input: $i) { replayed } }"
_READINGS: Final = {"sensor": "U2Vuc29yOjE=", "start": "2026-01-01T00:00Z", "unit": "kW"}

DOCUMENTS: Final[dict[str, bytes]] = {
    # Depth
    "40 levels of real fields": _query(_nested(10)),
    "600 levels": _query("{ a " * 600 + "}" * 600),
    "5,000 opened braces": _query("{" * 5_000),
    "200 nested inline fragments": _query("{ " + "... { " * 200 + "__typename" + " }" * 202),
    "40 nested inline fragments with a field each": _query(
        "{ " + "... on Query { __typename " * 40 + " }" * 41
    ),
    "a list literal 1,000 deep": _query(f"{{ nodes(ids: {'[' * 1_000}1{']' * 1_000}) {{ id }} }}"),
    "a list literal 40 deep": _query(f"{{ nodes(ids: {'[' * 40}1{']' * 40}) {{ id }} }}"),
    "a filter literal 300 deep": _query(_filter_literal(300)),
    "a filter literal 30 deep": _query(_filter_literal(30)),
    "a filter variable 1,000 deep": _deep(_FILTERED, 1_000, "AND"),
    "a filter variable 1,000 deep of NOT": _deep(_FILTERED, 1_000, "NOT"),
    "a filter variable 20 deep": _deep(_FILTERED, 20, "OR"),
    "a tree of 3,280 filters": _query(_FILTERED, f=_tree_of_filters(7)),
    "introspection of types of types": _query(
        "{ __schema { types " + "{ fields { type " * 4 + "{ name }" + " } }" * 4 + " } }"
    ),
    "introspection through interfaces and inputs": _query(
        "{ __schema { types { possibleTypes { interfaces { inputFields { type "
        "{ fields { name } } } } } } } }"
    ),
    "introspection in a doubling fragment": _query(
        "{ __schema { types { ...t } } } fragment t on __Type "
        "{ fields { type { ...u } } } fragment u on __Type { fields { type { fields { name } } } }"
    ),
    "introspection 20 times": _query(
        "{ " + " ".join(f"a{i}: __schema {{ types {{ name }} }}" for i in range(40)) + " }"
    ),
    # Breadth
    "2,000 leaves": _query("{ viewer { " + "name " * 2_000 + "} }"),
    "600 leaves": _query("{ viewer { " + "name " * 600 + "} }"),
    "400 duplicate fields": _query("{ viewer { " + "name " * 400 + "} }"),
    "400 duplicate objects": _query("{ " + "viewer { name } " * 400 + "}"),
    "duplicates of duplicates": _query(
        "{ viewer { " + ("tenant { " + "name " * 20 + "} ") * 20 + "} }"
    ),
    "overlapping fragments": _query(
        "{ viewer { "
        + " ".join(f"...f{i}" for i in range(45))
        + " } } "
        + " ".join(f"fragment f{i} on Viewer {{ {'name ' * 10} }}" for i in range(45))
    ),
    "overlapping fragments of different fields": _query(
        "{ viewer { "
        + " ".join(f"...f{i}" for i in range(45))
        + " } } "
        + " ".join(
            f"fragment f{i} on Viewer {{ name everywhere expiresAt scopes __typename "
            "tenant { name currency timeZone } limits { maxCost maxFirst } }"
            for i in range(45)
        )
    ),
    "as many repeated objects as there may be": _query(
        "{ viewer { " + ("limits { maxCost maxFirst pointsPerMinute } " * 15) + "x } }"
    ),
    "conflicts in every pair": _query(
        "{ viewer { " + " ".join("a: name a: everywhere" for _ in range(100)) + " } }"
    ),
    "100 aliases": _query("{ " + " ".join(f"a{i}: viewer {{ name }}" for i in range(100)) + " }"),
    "31 aliases deep within": _query(
        "{ viewer { " + " ".join(f"a{i}: name" for i in range(31)) + " } }"
    ),
    "21 fields at the root": _query("{ " + "__typename " * 21 + "}"),
    "21 fields at the root in fragments": _query(
        "{ ... { "
        + "__typename " * 11
        + "} ...f } fragment f on Query { ... { "
        + "__typename " * 10
        + "} }"
    ),
    "30 mutations in one": _query(
        "mutation { " + "recordReadings(input: {series: []}) { replayed } " * 30 + "}"
    ),
    "1,000 operations": _query(" ".join(f"query q{i} {{ __typename }}" for i in range(390))),
    "11 operations": _query(" ".join(f"query q{i} {{ __typename }}" for i in range(11))),
    # Fragments
    "60 doubling fragments": _query(_chain(60, 2)),
    "20 doubling fragments": _query(_chain(20, 2)),
    "45 tenfold fragments": _query(_chain(45, 10)),
    "a fragment that spreads itself": _query("{ ...f } fragment f on Query { ...f }"),
    "two that spread each other": _query(
        "{ ...f } fragment f on Query { ...g } fragment g on Query { ...f }"
    ),
    "a circle of 50": _query(
        "{ ...f0 } "
        + " ".join(f"fragment f{i} on Query {{ ...f{(i + 1) % 50} }}" for i in range(50))
    ),
    "a circle through fields": _query(
        "{ assets(first: 1) { ...f } } fragment f on AssetCursorConnection "
        "{ edges { node { children(first: 1) { ...f } } } }"
    ),
    "250 fragments in a chain": _query(_chain(250, 1)),
    "51 unused fragments": _query(
        "{ __typename } " + " ".join(f"fragment f{i} on Query {{ __typename }}" for i in range(51))
    ),
    "an unused circle": _query(
        "{ __typename } fragment f on Query { ...g } fragment g on Query { ...f }"
    ),
    "an unknown fragment 100 times": _query("{ " + "...nothing " * 100 + "}"),
    # Directives
    "10 unknown directives": _query("{ __typename " + "@aa " * 10 + "}"),
    "900 unknown directives": _query("{ __typename " + "@aa" * 900 + " }"),
    "500 directives": _query("{ __typename " + "@skip(if: false) " * 250 + "}"),
    "31 directives over 31 fields": _query("{ viewer { " + "name @include(if: true) " * 31 + "} }"),
    "directives on variables": _query(
        "query (" + " ".join(f"$a{i}: Int @skip(if: true)" for i in range(60)) + ") { __typename }"
    ),
    "directives on operations": _query("query " + "@a " * 100 + "{ __typename }"),
    # Values
    "30,000 identifiers in a variable": _query(_NODES, ids=["QXNzZXQ6MQ=="] * 30_000),
    "201 identifiers": _query(_NODES, ids=["QXNzZXQ6MQ=="] * 201),
    "600,000 numbers for identifiers": _query(_NODES, ids=[1] * 600_000),
    "500 identifiers in the document": _query(
        "{ nodes(ids: [" + '"QXNzZXQ6MQ==" ' * 500 + "]) { id } }"
    ),
    "100,000 entries of inList": _query(_FILTERED, f={"name": {"inList": ["x"] * 100_000}}),
    "600,000 numbers for inList": _query(_FILTERED, f={"name": {"inList": [1] * 600_000}}),
    "10,000 orders": _query(_ORDERED, o=[{"name": "ASC"}] * 10_000),
    "500 orders": _query(_ORDERED, o=[{"name": "ASC"}] * 500),
    "a text of a million characters": _query(_FILTERED, f={"name": {"iContains": "x" * 1_000_000}}),
    "a text that ends in NUL": _query(_FILTERED, f={"name": {"exact": "x\x00"}}),
    "NUL in a literal": _query(
        '{ assets(first: 1, filters: {name: {exact: "\\u0000"}}) { totalCount } }'
    ),
    "half a character": _query(_FILTERED, f={"name": {"exact": "\ud800"}}),
    "50,000 variables": _query("{ __typename }", **{f"a{i}": i for i in range(50_000)}),
    "a page of 2**31": _query(_PAGE, n=2**31),
    "a page of 10**400": _query(_PAGE, n=10**400),
    "a page of -1": _query(_PAGE, n=-1),
    "a page of 0": _query(_PAGE, n=0),
    "a page of null": _query(_PAGE, n=None),
    "a page of true": _query(_PAGE, n=True),
    "a page of a text": _query(_PAGE, n="10"),
    "a page that is not given": _query(_PAGE),
    "a page of 5,000 digits in the document": _query(
        f"{{ assets(first: {'9' * 5_000}) {{ totalCount }} }}"
    ),
    "a page of 1e400 in the document": _query("{ assets(first: 1e400) { totalCount } }"),
    "a page by a huge default": _query(
        f"query ($n: Int! = {'9' * 400}) {{ assets(first: $n) {{ totalCount }} }}"
    ),
    "pages of pages": _query(
        "{ assets(first: 200) { edges { node { children(first: 200) { edges { node { "
        "children(first: 200) { totalCount } } } } } } } }"
    ),
    "a cursor of 100,000 characters": _query(
        f'{{ assets(first: 1, after: "{"QQ" * 5_000}") {{ totalCount }} }}'
    ),
    "20,000 numbers in a series of texts": _query(
        _RECORD, i={"series": [{**_READINGS, "values": ["1"] * 20_000}]}
    ),
    "2,000 series": _query(_RECORD, i={"series": [{**_READINGS, "values": [1]}] * 2_000}),
    # Text
    "a block string of 1,000,000 characters": _query(
        f'{{ nodes(ids: ["""{"x" * 1_000_000}"""]) {{ id }} }}'
    ),
    "200,000 unicode escapes": _query(f'{{ nodes(ids: ["{ESCAPE * 200_000}"]) {{ id }} }}'),
    "1,000,000 commas": _query("{ __typename " + "," * 1_000_000 + "}"),
    "a comment of 1,000,000 characters": _query("{ __typename }#" + "x" * 1_000_000),
    "a name of 30,000 characters": _query("{ " + "a" * 30_000 + " }"),
    "an unknown field": _query("{ nonsense }"),
    "no end": _query('{ nodes(ids: ["'),
    "two anonymous operations": _query("{ __typename } { __typename }"),
    "a schema definition": _query("type Query { x: Int }"),
}
