"""Flex-models of the storage scheduler: stores, generators and others, and their groups."""

from math import sqrt
from typing import Any, Final

import numpy as np

from scheduling.flex.flexmeasures.breaches import SITE_BREACH, soft_limit
from scheduling.flex.flexmeasures.commodities import commodity_of, flag
from scheduling.flex.flexmeasures.context import capacity
from scheduling.flex.flexmeasures.couplings import couple
from scheduling.flex.flexmeasures.groups import group_of
from scheduling.flex.flexmeasures.levels import Reach
from scheduling.flex.flexmeasures.limits import bands_of, limits_where_silent, power_limits
from scheduling.flex.flexmeasures.objects import known, name_of
from scheduling.flex.flexmeasures.parts import ELECTRICITY, UNLIMITED_KW, Parts
from scheduling.flex.flexmeasures.reading import Reader, Steps
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
#: What may stand beside a power that is fixed.
_BESIDE_FIXED: Final = {
    "sensor",
    "asset",
    "group",
    "commodity",
    "prefer-charging-sooner",
    "prefer-curtailing-later",
}
_GROUP_LIMITS: Final = {"power-capacity", "consumption-capacity", "production-capacity"}
_GROUP_FIELDS: Final = _GROUP_LIMITS | {
    "group",
    "sensor",
    "asset",
    "consumption",
    "production",
}


def add_group(
    reader: Reader, given: dict[str, Any], parts: Parts, path: str, *, commodity: str
) -> None:
    """Add a group as a node; its hard limit inside the soft ones, where it has both."""
    known(given, {"name", "flex_model", "group"}, path)
    model = given.get("flex_model", {})
    at = f"{path}.flex_model"
    known(model, _GROUP_FIELDS, at)
    if not _GROUP_LIMITS & set(model):
        raise DocumentError([(at, f"a group needs {', '.join(sorted(_GROUP_LIMITS))} or several")])
    name, above = name_of(given, path), group_of(given)
    parent = parts.inner[commodity] if above is None else above
    outer = f"{name} (soft)" if "power-capacity" in model else name
    limits: dict[str, Any] = {}
    for direction, ours in (("consumption", "import"), ("production", "export")):
        if (field := f"{direction}-capacity") in model:
            limit = capacity(reader, model[field], f"{at}.{field}")
            price = (SITE_BREACH,) * reader.grid.n_steps
            limits |= soft_limit(
                reader, parts, at, node=outer, direction=ours, limit=limit, price_per_kw=price
            )
    if "power-capacity" in model:
        if limits:
            parts.add("nodes", at, {"name": outer, "parent": parent, **limits})
            parent = outer
        hard = capacity(reader, model["power-capacity"], f"{at}.power-capacity")
        limits = {"import_limit_kw": hard, "export_limit_kw": hard}
    parts.add("nodes", at, {"name": name, "parent": parent, **limits})


def add_device(
    reader: Reader,
    given: dict[str, Any],
    contexts: dict[str, dict[str, Any]],
    parts: Parts,
    path: str,
) -> None:
    """Add a device of the storage scheduler; ``contexts`` are those of the commodities."""
    known(given, {"name", "kind", "flex_model", "stock", "group"}, path)
    model, at = given.get("flex_model", {}), f"{path}.flex_model"
    known(model, _FIELDS, at)
    name, commodity = name_of(given, path), commodity_of(model, at)
    for preference in ("prefer-charging-sooner", "prefer-curtailing-later"):
        flag(model, preference, at, default=True)
    context = contexts.get(commodity, contexts[ELECTRICITY])
    group = group_of(given)
    node = parts.inner[commodity] if group is None else group
    fixed = _fixed_power(reader, model, at)
    if fixed is not None:
        load = {"kind": "load", "name": name, "node": node, "power_kw": fixed}
        parts.add("devices", at, load)
        return
    inner = f"{name} (capacity)"
    limits, soft = power_limits(reader, model, context, parts, at, node=inner)
    if soft:
        parts.add("nodes", at, {"name": inner, "parent": node, **soft})
        node = inner
    device = {"name": name, "node": node, **limits, "bands": bands_of(model, at)}
    if (stock := given.get("stock")) is not None:
        _check_feeder(stock, model, parts, path)
        device |= {"kind": "feeder", "stock": stock, **_efficiencies(reader, model, at)}
    elif _MAKES_A_STOCK & set(model):
        shares = _efficiencies(reader, model, at)
        reach = _reach(limits, soft, shares)
        device |= {"kind": "store", **shares}
        device |= holding_of(reader, model, context, at, reach=reach)
    else:
        device["kind"] = "adjustable"
    device |= limits_where_silent(reader, device)
    parts.add("devices", at, device)
    couple(reader, model, name, parts, at)


def _check_feeder(stock: Any, model: dict[str, Any], parts: Parts, path: str) -> None:
    """Check that a device may feed ``stock``: it is there, and described in one place."""
    if own := sorted(_MAKES_A_STOCK & set(model) - {"state-of-charge"}):
        words = f"belongs to the stock {stock!r} that is shared"
        raise DocumentError([(f"{path}.flex_model.{field}", words) for field in own])
    stocks = sorted(parts.names("stocks"))
    if stock not in stocks:
        words = f"there is no stock {stock!r} (known: {', '.join(stocks) or 'none'})"
        raise DocumentError([(f"{path}.stock", words)])


def reach_of(
    reader: Reader, given: dict[str, Any], contexts: dict[str, dict[str, Any]], path: str
) -> Reach | None:
    """Return how fast a device can change a stock; None where its power is fixed."""
    model, at = given["flex_model"], f"{path}.flex_model"
    if _fixed_power(reader, model, at) is not None:
        return None
    context = contexts.get(commodity_of(model, at), contexts[ELECTRICITY])
    limits, soft = power_limits(reader, model, context, Parts(), at, node="")
    return _reach(limits, soft, _efficiencies(reader, model, at))


def _reach(limits: dict[str, Any], soft: dict[str, Any], shares: dict[str, Any]) -> Reach:
    """Return how fast the stock can change; not at all where the device says nothing."""
    drawn = np.array(soft.get("import_limit_kw", limits["charge_limit_kw"]))
    given = np.array(soft.get("export_limit_kw", limits["discharge_limit_kw"]))
    drawn, given = (np.where(each < UNLIMITED_KW, each, 0.0) for each in (drawn, given))
    up = drawn * np.array(shares.get("charge_efficiency", 1.0))
    return Reach(up, given / np.array(shares.get("discharge_efficiency", 1.0)))


def _fixed_power(reader: Reader, model: dict[str, Any], path: str) -> Steps | None:
    for field, sign in (("inflexible-consumption", 1.0), ("inflexible-production", -1.0)):
        if field in model:
            others = sorted(set(model) - _BESIDE_FIXED - {field})
            if others:
                words = f"contradicts {field}: power that is fixed is not planned"
                raise DocumentError([(f"{path}.{other}", words) for other in others])
            power = reader.steps(model[field], POWER, f"{path}.{field}")
            return tuple(sign * value for value in power)
    return None


def _efficiencies(reader: Reader, model: dict[str, Any], path: str) -> dict[str, Any]:
    if "roundtrip-efficiency" in model:
        for field in ("charging-efficiency", "discharging-efficiency"):
            if field in model:
                raise DocumentError([(f"{path}.{field}", "excludes roundtrip-efficiency")])
        field = f"{path}.roundtrip-efficiency"
        share = quantity(model["roundtrip-efficiency"], SHARE, field)
        if not 0 < share <= 1:
            raise DocumentError([(field, "should be above 0 and at most 1 (100%)")])
        return {"charge_efficiency": sqrt(share), "discharge_efficiency": sqrt(share)}
    found = {}
    for theirs, ours in (
        ("charging-efficiency", "charge_efficiency"),
        ("discharging-efficiency", "discharge_efficiency"),
    ):
        if theirs in model:
            shares = reader.steps(model[theirs], SHARE, f"{path}.{theirs}", default=1.0)
            if min(shares) <= 0:
                raise DocumentError([(f"{path}.{theirs}", "should be above 0")])
            found[ours] = shares
    return found
