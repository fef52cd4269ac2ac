"""Power of flex-models: capacities, hard or soft, and operation modes."""

from typing import Any

from scheduling.flex.flexmeasures.breaches import soft_limit
from scheduling.flex.flexmeasures.context import DEVICE_BREACH, breach_price, capacity, flag
from scheduling.flex.flexmeasures.parts import UNLIMITED_KW, Parts
from scheduling.flex.flexmeasures.reading import Reader, Steps, known, objects
from scheduling.flex.flexmeasures.units import POWER, quantity
from scheduling.flex.parsing import DocumentError


def power_limits(
    reader: Reader,
    model: dict[str, Any],
    context: dict[str, Any],
    parts: Parts,
    path: str,
    *,
    node: str,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a device's hard limits, and its soft ones as those of ``node``."""
    directional = {
        direction: capacity(reader, model[field], f"{path}.{field}")
        for direction in ("consumption", "production")
        if (field := f"{direction}-capacity") in model
    }
    most = _capacity(reader, model, context, directional, path)
    found: dict[str, Any] = {}
    soft: dict[str, Any] = {}
    for direction, ours in (("consumption", "import"), ("production", "export")):
        limit = directional.get(direction)
        if limit is None:
            # A capacity of one direction that is not zero closes the other.
            is_closed = any(map(any, directional.values()))
            limit = (0.0,) * reader.grid.n_steps if is_closed else most
        else:
            price = _device_breach(reader, context, direction)
            if price is not None and any(limit):
                below = tuple(min(pair) for pair in zip(limit, most, strict=True))
                soft |= soft_limit(
                    reader, parts, path, node=node, direction=ours, limit=below, price_per_kw=price
                )
                limit = most
        hard = tuple(min(one, other) for one, other in zip(limit, most, strict=True))
        if max(hard) >= UNLIMITED_KW:
            words = f"needs power-capacity: {direction}-capacity is silent in some step"
            raise DocumentError([(path, words)])
        found["charge_limit_kw" if ours == "import" else "discharge_limit_kw"] = hard
    return found, soft


def _capacity(
    reader: Reader,
    model: dict[str, Any],
    context: dict[str, Any],
    directional: dict[str, Steps],
    path: str,
) -> Steps:
    if "power-capacity" in model:
        return capacity(reader, model["power-capacity"], f"{path}.power-capacity")
    of_site = None
    if "site-power-capacity" in context:
        at = "$.flex_context.site-power-capacity"
        of_site = capacity(reader, context["site-power-capacity"], at)
    if directional:
        # Where they are silent the site's connection is what is left to limit the device.
        highest = tuple(max(step) for step in zip(*directional.values(), strict=True))
        silent = max(highest) >= UNLIMITED_KW
        closes_one = len(directional) == 1 and not any(highest)
        if of_site is not None and closes_one:
            return of_site
        if not silent or of_site is None:
            return highest
        return tuple(min(one, other) for one, other in zip(highest, of_site, strict=True))
    if of_site is not None:
        return of_site
    raise DocumentError([(f"{path}.power-capacity", "Field required: no capacity is given")])


def _device_breach(reader: Reader, context: dict[str, Any], direction: str) -> Steps | None:
    price = breach_price(reader, context, f"{direction}-breach-price", "$.flex_context")
    relaxed = flag(context, "relax-capacity-constraints", "$.flex_context", default=False)
    if price is None and relaxed:
        return (DEVICE_BREACH,) * reader.grid.n_steps
    return price


def bands_of(model: dict[str, Any], path: str) -> tuple[dict[str, float], ...]:
    """Return the operation modes of a device as bands of its power."""
    bands = []
    for at, mode in objects(model.get("operation-modes"), f"{path}.operation-modes"):
        known(mode, {"consumption-range", "production-range"}, at)
        drawn = _range(mode.get("consumption-range"), f"{at}.consumption-range")
        given = _range(mode.get("production-range"), f"{at}.production-range")
        bounds = [*(drawn or ()), *(-bound for bound in given or ())]
        if not bounds:
            raise DocumentError([(at, "needs consumption-range or production-range")])
        bands.append({"low_kw": min(bounds), "high_kw": max(bounds)})
    return tuple(bands)


def _range(given: Any, path: str) -> tuple[float, float] | None:
    if given is None:
        return None
    values = list(given.values()) if isinstance(given, dict) else given
    if not isinstance(values, list) or len(values) != 2:
        raise DocumentError([(path, "should be two powers, the least and the most")])
    least, most = (quantity(value, POWER, path) for value in values)
    if least > most:
        raise DocumentError([(path, f"the least, {least:g} kW, is above the most, {most:g} kW")])
    return least, most
