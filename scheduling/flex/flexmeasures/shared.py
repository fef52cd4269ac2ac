"""Devices that name one state of charge: they feed one stock."""

import json
from typing import Any

from scheduling.flex.flexmeasures.objects import objects
from scheduling.flex.flexmeasures.stocks import STOCK_FIELDS
from scheduling.flex.parsing import DocumentError


def share_stocks(given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the problem with a stock for each state of charge that several devices name.

    What they say of the stock is gathered there. And by its name the number of the first of them.

    Raises:
        DocumentError: two of them say different things of it.
    """
    members: dict[str, list[int]] = {}
    devices = objects(given.get("devices"), "$.devices")
    for number, (_, device) in enumerate(devices):
        model = device.get("flex_model")
        if isinstance(model, dict) and "state-of-charge" in model and "stock" not in device:
            key = json.dumps(model["state-of-charge"], sort_keys=True, default=str)
            members.setdefault(key, []).append(number)
    shared = {key: found for key, found in members.items() if len(found) > 1}
    if not shared:
        return given, {}
    entries = [device for _, device in devices]
    stocks = [stock for _, stock in objects(given.get("stocks"), "$.stocks")]
    first: dict[str, int] = {}
    for key, found in shared.items():
        of = ", ".join(str(entries[number].get("name")) for number in found)
        name = f"stock of {of}"[:80]
        first[name] = found[0]
        stock: dict[str, Any] = {}
        for number in found:
            model = entries[number]["flex_model"]
            of_stock = {field: value for field, value in model.items() if field in STOCK_FIELDS}
            for field, value in of_stock.items():
                if stock.setdefault(field, value) != value:
                    path = f"$.devices[{number}].flex_model.{field}"
                    raise DocumentError([(path, f"differs from what another device of {key} says")])
            own = {field: value for field, value in model.items() if field not in STOCK_FIELDS}
            entries[number] = {**entries[number], "flex_model": own, "stock": name}
        stocks.append({"name": name, "flex_model": stock})
    return {**given, "devices": entries, "stocks": stocks}, first
