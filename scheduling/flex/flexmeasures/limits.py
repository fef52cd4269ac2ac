"""Power of flex-models: capacities, hard or soft, and operation modes."""

from typing import Any

from scheduling.flex.flexmeasures.context import DEVICE_BREACH, breach_prices, flag
from scheduling.flex.flexmeasures.reading import Reader, Steps, known
from scheduling.flex.flexmeasures.units import POWER, POWER_PRICE, quantity
from scheduling.flex.parsing import DocumentError


def power_limits(
    reader: Reader, model: dict[str, Any], context: dict[str, Any], path: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a device's hard limits, and its soft ones as those of a node."""
    directional = {
        direction: reader.steps(model[field], POWER, f"{path}.{field}")
        for direction in ("consumption", "production")
        if (field := f"{direction}-capacity") in model
    }
    capacity = _capacity(reader, model, context, directional, path)
    found: dict[str, Any] = {}
    soft: dict[str, Any] = {}
    for direction, ours in (("consumption", "import"), ("production", "export")):
        limit = directional.get(direction)
        if limit is None:
            # One capacity alone closes the other direction, unless there is one for both.
            is_closed = bool(directional) and "power-capacity" not in model
            limit = (0.0,) * reader.grid.n_steps if is_closed else capacity
        else:
            price = _device_breach(reader, context, direction)
            if price is not None and any(limit):
                soft[f"{ours}_limit_kw"] = limit
                soft |= breach_prices(ours, price)
                limit = capacity
        hard = tuple(min(one, other) for one, other in zip(limit, capacity, strict=True))
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
        return reader.steps(model["power-capacity"], POWER, f"{path}.power-capacity")
    if directional:
        return tuple(max(step) for step in zip(*directional.values(), strict=True))
    if "site-power-capacity" in context:
        return reader.steps(context["site-power-capacity"], POWER, "$.flex_context")
    raise DocumentError([(f"{path}.power-capacity", "Field required: no capacity is given")])


def _device_breach(reader: Reader, context: dict[str, Any], direction: str) -> Steps | None:
    field = f"{direction}-breach-price"
    if field in context:
        return reader.steps(context[field], POWER_PRICE, f"$.flex_context.{field}")
    if flag(context, "relax-capacity-constraints", "$.flex_context", default=False):
        return (DEVICE_BREACH,) * reader.grid.n_steps
    return None


def bands_of(model: dict[str, Any], path: str) -> tuple[dict[str, float], ...]:
    """Return the operation modes of a device as bands of its power."""
    bands = []
    for i, mode in enumerate(model.get("operation-modes", [])):
        at = f"{path}.operation-modes[{i}]"
        known(mode, {"consumption-range", "production-range"}, at)
        drawn = _range(mode.get("consumption-range"), f"{at}.consumption-range")
        given = _range(mode.get("production-range"), f"{at}.production-range")
        bounds = [*(drawn or ()), *(-bound for bound in given or ())]
        if not bounds:
            raise DocumentError([(at, "needs consumption-range or production-range")])
        bands.append({"low_kw": min(bounds), "high_kw": max(bounds)})
    return tuple(bands)


def _range(given: Any, path: str) -> tuple[float, ...] | None:
    if given is None:
        return None
    values = list(given.values()) if isinstance(given, dict) else given
    if not isinstance(values, list) or len(values) != 2:
        raise DocumentError([(path, "should be two powers, the least and the most")])
    return tuple(quantity(value, POWER, path) for value in values)
