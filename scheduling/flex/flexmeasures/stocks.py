"""Stocks of flex-models: bounds, losses, flows past devices, and goals."""

from typing import Any, Final

from scheduling.flex.flexmeasures.context import STOCK_BREACH, Parts, flag
from scheduling.flex.flexmeasures.reading import Reader, Steps, known
from scheduling.flex.flexmeasures.units import ENERGY, POWER, PRICE, SHARE, quantity

STOCK_FIELDS: Final = {
    "soc-at-start",
    "state-of-charge",
    "soc-min",
    "soc-max",
    "soc-minima",
    "soc-maxima",
    "soc-targets",
    "soc-gain",
    "soc-usage",
    "soc-unit",
    "storage-efficiency",
    "prefer-charging-sooner",
}


def add_stock(
    reader: Reader, given: dict[str, Any], context: dict[str, Any], parts: Parts, path: str
) -> None:
    """Add a stock that several devices share."""
    known(given, {"name", "flex_model"}, path)
    model = given.get("flex_model", {})
    known(model, STOCK_FIELDS | {"sensor", "asset"}, f"{path}.flex_model")
    holding = holding_of(reader, model, context, f"{path}.flex_model")
    parts.stocks.append({"name": given["name"], **holding})


def holding_of(
    reader: Reader, model: dict[str, Any], context: dict[str, Any], path: str
) -> dict[str, Any]:
    """Return the fields of a stock that ``model`` states."""
    bare = model.get("soc-unit")
    goals = _goals(reader, model, context, path, bare=bare)
    most = _energy(model, "soc-max", path, bare=bare)
    if most is None and "soc-targets" in model:
        targets = [point["stock_kwh"] for goal in goals for point in goal["points"]]
        most = max(targets)
    found: dict[str, Any] = {
        "stock_at_start_kwh": _energy(model, "soc-at-start", path, bare=bare, of=most) or 0.0,
        "stock_min_kwh": _energy(model, "soc-min", path, bare=bare, of=most),
        "stock_max_kwh": most,
        "end_value_per_kwh": 0.0,
        "goals": tuple(goals),
        "gain_kw": _flow(reader, model, "soc-gain", path),
        "usage_kw": _flow(reader, model, "soc-usage", path),
    }
    if "storage-efficiency" in model:
        lost = reader.share_per_hour(model["storage-efficiency"], f"{path}.storage-efficiency")
        found["loss_per_hour"] = lost
    return found


def _energy(
    model: dict[str, Any], field: str, path: str, *, bare: str | None, of: float | None = None
) -> float | None:
    value = model.get(field)
    if value is None:
        return None
    if isinstance(value, str) and value.strip().endswith("%") and of is not None:
        return quantity(value, SHARE, f"{path}.{field}") * of
    return quantity(value, ENERGY, f"{path}.{field}", bare=bare)


def _flow(reader: Reader, model: dict[str, Any], field: str, path: str) -> Steps:
    total = [0.0] * reader.grid.n_steps
    given = model.get(field, [])
    for i, part in enumerate(given if isinstance(given, list) else [given]):
        power = reader.steps(part, POWER, f"{path}.{field}[{i}]")
        total = [one + other for one, other in zip(total, power, strict=True)]
    return tuple(total)


def _goals(
    reader: Reader,
    model: dict[str, Any],
    context: dict[str, Any],
    path: str,
    *,
    bare: str | None,
) -> list[dict[str, Any]]:
    at = "$.flex_context"
    relaxed = flag(context, "relax-constraints", at, default=True)
    relaxed = flag(context, "relax-soc-constraints", at, default=relaxed)
    prices = {
        side: quantity(context[field], PRICE, f"{at}.{field}")
        if (field := f"soc-{side}-breach-price") in context
        else (STOCK_BREACH if relaxed else None)
        for side in ("minima", "maxima")
    }
    found = []
    for side, kind in (("minima", "min"), ("maxima", "max"), ("targets", "target")):
        if f"soc-{side}" not in model:
            continue
        points = reader.points(model[f"soc-{side}"], f"{path}.soc-{side}", bare=bare)
        price = prices.get(side)
        if side == "targets" and None not in prices.values():
            price = prices["minima"]
        found.append(
            {
                "kind": kind,
                "points": tuple(points),
                "miss_price_per_kwh": price,
                "miss_price_per_kwh_hour": price,
            }
        )
    return found
