"""Pages that stay right while rows come, change and go; and a copy kept in step."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import strawberry
import strawberry_django
from strawberry.relay.utils import to_base64
from strawberry.schema.config import StrawberryConfig
from strawberry_django.relay import DjangoCursorConnection

from assets.models import Asset, AssetType
from assets.services import remove_asset
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.graphql import connections
from tenants.graphql.connections import connection
from tenants.graphql.ordering import Direction, Keys, key
from tenants.graphql.types import VisibleNode
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import a_device, an_actor

PAGE = """query ($after: String, $ordering: [AssetOrder!]!, $filters: AssetFilter, $first: Int!) {
    assets(first: $first, after: $after, ordering: $ordering, filters: $filters) {
      edges { node { id name updatedAt } } pageInfo { hasNextPage endCursor }
    } }"""
LOADS = {"assetType": {"exact": "LOAD"}}


@pytest.fixture
def partner(tenant: Tenant, customer: Customer, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="t", role=Role.VIEWER, customer=customer, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


def pages(
    partner: GraphQLClient,
    ordering: list[dict[str, str]],
    between: Callable[[int], None] = lambda _: None,
    first: int = 3,
    **filters: Any,
) -> Iterator[dict[str, Any]]:
    """Yield every node, page by page; ``between`` acts after each page."""
    after, page = None, 0
    while True:
        found = partner.execute(
            PAGE, after=after, ordering=ordering, filters={**LOADS, **filters}, first=first
        )["assets"]
        yield from (edge["node"] for edge in found["edges"])
        if not found["pageInfo"]["hasNextPage"]:
            return
        after = found["pageInfo"]["endCursor"]
        between(page)
        page += 1


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("by", ["name", "updatedAt"])
def test_every_order_finds_each_row_once_also_among_equals(
    partner: GraphQLClient, site: Asset, now: datetime, by: str, direction: str
) -> None:
    loads = [a_device(site, f"Load {i % 4} {i}", AssetType.LOAD) for i in range(10)]
    Asset.objects.filter(pk__in=[each.pk for each in loads]).update(updated_at=now)

    found = list(pages(partner, [{by: direction}]))

    assert len(found) == len({node["id"] for node in found}) == 10
    names = [node["name"] for node in found]
    if by == "name":
        assert names == sorted(names, reverse=direction == "DESC")


def test_rows_that_come_and_go_between_pages_hide_and_repeat_none(
    partner: GraphQLClient, site: Asset
) -> None:
    loads = {name: a_device(site, name, AssetType.LOAD) for name in "bdfhjlnprt"}

    def change(page: int) -> None:
        if page == 0:  # b d f have been seen
            a_device(site, "a", AssetType.LOAD)
            a_device(site, "e", AssetType.LOAD)
            a_device(site, "g", AssetType.LOAD)
            remove_asset(actor=PLATFORM, asset=loads["f"])  # the cursor's own row
            remove_asset(actor=PLATFORM, asset=loads["n"])

    names = [node["name"] for node in pages(partner, [{"name": "ASC"}], change)]

    assert names == ["b", "d", "f", "g", "h", "j", "l", "p", "r", "t"]


def test_a_copy_by_updated_at_is_equal_in_the_end(
    partner: GraphQLClient, site: Asset, now: datetime
) -> None:
    """The recipe of docs/api.md: pages by updatedAt from the last one seen, an overlap, nodes."""
    loads = [a_device(site, f"Load {i}", AssetType.LOAD) for i in range(8)]
    clock = iter(now + timedelta(seconds=n) for n in range(100))
    for each in loads:
        Asset.objects.filter(pk=each.pk).update(updated_at=next(clock))
    removed = node_id(loads[1])
    copy: dict[str, str] = {}
    seen = ""

    def synchronise(between: Callable[[int], None]) -> None:
        nonlocal seen
        since: dict[str, Any] = {"updatedAt": {"gte": seen}} if seen else {}
        for node in pages(partner, [{"updatedAt": "ASC"}], between, **since):
            copy[node["id"]] = node["name"]
            seen = node["updatedAt"]

    def rename(row: Asset, name: str) -> None:
        Asset.objects.filter(pk=row.pk).update(name=name, updated_at=next(clock))

    def act(page: int) -> None:
        if page == 0:
            rename(loads[0], "seen, then renamed")
            rename(loads[6], "renamed before it is seen")
            remove_asset(actor=PLATFORM, asset=loads[1])
            added = a_device(site, "new", AssetType.LOAD)
            Asset.objects.filter(pk=added.pk).update(updated_at=next(clock))

    synchronise(act)
    synchronise(lambda _: None)
    there = partner.execute("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=list(copy))
    gone = [each for each, node in zip(copy, there["nodes"], strict=True) if node is None]
    for identifier in gone:
        del copy[identifier]

    assert gone == [removed]
    rows = Asset.objects.filter(asset_type=AssetType.LOAD)
    assert copy == {node_id(row): row.name for row in rows}


@strawberry_django.type(Asset, name="Place")
class Place(VisibleNode):
    name: str


@strawberry_django.order_type(Asset, name="PlaceOrder")
class PlaceOrder(Keys):
    latitude: Direction | None = key()


@strawberry.type
class Places:
    places: DjangoCursorConnection[Place] = connection(description="All.", ordering=PlaceOrder)


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_rows_without_the_key_come_last_either_way(
    customer: Customer, site: Asset, direction: str
) -> None:
    latitudes = [52.0, None, 51.0, None, 53.0, None, 51.0]
    loads = [a_device(site, f"Load {i}", AssetType.LOAD) for i in range(len(latitudes))]
    for row, latitude in zip(loads, latitudes, strict=True):
        Asset.objects.filter(pk=row.pk).update(latitude=latitude)
    asks = type("Asks", (), {"actor": an_actor(customer, Role.VIEWER)})()
    schema = strawberry.Schema(Places, config=StrawberryConfig(relay_max_results=200))
    query = """query ($after: String) { places(first: 2, after: $after,
        ordering: [{latitude: %s}]) { edges { node { name } }
        pageInfo { hasNextPage endCursor } } }"""
    names: list[str] = []
    more, after = True, None
    while more:
        answer = schema.execute_sync(
            query % direction, variable_values={"after": after}, context_value=asks
        )
        assert answer.errors is None
        assert answer.data is not None
        found = answer.data["places"]
        names += [edge["node"]["name"] for edge in found["edges"]]
        more, after = found["pageInfo"]["hasNextPage"], found["pageInfo"]["endCursor"]

    known = {"ASC": [2, 6, 0, 4], "DESC": [4, 0, 2, 6]}[direction]
    others = [name for name in names if not name.startswith("Load")]
    assert names[:4] == [f"Load {i}" for i in known]
    assert sorted(names[4:]) == sorted(["Load 1", "Load 3", "Load 5", *others])
    assert len(set(names)) == len(names)


def test_cursors_are_written_when_they_are_asked_for_and_name_their_rows(
    partner: GraphQLClient, site: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices = [a_device(site, f"Load {i}", AssetType.LOAD) for i in range(3)]
    written = []

    def count(prefix: str, keys: str) -> str:
        written.append(keys)
        return to_base64(prefix, keys)

    monkeypatch.setattr(connections, "to_base64", count)
    document = "{ assets(first: 200) { edges { %s } } }"

    partner.execute(document % "node { name }")
    assert written == []

    edges = partner.execute(document % "cursor node { id }")["assets"]["edges"]
    assert len(written) == len(edges) > len(devices)
    assert len({edge["cursor"] for edge in edges}) == len(edges)
