"""Power of flex-models: capacities, hard or soft, and operation modes."""

from typing import Any, Final

from scheduling.flex.flexmeasures.breaches import soft_limit
from scheduling.flex.flexmeasures.context import DEVICE_BREACH, breach_price, capacity, flag
from scheduling.flex.flexmeasures.parts import UNLIMITED_KW, Parts
from scheduling.flex.flexmeasures.reading import Reader, Steps, known, objects
from scheduling.flex.flexmeasures.units import POWER, quantity
from scheduling.flex.parsing import DocumentError

_DIRECTIONS: Final = (("consumption", "import"), ("production", "export"))


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
        for direction, _ in _DIRECTIONS
        if (field := f"{direction}-capacity") in model
    }
    most = _capacity(reader, model, context, directional, path)
    found: dict[str, Any] = {}
    soft: dict[str, Any] = {}
    for direction, ours in _DIRECTIONS:
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
    of_site = None
    if "site-power-capacity" in context:
        at = "$.flex_context.site-power-capacity"
        of_site = capacity(reader, context["site-power-capacity"], at)
    own = _own_capacity(reader, model, directional, path)
    if own is None or of_site is None:
        only = own or of_site
        if only is None:
            words = "Field required: no capacity is given"
            raise DocumentError([(f"{path}.power-capacity", words)])
        return only
    # Where nothing is said, the site's connection is what is left to limit the device.
    pairs = zip(own, of_site, strict=True)
    return tuple(site if mine >= UNLIMITED_KW else mine for mine, site in pairs)


def _own_capacity(
    reader: Reader, model: dict[str, Any], directional: dict[str, Steps], path: str
) -> Steps | None:
    """Return what a device can do in both directions, as far as its fields say."""
    if "power-capacity" in model:
        return capacity(reader, model["power-capacity"], f"{path}.power-capacity")
    known = [*directional.values()]
    if not any(map(any, known)):
        return None if len(known) < len(_DIRECTIONS) else known[0]
    if len(known) == 1:
        # One alone closes the other: where it is silent, both are.
        known.append((0.0,) * reader.grid.n_steps)
    return tuple(_highest(step) for step in zip(*known, strict=True))


def _highest(capacities: tuple[float, ...]) -> float:
    return max((each for each in capacities if each < UNLIMITED_KW), default=UNLIMITED_KW)


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
