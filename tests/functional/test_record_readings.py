"""``recordReadings`` tells for each sensor what was news, as a gateway's programme reads it."""

from datetime import datetime
from typing import Any

import pytest

from assets.models import Asset, AssetType, Quantity, Sensor
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, a_device, a_sensor, a_site

RECORD = """mutation ($input: RecordReadingsInput!) { recordReadings(input: $input) {
    object { given changed series { sensor given changed unchanged } } errors { detail } replayed
} }"""


@pytest.fixture
def gateway(tenant: Tenant, customer: Customer, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="g", role=Role.PLANNER, customer=customer, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


@pytest.fixture
def sensors(customer: Customer) -> list[Sensor]:
    site: Asset = a_site(customer)
    halls = [a_device(site, name, AssetType.LOAD) for name in ("Hall", "Office")]
    return [a_sensor(hall, Quantity.POWER) for hall in halls]


def told(sensor: Sensor, values: list[float | None], start: datetime) -> dict[str, Any]:
    return {
        "sensor": node_id(sensor), "start": start.isoformat(), "values": values, "unit": "kW"
    }  # fmt: skip


def test_new_unchanged_and_corrected_are_told_for_each_sensor(
    gateway: GraphQLClient, sensors: list[Sensor], now: datetime
) -> None:
    hall, office = sensors
    start = now - 10 * HOUR

    def send(*series: dict[str, Any], **more: Any) -> Any:
        return gateway.execute(RECORD, input={"series": list(series), **more})["recordReadings"]

    first = send(told(hall, [1, None, 3], start), told(office, [4, 5], start))
    more = (told(hall, [1, 2, 3.5], start), told(office, [4, 5], start))
    second = send(*more, idempotencyKey="k")
    again = send(*more, idempotencyKey="k")

    hall_id, office_id = node_id(hall), node_id(office)
    assert first["object"] == {
        "given": 4, "changed": 4, "series": [
            {"sensor": hall_id, "given": 2, "changed": 2, "unchanged": 0},
            {"sensor": office_id, "given": 2, "changed": 2, "unchanged": 0},
        ],
    }  # fmt: skip
    assert second["object"]["series"] == [
        {"sensor": hall_id, "given": 3, "changed": 2, "unchanged": 1},
        {"sensor": office_id, "given": 2, "changed": 0, "unchanged": 2},
    ]
    assert (again["object"], again["replayed"]) == (second["object"], True)


def test_two_columns_of_one_sensor_are_told_together(
    gateway: GraphQLClient, sensors: list[Sensor], now: datetime
) -> None:
    hall = sensors[0]
    columns = [told(hall, [1], now - 3 * HOUR), told(hall, [2], now - HOUR)]

    answer = gateway.execute(RECORD, input={"series": columns})["recordReadings"]

    [series] = answer["object"]["series"]
    assert (series["given"], series["changed"]) == (2, 2)
