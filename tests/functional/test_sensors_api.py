"""A partner changes sensors; what is wrong with one is named."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from assets.models import Asset, Belief, Quantity, Sensor
from tenants.accounts.models import Customer
from tenants.permissions import Role
from tests.client import GraphQLClient, node_id
from tests.factories import (
    a_sensor,
    believe,
)
from tests.tree_client import Do, doing


@pytest.fixture
def do(customer: Customer, client_of: Callable[..., GraphQLClient]) -> Do:
    return doing(client_of(customer, Role.MANAGER))


def test_a_sensor_is_changed_and_its_values_stay(do: Do, site: Asset, now: datetime) -> None:
    sensor = a_sensor(site, Quantity.POWER)
    believe(sensor, now, [3.0], at=now)
    which = node_id(sensor)
    do("changeSensor", sensor=which, minimum=-1.0, maximum=5.0, expectedWithinMinutes=30.0)

    told = do("changeSensor", sensor=which, maximum=None, outwardPositive=True, name="import")

    assert told["errors"] == []
    sensor.refresh_from_db()
    assert (sensor.name, sensor.minimum, sensor.maximum) == ("import", -1.0, None)
    assert (sensor.outward_positive, sensor.expected_within) == (True, timedelta(minutes=30))
    assert Belief.objects.get().value == 3.0
    told = do("changeSensor", sensor=which, expectedWithinMinutes=None, timeZone="Asia/Kathmandu")
    assert told["object"]["expectedWithinMinutes"] is None
    assert do("changeSensor", sensor=which, timeZone=None)["object"]["timeZone"] is None


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"resolutionMinutes": 7.0}, "STEP", ["resolutionMinutes"]),
        ({"resolutionMinutes": 1e300}, "OUT_OF_RANGE", ["resolutionMinutes"]),
        ({"resolutionMinutes": -15.0}, "STEP", ["resolutionMinutes"]),
        ({"name": ""}, "REQUIRED", ["name"]),
        ({"name": "power"}, "CONFLICT", []),
        ({"minimum": 5.0, "maximum": 5.0}, "INVALID", []),
        ({"expectedWithinMinutes": -1.0}, "INVALID", []),
        ({"expectedWithinMinutes": 1e300}, "OUT_OF_RANGE", ["expectedWithinMinutes"]),
        ({"timeZone": "Mars/Base"}, "TIME_ZONE", ["timeZone"]),
        ({"quantity": "PRICE", "outwardPositive": True}, "INVALID", []),
    ],
)
def test_a_wrong_value_of_a_sensor_is_named(
    do: Do, site: Asset, change: dict[str, Any], code: str, field: list[str]
) -> None:
    a_sensor(site, Quantity.POWER, name="power")
    new = {"asset": node_id(site), "name": "new", "quantity": "POWER"}

    told = do("addSensor", **{**new, **change})

    [error] = told["errors"]
    assert (error["code"], error["field"]) == (code, field), error
    assert Sensor.objects.count() == 1
