"""For each mutation an input that is right: a new mutation without one fails the walk."""

from collections.abc import Callable
from typing import Any, Final

from assets.models import Asset, Sensor
from tenants.accounts.models import ApiToken
from tests.access_world import Asker, World


def a_token(world: World, asker: Asker) -> dict[str, Any]:
    return {"token": world.own(ApiToken, asker.home)}


def a_new_token(world: World, asker: Asker) -> dict[str, Any]:
    return {"name": "new", "role": "VIEWER", "subtree": world.own(Asset, asker.home, "site")}


def readings(world: World, asker: Asker) -> dict[str, Any]:
    sensor = world.own(Sensor, asker.home, "power")
    series = {"sensor": sensor, "start": "2026-03-28T08:00Z", "values": [1.0], "unit": "kW"}
    return {"series": [series]}


def a_plan(world: World, asker: Asker) -> dict[str, Any]:
    price, limit = {"constant": 0.1}, {"constant": 5.0}
    battery = {
        "capacityKwh": 10.0,
        "chargeLimitKw": limit,
        "dischargeLimitKw": limit,
        "stockAtStartKwh": 0.0,
    }
    device = {
        "asset": world.own(Asset, asker.home, "battery"),
        "flex": {"battery": battery},
        "powerSensor": world.own(Sensor, asker.home, "power"),
        "stockSensor": world.own(Sensor, asker.home, "stock"),
    }
    return {
        "asset": world.own(Asset, asker.home, "site"),
        "start": "2026-03-28T12:00Z",
        "end": "2026-03-28T14:00Z",
        "stepMinutes": 60,
        "context": {
            "prices": {"importPerKwh": price, "exportPerKwh": price},
            "connection": {"importLimitKw": limit, "exportLimitKw": limit},
        },
        "devices": [device],
    }


#: For each mutation an input that is right for a manager of the asker's places.
CASES: Final[dict[str, Callable[[World, Asker], dict[str, Any]]]] = {
    "rotateToken": a_token,
    "revokeToken": a_token,
    "issueToken": a_new_token,
    "recordReadings": readings,
    "requestSchedule": a_plan,
}
