"""Pages that cannot be: sizes and cursors are refused by name, before a row is read."""

import pytest
from strawberry.relay import to_base64

from assets.models import Quantity, Sensor
from tenants.accounts.models import Customer
from tests.client import GraphQLClient
from tests.factories import a_sensor, a_site

PAGES = "query ($f: Int!, $a: String) { sensors(first: $f, after: $a) { edges { cursor } } }"
NESTED = """query ($f: Int!, $a: String) {
    assets(first: 5) { edges { node { sensors(first: $f, after: $a) { edges { cursor } } } } }
}"""
HUGE = to_base64("orderedcursor", '["99999999999999999999999"]')


@pytest.fixture
def sensor(customer: Customer) -> Sensor:
    return a_sensor(a_site(customer, "Yard"), Quantity.POWER)


@pytest.mark.parametrize("query", [PAGES, NESTED])
@pytest.mark.parametrize("first", [-1, 0, 201, 2**31 - 1])
def test_pages_of_no_possible_size(
    planner: GraphQLClient, sensor: Sensor, query: str, first: int
) -> None:
    [error] = planner.errors(query, f=first, a=None)

    assert error["extensions"]["code"] == "OUT_OF_RANGE"
    assert "1 to 200 are right" in error["message"]


@pytest.mark.parametrize("query", [PAGES, NESTED])
@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        to_base64("orderedcursor", "[1]"),
        to_base64("orderedcursor", '["1", "2"]'),
        to_base64("orderedcursor", '["abc"]'),
        HUGE,
    ],
)
def test_cursors_that_are_none(
    planner: GraphQLClient, sensor: Sensor, query: str, cursor: str
) -> None:
    [error] = planner.errors(query, f=5, a=cursor)

    assert error["extensions"]["code"] == "INVALID"
    assert "cursor" in error["message"]
