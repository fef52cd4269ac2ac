"""The flex-context: prices, capacities, peaks, commitments, other commodities."""

from dataclasses import dataclass, field
from typing import Any, Final

from scheduling.flex.flexmeasures.reading import Reader, Steps, known
from scheduling.flex.flexmeasures.units import POWER, POWER_PRICE, PRICE, quantity
from scheduling.flex.parsing import DocumentError

#: Prices of what is soft when nobody gives one, in the currency of the context.
SITE_BREACH: Final = 10_000.0  # per kW
DEVICE_BREACH: Final = 100.0  # per kW
STOCK_BREACH: Final = 1_000.0  # per kWh

_FIELDS: Final = {
    "consumption-price",
    "production-price",
    "site-power-capacity",
    "site-consumption-capacity",
    "site-production-capacity",
    "site-consumption-breach-price",
    "site-production-breach-price",
    "site-peak-consumption",
    "site-peak-consumption-price",
    "site-peak-production",
    "site-peak-production-price",
    "soc-minima-breach-price",
    "soc-maxima-breach-price",
    "consumption-breach-price",
    "production-breach-price",
    "relax-constraints",
    "relax-soc-constraints",
    "relax-site-capacity-constraints",
    "relax-capacity-constraints",
    "inflexible-consumption",
    "inflexible-production",
    "aggregate-consumption",
    "aggregate-production",
    "aggregate-power",
    "commitments",
    "commodities",
    "commodity",
}
ELECTRICITY: Final = "electricity"


@dataclass(slots=True)
class Parts:
    """Parts of a site document under construction."""

    nodes: list[dict[str, Any]] = field(default_factory=list)
    commodities: list[dict[str, Any]] = field(default_factory=list)
    devices: list[dict[str, Any]] = field(default_factory=list)
    stocks: list[dict[str, Any]] = field(default_factory=list)
    peaks: list[dict[str, Any]] = field(default_factory=list)
    commitments: list[dict[str, Any]] = field(default_factory=list)
    couplings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: Where devices of a commodity are placed.
    inner: dict[str, str | None] = field(default_factory=dict)
    #: Names of devices that a commitment may refer to, by the name of the group or device.
    root: dict[str, Any] = field(default_factory=dict)


def flag(context: dict[str, Any], name: str, path: str, *, default: bool) -> bool:
    """Return a field that is true or false."""
    value = context.get(name, default)
    if not isinstance(value, bool):
        raise DocumentError([(f"{path}.{name}", "should be true or false")])
    return value


def add_context(reader: Reader, context: dict[str, Any], parts: Parts, path: str) -> None:
    """Add the connection, prices and all else of one commodity's context to ``parts``."""
    known(context, _FIELDS, path)
    commodity = context.get("commodity", ELECTRICITY)
    prices = _prices(reader, context, path, commodity=commodity)
    soft = _soft_limits(reader, context, path, is_open=prices is not None)
    hard = None
    if "site-power-capacity" in context:
        hard = reader.steps(context["site-power-capacity"], POWER, f"{path}.site-power-capacity")
    if commodity == ELECTRICITY:
        if prices is None:
            raise DocumentError([(f"{path}.consumption-price", "Field required")])
        parts.root = {"prices": prices, "connection": soft}
        outer = None
    else:
        outer = commodity
        entry: dict[str, Any] = {"name": commodity, "prices": prices}
        if prices is not None or soft or hard is not None:
            entry["connection"] = soft
        parts.commodities.append(entry)
    parts.inner[commodity] = outer
    if hard is not None:
        # Physical and contractual limits stand at one point: the one inside the other.
        name = f"{commodity} connection"
        limits = {"import_limit_kw": hard, "export_limit_kw": hard}
        parts.nodes.append({"name": name, "parent": outer, **limits})
        parts.inner[commodity] = name
    _add_peaks(reader, context, parts, path, node=outer)
    _add_inflexible(reader, context, parts, path, commodity=commodity)


def _prices(
    reader: Reader, context: dict[str, Any], path: str, *, commodity: str
) -> dict[str, Any] | None:
    given = {
        direction: reader.steps(context[f"{direction}-price"], PRICE, f"{path}.{direction}-price")
        for direction in ("consumption", "production")
        if f"{direction}-price" in context
    }
    if not given:
        return None
    if "consumption" not in given:
        if commodity == ELECTRICITY:
            raise DocumentError([(f"{path}.consumption-price", "Field required")])
        given["consumption"] = (0.0,) * reader.grid.n_steps
    taken = given["consumption"]
    return {"import_per_kwh": taken, "export_per_kwh": given.get("production", taken)}


def _soft_limits(
    reader: Reader, context: dict[str, Any], path: str, *, is_open: bool
) -> dict[str, Any]:
    relaxed = flag(context, "relax-constraints", path, default=True)
    relaxed = flag(context, "relax-site-capacity-constraints", path, default=relaxed)
    limits: dict[str, Any] = {}
    for direction, ours in (("consumption", "import"), ("production", "export")):
        name, price_name = f"site-{direction}-capacity", f"site-{direction}-breach-price"
        limit = None
        if name in context:
            limit = reader.steps(context[name], POWER, f"{path}.{name}")
        elif not is_open and price_name in context:
            limit = (0.0,) * reader.grid.n_steps
        if limit is None:
            continue
        limits[f"{ours}_limit_kw"] = limit
        if price_name in context:
            price = reader.steps(context[price_name], POWER_PRICE, f"{path}.{price_name}")
        elif relaxed:
            price = (SITE_BREACH,) * reader.grid.n_steps
        else:
            continue
        limits |= breach_prices(ours, price)
    return limits


def breach_prices(direction: str, price_per_kw: Steps) -> dict[str, Any]:
    """Return the fields that price a breach twice: per step and hour, and the highest once."""
    return {
        f"{direction}_breach_price_per_kwh": price_per_kw,
        f"{direction}_breach_price_per_kw": max(price_per_kw),
    }


def _add_peaks(
    reader: Reader, context: dict[str, Any], parts: Parts, path: str, *, node: str | None
) -> None:
    for direction, ours in (("consumption", "import"), ("production", "export")):
        name = f"site-peak-{direction}"
        if f"{name}-price" not in context:
            continue
        price = quantity(context[f"{name}-price"], POWER_PRICE, f"{path}.{name}-price")
        sunk = 0.0
        if name in context:
            sunk = max(reader.steps(context[name], POWER, f"{path}.{name}"))
        if price > 0:
            parts.peaks.append(
                {
                    "name": f"{node or ELECTRICITY} {direction} peak",
                    "node": node,
                    "direction": ours,
                    "price_per_kw": price,
                    "incumbent_kw": sunk,
                }
            )


def _add_inflexible(
    reader: Reader, context: dict[str, Any], parts: Parts, path: str, *, commodity: str
) -> None:
    for name, sign in (("inflexible-consumption", 1.0), ("inflexible-production", -1.0)):
        given = context.get(name, [])
        for i, value in enumerate(given if isinstance(given, list) else [given]):
            power = reader.steps(value, POWER, f"{path}.{name}[{i}]")
            parts.devices.append(
                {
                    "kind": "load",
                    "name": f"{commodity} {name} {i}",
                    "node": parts.inner[commodity],
                    "power_kw": tuple(sign * kw for kw in power),
                }
            )


def add_commitments(
    reader: Reader, context: dict[str, Any], parts: Parts, path: str, names: set[str]
) -> None:
    """Add the commitments of a context; ``names`` are those of devices, for their scope."""
    for i, given in enumerate(context.get("commitments", [])):
        at = f"{path}.commitments[{i}]"
        fields = {"name", "baseline", "up-price", "down-price", "commodity", "sensors", "group"}
        known(given, fields | {"devices"}, at)
        n_steps = reader.grid.n_steps
        nothing = (0.0,) * n_steps
        baseline, up, down = nothing, nothing, nothing
        if "baseline" in given:
            baseline = reader.steps(given["baseline"], POWER, f"{at}.baseline")
        if "up-price" in given:
            up = reader.steps(given["up-price"], PRICE, f"{at}.up-price")
        if "down-price" in given:
            # Theirs is the price of a deviation that counts negative: it is earned.
            theirs = reader.steps(given["down-price"], PRICE, f"{at}.down-price")
            down = tuple(-price for price in theirs)
        if any(u < 0 and d < 0 for u, d in zip(up, down, strict=True)):
            raise DocumentError([(at, "deviating up and deviating down cannot both earn")])
        entry: dict[str, Any] = {
            "name": given.get("name", f"commitment {i}"),
            "baseline_kw": baseline,
            "up_cost_per_kwh": up,
            "down_cost_per_kwh": down,
        }
        scope = given.get("sensors", given.get("devices"))
        if scope is not None:
            entry["devices"] = tuple(_names(scope, f"{at}.sensors", names))
        elif "group" in given:
            entry["node"] = _names([given["group"]], f"{at}.group", None)[0]
        else:
            commodity = given.get("commodity", context.get("commodity", ELECTRICITY))
            entry["node"] = None if commodity == ELECTRICITY else commodity
        parts.commitments.append(entry)


def _names(given: Any, path: str, among: set[str] | None) -> list[str]:
    found = []
    for i, each in enumerate(given if isinstance(given, list) else [given]):
        name = each
        if isinstance(each, dict):
            name = next(iter(each.values()), None)
        if not isinstance(name, str) or (among is not None and name not in among):
            raise DocumentError([(f"{path}[{i}]", f"there is no device {name!r}")])
        found.append(name)
    return found
