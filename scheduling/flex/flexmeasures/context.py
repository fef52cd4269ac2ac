"""The flex-context: prices, capacities and peaks of each commodity's connection."""

from typing import Any, Final

from scheduling.flex.flexmeasures.breaches import (
    SITE_BREACH,
    add_peak,
    breach_price,
    soft_limit,
)
from scheduling.flex.flexmeasures.commodities import commodity_of, flag
from scheduling.flex.flexmeasures.parts import ELECTRICITY, UNLIMITED_KW, Parts
from scheduling.flex.flexmeasures.reading import Overlap, Reader, Steps, runs_of
from scheduling.flex.flexmeasures.units import POWER, PRICE
from scheduling.flex.parsing import DocumentError

#: Fields of which one alone, in a list of commodities, says that there is a connection.
_CONNECTED: Final = {
    "production-price",
    "site-power-capacity",
    "site-consumption-capacity",
    "site-production-capacity",
}
_DIRECTIONS: Final = (("consumption", "import"), ("production", "export"))


def add_context(reader: Reader, context: dict[str, Any], parts: Parts, path: str) -> None:
    """Add the connection, prices and all else of one commodity's context to ``parts``."""
    commodity = commodity_of(context, path)
    outer = None if commodity == ELECTRICITY else commodity
    prices = _prices(reader, context, path, commodity=commodity)
    soft = _soft_limits(reader, context, parts, path, node=outer)
    hard = None
    if "site-power-capacity" in context:
        at = f"{path}.site-power-capacity"
        hard = capacity(reader, context["site-power-capacity"], at)
    if commodity == ELECTRICITY:
        parts.root = {"prices": prices, "connection": soft}
    else:
        parts.add("commodities", path, {"name": commodity, "prices": prices, "connection": soft})
    parts.inner[commodity] = outer
    if hard is not None:
        # Physical and contractual limits stand at one point: the one inside the other.
        name = f"{commodity} connection"
        limits = {"import_limit_kw": hard, "export_limit_kw": hard}
        parts.add("nodes", path, {"name": name, "parent": outer, **limits})
        parts.inner[commodity] = name
    _add_peaks(reader, context, parts, path, node=outer)
    _add_inflexible(reader, context, parts, path, commodity=commodity)


def capacity(reader: Reader, value: Any, path: str, *, overlap: Overlap = "least") -> Steps:
    """Return a limit of power per step: no limit where it is silent.

    ``overlap``: which segment counts where several do.

    Raises:
        DocumentError: it is below zero.
    """
    found = reader.steps(value, POWER, path, default=UNLIMITED_KW, overlap=overlap)
    if min(found) < 0:
        raise DocumentError([(path, f"{min(found):g} kW: a capacity should be at least 0")])
    return found


def _prices(
    reader: Reader, context: dict[str, Any], path: str, *, commodity: str
) -> dict[str, Any] | None:
    given = {
        direction: reader.steps(context[f"{direction}-price"], PRICE, f"{path}.{direction}-price")
        for direction, _ in _DIRECTIONS
        if f"{direction}-price" in context
    }
    nothing = (0.0,) * reader.grid.n_steps
    if commodity == ELECTRICITY and "consumption" not in given:
        if not (_is_listed(path) and _CONNECTED & set(context)):
            raise DocumentError([(f"{path}.consumption-price", "Field required")])
        given.setdefault("consumption", nothing)
    if not given:
        return None
    taken = given.get("consumption", nothing)
    # In a list of commodities a capacity opens its direction, and its price is then nothing.
    is_open = _is_listed(path) and "site-production-capacity" in context
    earned = given.get("production", nothing if is_open else taken)
    return {"import_per_kwh": taken, "export_per_kwh": earned}


def _is_listed(path: str) -> bool:
    """Whether a context is an entry of a list of commodities, with the defaults of those."""
    return path.endswith("]")


def _soft_limits(
    reader: Reader, context: dict[str, Any], parts: Parts, path: str, *, node: str | None
) -> dict[str, Any] | None:
    """Return the limits of the connection of ``node``; None where nothing is said of one.

    In a list of commodities a price or a capacity opens its direction, and one of which nothing
    is said is closed; a capacity for both directions alone leaves both open up to it. A capacity
    that is said there is hard, unless it has a price. Above the list, electricity is open in both.
    """
    relaxed = flag(context, "relax-constraints", path, default=True)
    relaxed = flag(context, "relax-site-capacity-constraints", path, default=relaxed)
    limits: dict[str, Any] = {}
    said_of = {
        direction: {f"{direction}-price", f"site-{direction}-capacity"} & set(context)
        for direction, _ in _DIRECTIONS
    }
    if not any(said_of.values()) and "site-power-capacity" not in context:
        return None
    for direction, ours in _DIRECTIONS:
        name = f"site-{direction}-capacity"
        price = breach_price(reader, context, f"site-{direction}-breach-price", path)
        if name in context:
            limit = capacity(reader, context[name], f"{path}.{name}")
        elif _is_listed(path) and any(said_of.values()) and not said_of[direction]:
            limit = (0.0,) * reader.grid.n_steps
        else:
            continue
        if price is None and relaxed and not (name in context and _is_listed(path)):
            price = (SITE_BREACH,) * reader.grid.n_steps
        if price is None:
            limits[f"{ours}_limit_kw"] = limit
        else:
            limits |= soft_limit(
                reader, parts, path, node=node, direction=ours, limit=limit, price_per_kw=price
            )
    return limits


def _add_peaks(
    reader: Reader, context: dict[str, Any], parts: Parts, path: str, *, node: str | None
) -> None:
    for direction, ours in _DIRECTIONS:
        name = f"site-peak-{direction}"
        price = breach_price(reader, context, f"{name}-price", path)
        if price is None:
            continue
        sunk = (0.0,) * reader.grid.n_steps
        if name in context:
            sunk = reader.extended(context[name], POWER, f"{path}.{name}", default=UNLIMITED_KW)
        for steps in runs_of(price, sunk):
            add_peak(
                reader,
                parts,
                path,
                node=node,
                direction=ours,
                price=price[steps[0]],
                above_kw=max(sunk[steps[0]], 0.0),
                steps=steps,
            )


def _add_inflexible(
    reader: Reader, context: dict[str, Any], parts: Parts, path: str, *, commodity: str
) -> None:
    # Sensors of the older field count what is produced as positive, as they are stored there.
    signs = {
        "inflexible-consumption": 1.0,
        "inflexible-production": -1.0,
        "inflexible-device-sensors": -1.0,
    }
    older = "inflexible-device-sensors"
    both = [name for name in signs if name in context and name != older]
    if older in context and both:
        raise DocumentError([(f"{path}.{older}", f"give either this or {' and '.join(both)}")])
    counted: set[str] = set()
    for name, sign in signs.items():
        given = context.get(name, [])
        for i, value in enumerate(given if isinstance(given, list) else [given]):
            series = value.get("series") if isinstance(value, dict) else None
            if isinstance(series, str) and series in counted:
                words = f"the series {series!r} is counted already"
                raise DocumentError([(f"{path}.{name}[{i}]", words)])
            counted.add(str(series))
            power = reader.steps(value, POWER, f"{path}.{name}[{i}]")
            load = {
                "kind": "load",
                "name": f"{commodity} {name} {i}",
                "node": parts.inner[commodity],
                "power_kw": tuple(sign * kw for kw in power),
            }
            parts.add("devices", f"{path}.{name}[{i}]", load)
