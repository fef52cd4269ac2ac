"""Leaves that are plain are read from their rows and objects; all else is resolved."""

from datetime import datetime
from typing import Any

import pytest
import strawberry
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from assets.models import Asset, Quantity
from config.schema import schema
from tenants.accounts.tokens import issue_token
from tenants.graphql.executor import Executor
from tenants.graphql.plain_fields import LEAF, mark_plain_fields
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of
from tests.factories import a_customer, a_sensor, a_site

TYPES: Any = schema._schema.type_map


def is_read(kind: str, field: str) -> bool:
    return LEAF in TYPES[kind].fields[field].extensions


def test_plain_leaves_alone_are_read() -> None:
    for kind, field in [
        ("Asset", "id"),
        ("Asset", "name"),
        ("Asset", "assetType"),
        ("ScheduleRun", "state"),
        ("PageInfo", "hasNextPage"),
    ]:
        assert is_read(kind, field), (kind, field)
    for kind, field in [
        ("Asset", "parent"),
        ("Asset", "sensors"),
        ("Sensor", "resolutionMinutes"),
        ("AssetCursorConnection", "totalCount"),
        ("Query", "viewer"),
    ]:
        assert not is_read(kind, field), (kind, field)


@strawberry.type
class _Told:
    said: str
    maybe: str | None = None


@strawberry.type
class _Query:
    @strawberry.field
    def right(self) -> _Told:
        return _Told(said="yes")

    @strawberry.field
    def missing(self) -> _Told | None:
        return _Told(said=None)  # type: ignore[arg-type]

    @strawberry.field
    def bare(self) -> _Told | None:
        return object.__new__(_Told)


SMALL = mark_plain_fields(strawberry.Schema(_Query, execution_context_class=Executor))


def test_what_is_read_is_what_was_resolved() -> None:
    found = SMALL.execute_sync("{ right { said maybe } }")

    assert found.data == {"right": {"said": "yes", "maybe": None}}
    assert found.errors is None


@pytest.mark.parametrize("field", ["missing", "bare"])
def test_what_cannot_be_read_is_told_as_ever_with_its_place(field: str) -> None:
    found = SMALL.execute_sync(f"{{ {field} {{ said }} }}")

    assert found.data == {field: None}
    [error] = found.errors or []
    assert error.path == [field, "said"]


def test_a_column_that_is_not_loaded_is_resolved(tenant: Tenant) -> None:
    read = TYPES["Asset"].fields["name"].extensions[LEAF]
    made = a_site(a_customer())
    deferred = Asset.objects.only("id").get(pk=made.pk)

    assert read(made) == made.name
    with pytest.raises(KeyError):
        read(deferred)


LISTED = """{ assets(first: 3, ordering: [{name: ASC}]) {
    totalCount pageInfo { endCursor hasNextPage }
    edges { cursor node { __typename id name parent { id } sensors(first: 2) {
        edges { cursor node { id name quantity minimum resolutionMinutes } } } } } } }"""


@pytest.fixture
def client(tenant: Tenant, now: datetime) -> GraphQLClient:
    """A client that sees two sites with three sensors each."""
    for name in ("A", "B"):
        site = a_site(a_customer(f"{name} Ltd"), name)
        for sensor in ("x", "y", "z"):
            a_sensor(site, Quantity.POWER, name=f"{name} {sensor}")
    issued = issue_token(actor=PLATFORM, name="t", role=Role.VIEWER, customer=None, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


#: Read whole but for the top: of fragments, by other names, left out by a directive, in pages.
PLAIN = """
    query ($no: Boolean! = false) { assets(first: 3, ordering: [{name: ASC}]) {
        pageInfo { endCursor hasNextPage } edges { cursor ...edge } } }
    fragment edge on AssetCursorEdge { node {
        __typename called: name ...row id @include(if: $no)
        some: sensors(first: 1) { pageInfo { hasNextPage endCursor } edges { node { name } } }
    } }
    fragment row on Asset { sensors(first: 2) {
        edges { __typename cursor node { id name quantity } } } }"""
#: One row with what hangs on it, as a row that was read alone.
ALONE = """{ assets(first: 3, ordering: [{name: ASC}]) { edges { node {
    children(first: 5) { totalCount edges { node { name sensors(first: 5) {
        totalCount edges { node { name } } } } } } } } } }"""


@pytest.mark.parametrize("document", [LISTED, PLAIN, ALONE])
def test_lists_are_those_that_were_resolved(
    client: GraphQLClient, monkeypatch: pytest.MonkeyPatch, document: str
) -> None:
    read = client.execute(document)
    monkeypatch.setattr(schema, "execution_context_class", StrawberryGraphQLCoreExecutionContext)
    resolved = client.execute(document)

    assert read == resolved
    assert len(read["assets"]["edges"]) == 3


def test_lists_are_read_with_what_was_asked_of_them(client: GraphQLClient) -> None:
    rows = [edge["node"] for edge in client.execute(PLAIN)["assets"]["edges"]]

    assert sorted(len(row["sensors"]["edges"]) for row in rows) == [0, 2, 2]
    last = rows[-1]
    assert [edge["node"]["name"] for edge in last["sensors"]["edges"]] == ["B x", "B y"]
    assert last["some"]["pageInfo"]["hasNextPage"]
    assert last["called"] == "B"
    assert "id" not in last


def test_what_fails_within_rows_of_lists_is_told_with_its_place(
    client: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("not today")

    monkeypatch.setattr(TYPES["Sensor"].fields["resolutionMinutes"], "resolve", fail)
    [told, *_] = client.errors(LISTED)
    monkeypatch.setattr(schema, "execution_context_class", StrawberryGraphQLCoreExecutionContext)
    [before, *_] = client.errors(LISTED)

    assert told["path"] == before["path"]
    assert told["path"][:4] == ["assets", "edges", 0, "node"]
