"""Power of flex-models: capacities, hard or soft, and operation modes."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scheduling.flex.flexmeasures.breaches import DEVICE_BREACH, breach_price, soft_limit
from scheduling.flex.flexmeasures.commodities import flag
from scheduling.flex.flexmeasures.context import capacity
from scheduling.flex.flexmeasures.objects import known, objects
from scheduling.flex.flexmeasures.parts import UNLIMITED_KW, Parts
from scheduling.flex.flexmeasures.reading import Reader, Steps
from scheduling.flex.flexmeasures.units import POWER, quantity
from scheduling.flex.parsing import DocumentError

Array = NDArray[np.float64]

_DIRECTIONS: Final = (("consumption", "import"), ("production", "export"))
#: What FlexMeasures lets any device draw and give where nothing limits it [kW].
_AT_LEAST_KW: Final = 1_000.0
_LIMITS: Final = {"consumption": "charge_limit_kw", "production": "discharge_limit_kw"}


def power_limits(
    reader: Reader,
    model: dict[str, Any],
    context: dict[str, Any],
    parts: Parts,
    path: str,
    *,
    node: str,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a device's hard limits, and its soft ones as those of ``node``.

    ``UNLIMITED_KW`` in steps of which the device says nothing.
    """
    directional = {
        direction: capacity(reader, model[field], f"{path}.{field}")
        for direction, _ in _DIRECTIONS
        if (field := f"{direction}-capacity") in model
    }
    most = _own_capacity(reader, model, path) or _of_site(reader, context)
    if most is None:
        raise DocumentError([(f"{path}.power-capacity", "Field required: no capacity is given")])
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
        found[_LIMITS[direction]] = hard
    return found, soft


def limits_where_silent(reader: Reader, device: dict[str, Any]) -> dict[str, Any]:
    """Return the limits of ``device``; where they are silent, what its own stock can take.

    To be filled and emptied twice in a step, beside what flows past the device, is more than any
    plan needs, whatever is lost. ``UNLIMITED_KW`` where there is no such stock.
    """
    found = {}
    for direction, name in _LIMITS.items():
        limit = np.array(device[name])
        is_bounded = device.get("stock_max_kwh") is not None and device["stock_min_kwh"] is not None
        if is_bounded and (limit >= UNLIMITED_KW).any():
            limit = np.where(limit < UNLIMITED_KW, limit, _of_stock(reader, device, direction))
        found[name] = tuple(limit.tolist())
    return found


def limit_the_rest(parts: Parts) -> None:
    """Limit devices in steps in which nothing else does, as FlexMeasures 1.0.1 does.

    By 1 MW, or by the most that any device is said to draw or give if that is more
    (``Md`` of its ``scheduling_problem.py``).
    """
    devices = parts.lists.get("devices", [])
    powers = (
        abs(power)
        for device in devices
        for name in (*_LIMITS.values(), "power_kw")
        for power in device.get(name, ())
    )
    most = max((power for power in powers if power < UNLIMITED_KW), default=0.0)
    most = max(most, _AT_LEAST_KW)
    for device in devices:
        for name in _LIMITS.values() & device.keys():
            device[name] = tuple(min(limit, most) for limit in device[name])


def _of_stock(reader: Reader, device: dict[str, Any], direction: str) -> Array:
    level = max(device["stock_max_kwh"], device["stock_at_start_kwh"]) - device["stock_min_kwh"]
    passing = np.abs(device["gain_kw"]) + np.abs(device["usage_kw"])
    change = 2 * level / reader.grid.step_hours + passing
    if direction == "consumption":
        return np.asarray(change / np.array(device.get("charge_efficiency", 1.0)))
    return np.asarray(change * np.array(device.get("discharge_efficiency", 1.0)))


def _of_site(reader: Reader, context: dict[str, Any]) -> Steps | None:
    if "site-power-capacity" not in context:
        return None
    return capacity(reader, context["site-power-capacity"], "$.flex_context.site-power-capacity")


def _own_capacity(reader: Reader, model: dict[str, Any], path: str) -> Steps | None:
    """Return what a device can do in both directions, as far as its fields say.

    Where ``power-capacity`` is silent that is the most that its directions say anywhere, also of
    segments that overlap: what is relaxed may go as far.
    """
    if "power-capacity" in model:
        return capacity(reader, model["power-capacity"], f"{path}.power-capacity")
    fields = [f"{each}-capacity" for each, _ in _DIRECTIONS if f"{each}-capacity" in model]
    known = [capacity(reader, model[each], f"{path}.{each}", overlap="most") for each in fields]
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
    # Who prices one direction leaves the other hard.
    is_priced = any(f"{each}-breach-price" in context for each, _ in _DIRECTIONS)
    if relaxed and not is_priced:
        return (DEVICE_BREACH,) * reader.grid.n_steps
    return price


def bands_of(model: dict[str, Any], path: str) -> tuple[dict[str, float], ...]:
    """Return the operation modes of a device as bands of its power."""
    bands = []
    for at, mode in objects(model.get("operation-modes"), f"{path}.operation-modes"):
        known(mode, {"consumption-range", "production-range"}, at)
        drawn = _range(mode.get("consumption-range"), f"{at}.consumption-range")
        given = _range(mode.get("production-range"), f"{at}.production-range")
        if drawn and given and (drawn[0] or given[0]):
            words = "where a mode has both ranges, both should start at 0: together they are one"
            raise DocumentError([(at, words)])
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
    least, most = (quantity(value, POWER, path, bare="MW") for value in values)
    if least < 0:
        other = "the other direction has a range of its own"
        raise DocumentError([(path, f"{least:g} kW: should be at least 0; {other}")])
    if least > most:
        raise DocumentError([(path, f"the least, {least:g} kW, is above the most, {most:g} kW")])
    return least, most
