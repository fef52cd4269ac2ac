"""Flex-models of the storage scheduler: stores, generators and others, and their groups."""

from math import sqrt
from typing import Any, Final

from scheduling.flex.flexmeasures.context import ELECTRICITY, SITE_BREACH, Parts, breach_prices
from scheduling.flex.flexmeasures.limits import bands_of, power_limits
from scheduling.flex.flexmeasures.reading import Reader, known
from scheduling.flex.flexmeasures.stocks import STOCK_FIELDS, holding_of
from scheduling.flex.flexmeasures.units import POWER, SHARE, quantity
from scheduling.flex.parsing import DocumentError

_FIELDS: Final = STOCK_FIELDS | {
    "sensor",
    "asset",
    "roundtrip-efficiency",
    "charging-efficiency",
    "discharging-efficiency",
    "power-capacity",
    "consumption-capacity",
    "production-capacity",
    "consumption",
    "production",
    "prefer-curtailing-later",
    "operation-modes",
    "group",
    "coupling",
    "coupling-coefficient",
    "commodity",
    "inflexible-consumption",
    "inflexible-production",
}
_MAKES_A_STOCK: Final = STOCK_FIELDS - {"soc-unit", "prefer-charging-sooner"}


def add_group(reader: Reader, given: dict[str, Any], parts: Parts, path: str) -> None:
    """Add a group as a node; its hard limit inside the soft ones, where it has both."""
    known(given, {"name", "flex_model", "group"}, path)
    model = given.get("flex_model", {})
    at = f"{path}.flex_model"
    known(model, {"power-capacity", "consumption-capacity", "production-capacity", "group"}, at)
    name, above = given["name"], _group_of(given, model)
    parent = parts.inner[ELECTRICITY] if above is None else above
    soft: dict[str, Any] = {}
    for direction, ours in (("consumption", "import"), ("production", "export")):
        if f"{direction}-capacity" in model:
            field = f"{direction}-capacity"
            limit = reader.steps(model[field], POWER, f"{at}.{field}")
            soft[f"{ours}_limit_kw"] = limit
            if any(limit):
                soft |= breach_prices(ours, (SITE_BREACH,) * reader.grid.n_steps)
    if soft and "power-capacity" in model:
        parts.nodes.append({"name": f"{name} (soft)", "parent": parent, **soft})
        parent, soft = f"{name} (soft)", {}
    if "power-capacity" in model:
        hard = reader.steps(model["power-capacity"], POWER, f"{at}.power-capacity")
        soft = {"import_limit_kw": hard, "export_limit_kw": hard}
    parts.nodes.append({"name": name, "parent": parent, **soft})


def add_device(
    reader: Reader, given: dict[str, Any], context: dict[str, Any], parts: Parts, path: str
) -> None:
    """Add a device of the storage scheduler."""
    known(given, {"name", "kind", "flex_model", "stock", "group"}, path)
    model, at = given.get("flex_model", {}), f"{path}.flex_model"
    known(model, _FIELDS, at)
    commodity = model.get("commodity", ELECTRICITY)
    if commodity not in parts.inner:
        parts.commodities.append({"name": commodity})
        parts.inner[commodity] = commodity
    group = _group_of(given, model)
    node = parts.inner[commodity] if group is None else group
    for field, sign in (("inflexible-consumption", 1.0), ("inflexible-production", -1.0)):
        if field in model:
            power = reader.steps(model[field], POWER, f"{at}.{field}")
            kw = tuple(sign * value for value in power)
            device = {"kind": "load", "name": given["name"], "node": node, "power_kw": kw}
            parts.devices.append(device)
            return
    limits, soft = power_limits(reader, model, context, at)
    if soft:
        name = f"{given['name']} (capacity)"
        parts.nodes.append({"name": name, "parent": node, **soft})
        node = name
    device = {"name": given["name"], "node": node, **limits, "bands": bands_of(model, at)}
    if "stock" in given:
        device |= {"kind": "feeder", "stock": given["stock"], **_efficiencies(reader, model, at)}
    elif _MAKES_A_STOCK & set(model):
        device |= {"kind": "store", **_efficiencies(reader, model, at)}
        device |= holding_of(reader, model, context, at)
    else:
        device["kind"] = "adjustable"
    parts.devices.append(device)
    if "coupling" in model:
        ratio = quantity(
            model.get("coupling-coefficient", 1.0), SHARE, f"{at}.coupling-coefficient"
        )
        member = {"device": given["name"], "ratio": ratio}
        parts.couplings.setdefault(str(model["coupling"]), []).append(member)


def _group_of(given: dict[str, Any], model: dict[str, Any]) -> str | None:
    group = given.get("group", model.get("group"))
    if isinstance(group, dict):
        group = next(iter(group.values()), None)
    return None if group is None else str(group)


def _efficiencies(reader: Reader, model: dict[str, Any], path: str) -> dict[str, Any]:
    if "roundtrip-efficiency" in model:
        for field in ("charging-efficiency", "discharging-efficiency"):
            if field in model:
                raise DocumentError([(f"{path}.{field}", "excludes roundtrip-efficiency")])
        field = f"{path}.roundtrip-efficiency"
        each = sqrt(quantity(model["roundtrip-efficiency"], SHARE, field))
        return {"charge_efficiency": each, "discharge_efficiency": each}
    return {
        ours: reader.steps(model[theirs], SHARE, f"{path}.{theirs}")
        for theirs, ours in (
            ("charging-efficiency", "charge_efficiency"),
            ("discharging-efficiency", "discharge_efficiency"),
        )
        if theirs in model
    }
