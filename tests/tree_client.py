"""A client's mutations of assets and sensors, each with all that it answers."""

from collections.abc import Callable
from typing import Any

from tests.client import GraphQLClient

ERRORS = "errors { code field detail message limits { minimum maximum } } replayed"
ASSET = "object { id name assetType timeZone latitude longitude parent { id } }"
SENSOR = """object { id name quantity resolutionMinutes outwardPositive minimum maximum
    expectedWithinMinutes timeZone asset { id } }"""
SELECTED = {
    "addAsset": ASSET,
    "changeAsset": ASSET,
    "moveAsset": ASSET,
    "removeAsset": "object { asset }",
    "addSensor": SENSOR,
    "changeSensor": SENSOR,
}

Do = Callable[..., Any]


def doing(client: GraphQLClient) -> Do:
    """Return a function that does a mutation and returns its payload."""

    def do(what: str, /, **given: Any) -> Any:
        kind = f"{what[0].upper()}{what[1:]}Input"
        query = f"mutation ($i: {kind}!) {{ {what}(input: $i) {{ {SELECTED[what]} {ERRORS} }} }}"
        return client.execute(query, i=given)[what]

    return do
