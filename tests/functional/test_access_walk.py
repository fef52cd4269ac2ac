"""Default deny, walked: every field of the schema, everybody who may ask, all that is not theirs.

The walk is made from the schema. A field, argument, mutation or type of rows that it cannot
reach fails it, so that nothing new is left out.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.db import transaction
from django_tenants.utils import schema_context
from graphql import GraphQLObjectType, get_named_type
from pytest_django import DjangoDbBlocker
from strawberry.relay import to_base64

from assets.models import Asset, Belief, Sensor
from tenants.accounts.models import Customer
from tenants.database import connection as tenant_connection
from tenants.graphql import admission
from tenants.graphql.mutation import NEEDS
from tenants.graphql.requests import MAX_CHARACTERS
from tenants.graphql.types import VisibleNode
from tenants.models import Tenant
from tenants.permissions import Permission
from tests.access_cases import CASES
from tests.access_documents import (
    SCHEMA,
    everything_of,
    identified_by,
    identifiers_in,
    is_list,
    planted,
    required,
    roots,
)
from tests.access_questions import (
    answer,
    check_alike,
    check_nothing_foreign,
    foreign_ones,
    heard,
    may_name,
    pair_of,
    type_of,
)
from tests.access_world import ASKERS, SHOWN_BY, Asker, World, a_world
from tests.conftest import NOW, OTHER_SCHEMA, TENANT_SCHEMA

QUERIES: Final = roots("Query")
MUTATIONS: Final = roots("Mutation")
SUBSCRIPTIONS: Final = roots("Subscription")
BY_ID: Final = [name for name, field in QUERIES.items() if identified_by(field)]
#: Columns of what hangs beneath an asset, which is named by its identifier.
#: Of what is beneath an asset; wear is of the asset alone, and names no row.
BENEATH: Final = frozenset({"LatestValues", "SeriesSum"})
OF_ASSETS: Final = BENEATH | {"BatteryWear"}
COLUMNS: Final = [name for name in BY_ID if get_named_type(QUERIES[name].type).name in BENEATH]
LISTS: Final = [name for name, field in QUERIES.items() if "first" in field.args]
DIFFERENT: Final = (
    "manager",
    "viewer of north",
    "only BELIEF_RECORD",
    "only ACCOUNT_MANAGE",
    "manager of another tenant",
)
OTHERS: Final = [name for name in QUERIES if name not in (*BY_ID, *LISTS)]


@pytest.fixture(scope="module")
def _built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The world, made once for all walks and never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        tenant = Tenant.objects.get(schema_name=TENANT_SCHEMA)
        tenant_connection.set_tenant(tenant)
        yield a_world(tenant, Tenant.objects.get(schema_name=OTHER_SCHEMA), NOW)
        transaction.set_rollback(True)
        tenant_connection.set_schema_to_public()


@pytest.fixture
def world(_built: World, db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """The same world for each walk: what a walk changes is undone."""
    # The same long documents are asked again and again: that they are valid is found once.
    monkeypatch.setattr(admission, "_LONGEST_KEPT", MAX_CHARACTERS)
    tenant_connection.set_tenant(_built.tenant)
    return _built


@pytest.fixture(params=ASKERS)
def asker(request: pytest.FixtureRequest, world: World) -> Asker:
    return world.askers[request.param]


@pytest.fixture(params=DIFFERENT)
def one_of_each(request: pytest.FixtureRequest, world: World) -> Asker:
    """Of those who see the same, one."""
    return world.askers[request.param]


def test_every_type_of_rows_is_narrowed_and_is_in_the_walk() -> None:
    models = set()
    for kind in SCHEMA.type_map.values():
        origin: Any = getattr(kind.extensions.get("strawberry-definition"), "origin", None)
        definition = getattr(origin, "__strawberry_django_definition__", None)
        if definition is None or not isinstance(kind, GraphQLObjectType):
            continue
        assert issubclass(origin, VisibleNode), f"{kind.name} does not hide what is not theirs"
        assert kind.name == type_of(definition.model)
        assert hasattr(definition.model.objects.none(), "visible_to")
        assert definition.model._meta.base_manager_name == "objects", "relations would miss it"
        models.add(definition.model)
    assert models == set(SHOWN_BY), "the walk's world has to have rows of every type"


def test_every_mutation_says_which_right_it_needs() -> None:
    for name, field in MUTATIONS.items():
        declared: Any = field.extensions["strawberry-definition"]
        assert isinstance(declared.metadata.get(NEEDS), Permission), name
        assert name in CASES, f"teach the walk a right input of {name}"


def test_the_world_has_every_type_in_every_place(world: World) -> None:
    places = {(row.model, row.place) for row in world.rows}
    for model in SHOWN_BY:
        for place in ("alfa", "bravo", "charlie") if model is Customer else ("south", "charlie"):
            assert (model, place) in places, (model, place)


@pytest.mark.parametrize("name", [*LISTS, *OTHERS])
def test_nothing_foreign_is_shown(world: World, asker: Asker, name: str) -> None:
    field = QUERIES[name]

    said = answer(asker, f"{{ {everything_of(field, name, required(field, name))} }}")

    assert (said.status, said.body.get("errors")) == (200, None)
    check_nothing_foreign(world, asker, said.text)
    if name in LISTS:
        page = said.body["data"][name]
        model = page["__typename"].removesuffix("CursorConnection")
        shown = {edge["node"]["id"] for edge in page["edges"]}
        own = {row.id for row in world.rows if asker.sees(row) and type_of(row.model) == model}
        assert own <= shown, "the walk sees too little to mean anything"
        assert page["totalCount"] == len(shown)


@pytest.mark.parametrize("name", BY_ID)
def test_a_foreign_identifier_answers_like_one_of_nothing(
    world: World, asker: Asker, name: str
) -> None:
    call = _by_id(name, "$v")
    pairs = [pair_of(row) for row in foreign_ones(world, asker)]

    check_alike(world, asker, "query", call, "ID!", " { __typename }", pairs)


@pytest.mark.parametrize("name", BY_ID)
def test_an_identifier_of_another_kind_names_nothing(world: World, name: str) -> None:
    asker = world.askers["manager of all"]
    kind = get_named_type(QUERIES[name].type)
    document = f"query ($id: ID!) {{ {_by_id(name, '$id')} {{ __typename }} }}"
    own = "Asset" if kind.name in OF_ASSETS else kind.name
    others = [row.id for row in world.rows if asker.sees(row) and type_of(row.model) != own]
    if kind.name in ("Node", "Series"):  # of any kind; of sensors
        others = [world.own(Asset)] if kind.name == "Series" else []

    for other in (*others, to_base64("Nobody", 1), to_base64("Node", 1), to_base64("^sset", 1)):
        said = answer(asker, document, id=other)

        assert said.body.get("errors") is None, said.text
        assert said.body["data"][name] in (None, [None]), said.text


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_beneath_an_own_asset_hold_nothing_foreign(
    world: World, one_of_each: Asker, name: str
) -> None:
    document = f"query ($id: ID!) {{ {everything_of(QUERIES[name], _by_id(name, '$id'))} }}"

    for row in (row for row in world.rows if row.model is Asset and one_of_each.sees(row)):
        said = answer(one_of_each, document, id=row.id)
        check_nothing_foreign(world, one_of_each, said.text)
        assert said.body["data"][name] is not None, "the walk sees too little to mean anything"


# One document of all that every kind of node has is larger than a document may be; each kind
# has a field of its own, which is asked here.
@pytest.mark.parametrize("name", [name for name in BY_ID if name not in ("node", "nodes")])
def test_what_hangs_on_an_own_row_is_not_foreign(
    world: World, one_of_each: Asker, name: str
) -> None:
    field = QUERIES[name]
    shown = get_named_type(field.type).name
    document = f"query ($id: ID!) {{ {everything_of(field, _by_id(name, '$id'))} }}"

    for row in {row.model: row for row in world.rows if one_of_each.sees(row)}.values():
        if shown in ("Node", type_of(row.model)) or (shown == "Series" and row.model is Sensor):
            said = answer(one_of_each, document, id=row.id)
            check_nothing_foreign(world, one_of_each, said.text)
            marks = [mark for mark in row.marks if mark in said.text]
            assert marks, "the walk sees too little to mean anything"


def _by_id(name: str, variable: str) -> str:
    """Return the call of a field for the one row that ``variable`` names."""
    field = QUERIES[name]
    argument = str(identified_by(field))
    value = f"[{variable}]" if is_list(field.args[argument]) else variable
    return f"{name}{required(field, name, **{argument: value})}"


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_narrowed_by_foreign_values_as_by_nothing(
    world: World, one_of_each: Asker, name: str
) -> None:
    field = QUERIES[name]
    kind = field.args["filters"].type
    pairs = [
        (planted(kind, {}, path, foreign), planted(kind, {}, path, nothing))
        for path in identifiers_in(kind)
        for row in foreign_ones(world, one_of_each)
        if may_name(path, row.model)
        for foreign, nothing in [pair_of(row)]
    ]
    pairs += [({"NOT": foreign}, {"NOT": nothing}) for foreign, nothing in pairs]
    named: Any = get_named_type(kind)
    if "name" in named.fields:
        marks = {row.marks[0] for row in foreign_ones(world, one_of_each)}
        pairs += [({"name": {"exact": mark}}, {"name": {"exact": "nobody's"}}) for mark in marks]
    call = f"{name}{required(field, name, filters='$v')}"
    selection = " { totalCount edges { node { id } } }"

    check_alike(world, one_of_each, "query", call, str(kind), selection, pairs)


def fingerprint() -> list[Any]:
    """Return what changes with any row of the world that is made, changed or removed."""
    found: list[Any] = []
    for schema_name in (TENANT_SCHEMA, OTHER_SCHEMA):
        with schema_context(schema_name):
            found += [sorted(map(str, model._default_manager.values_list())) for model in SHOWN_BY]
            found.append(Belief.objects.count())
    return found


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_takes_a_foreign_identifier_for_nothing(
    world: World, asker: Asker, name: str
) -> None:
    field = MUTATIONS[name]
    kind = field.args["input"].type
    needed: Permission = field.extensions["strawberry-definition"].metadata[NEEDS]
    own = CASES[name](world, asker)
    before = fingerprint()
    paths, pairs = [], []
    places = list(identifiers_in(kind))
    # Who lacks the right is told so before anything is read: the first place shows it.
    for number, path in enumerate(places if needed in asker.permissions else places[:1]):
        rows = [row for row in foreign_ones(world, asker) if may_name(path, row.model)]
        # At the first place all kinds of foreign rows; at each other one of them, in turn.
        for row in rows if not number else rows[number % len(rows) :][:1]:
            foreign, nothing = pair_of(row)
            paths.append(list(path))
            pairs.append((planted(kind, own, path, foreign), planted(kind, own, path, nothing)))

    selection = " { object { __typename } errors { code field detail message } }"
    call = f"{name}(input: $v)"
    said = check_alike(world, asker, "mutation", call, str(kind), selection, pairs)

    assert fingerprint() == before
    for names, each in zip(paths, said, strict=True):
        [error, *_] = each["errors"]
        if needed not in asker.permissions:
            assert error["code"] == "FORBIDDEN"
        elif Permission.ASSET_READ in asker.permissions:
            # At the identifier, or at the quantity that it is one way to give.
            assert error["code"] == "NOT_FOUND"
            assert error["field"] in (names, names[:-1], names[:-2])


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_a_mutation_answers_shows_nothing_foreign(
    world: World, asker: Asker, name: str
) -> None:
    field = MUTATIONS[name]
    kind = field.args["input"].type
    document = f"mutation ($input: {kind}) {{ {everything_of(field, name, '(input: $input)')} }}"

    said = answer(asker, document, input=CASES[name](world, asker))

    check_nothing_foreign(world, asker, said.text)
    if asker.permissions == set(Permission):
        assert said.body["data"][name]["object"], said.text


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
def test_a_stream_tells_of_foreign_rows_what_it_tells_of_none(
    world: World, one_of_each: Asker, name: str
) -> None:
    field = SUBSCRIPTIONS[name]
    argument = identified_by(field)
    assert argument, f"teach the walk to subscribe to {name}"
    document = f"subscription ($id: ID!) {{ {everything_of(field, name, f'({argument}: $id)')} }}"

    for row in foreign_ones(world, one_of_each):
        foreign, nothing = pair_of(row)
        said = heard(one_of_each, document, foreign)
        assert said["data"] is None
        assert said == heard(one_of_each, document, nothing)
    shown = get_named_type(field.type).name
    own = {row.model: row for row in reversed(world.rows) if one_of_each.sees(row)}
    for row in own.values():
        if type_of(row.model) == shown if argument == "id" else may_name((argument,), row.model):
            said = heard(one_of_each, document, row.id)
            assert said["data"], "the walk hears too little to mean anything"
            check_nothing_foreign(world, one_of_each, json.dumps(said))
