"""Levels of a stock over time: minima, maxima and targets, as goals."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np

from scheduling.flex.flexmeasures.context import STOCK_BREACH, flag
from scheduling.flex.flexmeasures.reading import Reader, known
from scheduling.flex.flexmeasures.units import ENERGY, PRICE, SHARE, quantity
from scheduling.flex.parsing import DocumentError

_KINDS: Final = {"soc-minima": ("min",), "soc-maxima": ("max",), "soc-targets": ("min", "max")}
_SIDES: Final = {"min": "minima", "max": "maxima"}


@dataclass(frozen=True, slots=True)
class Energy:
    """Reads energies of one stock: ``bare`` is the unit of plain numbers, ``most`` is 100 %."""

    bare: str | None
    most: float | None = None

    def read(self, value: Any, path: str) -> float:
        """Return ``value`` in kWh.

        Raises:
            DocumentError: it is no energy.
        """
        if isinstance(value, str) and value.strip().endswith("%"):
            if self.most is None:
                raise DocumentError([(path, "a share of the stock needs soc-max")])
            return quantity(value, SHARE, path) * self.most
        return quantity(value, ENERGY, path, bare=self.bare)


def goals_of(
    reader: Reader, model: dict[str, Any], context: dict[str, Any], energy: Energy, path: str
) -> list[dict[str, Any]]:
    """Return the goals of a stock: hard, or missed at the prices of the context.

    A target is a minimum and a maximum, each missed at its own price.
    """
    at = "$.flex_context"
    relaxed = flag(context, "relax-constraints", at, default=True)
    relaxed = flag(context, "relax-soc-constraints", at, default=relaxed)
    given = {
        side: quantity(context[field], PRICE, f"{at}.{field}")
        for side in _SIDES.values()
        if (field := f"soc-{side}-breach-price") in context
    }
    goals = []
    for field, kinds in _KINDS.items():
        if field not in model:
            continue
        points, on_ticks = _points(reader, model[field], energy, f"{path}.{field}", field=field)
        # Between two ticks a level may be out of reach by no one's fault: never hard there.
        prices = dict(given)
        if relaxed or not on_ticks:
            prices = {side: given.get(side, STOCK_BREACH) for side in _SIDES.values()}
        if field == "soc-targets" and len(prices) < 2:
            prices = {}
        for kind in kinds:
            price = prices.get(_SIDES[kind])
            goals.append(
                {
                    "kind": kind,
                    "points": points,
                    "miss_price_per_kwh": price,
                    "miss_price_per_kwh_hour": price,
                }
            )
    return goals


def _points(
    reader: Reader, value: Any, energy: Energy, path: str, *, field: str
) -> tuple[tuple[dict[str, Any], ...], bool]:
    """Return the points that ``value`` states, and whether all lie on ticks."""
    if isinstance(value, dict) and "series" in value:
        return _series_points(reader, value, energy, path, field=field), True
    if not isinstance(value, (list, dict)):
        whole = {"start": reader.grid.start, "end": reader.grid.end}
        return ({"stock_kwh": energy.read(value, path), **whole},), True
    points, on_ticks = [], True
    for i, each in enumerate(value if isinstance(value, list) else [value]):
        at = f"{path}[{i}]"
        known(each, {"datetime", "start", "end", "duration", "value"}, at)
        level = energy.read(each.get("value"), f"{at}.value")
        start, end = reader.span(each, at)
        if "datetime" in each:
            end = start
        on_ticks &= _is_tick(reader, start) and _is_tick(reader, end)
        if field == "soc-targets" and start == end:
            start = end = _next_tick(reader, start)
        points.append({"stock_kwh": level, "start": start, "end": end})
    return tuple(points), on_ticks


def _series_points(
    reader: Reader, value: dict[str, Any], energy: Energy, path: str, *, field: str
) -> tuple[dict[str, Any], ...]:
    """Return a point for each value of a series that is known and touches the window.

    What holds over a step binds at both of its ends; an exact level can hold but at one.
    """
    unit = SHARE if reader.named(value, path)["unit"] == "%" else ENERGY
    start, step, levels = reader.raw(value, unit, path)
    if unit is SHARE:
        if energy.most is None:
            raise DocumentError([(path, "a share of the stock needs soc-max")])
        levels = levels * energy.most
    points = []
    for i in np.flatnonzero(~np.isnan(levels)).tolist():
        first, last = start + i * step, start + (i + 1) * step
        if last > reader.grid.start and first < reader.grid.end:
            begin = last if field == "soc-targets" else first
            points.append({"stock_kwh": float(levels[i]), "start": begin, "end": last})
    if not points:
        raise DocumentError([(path, "the series says nothing about the window")])
    return tuple(points)


def _is_tick(reader: Reader, time: datetime) -> bool:
    return not (time - reader.grid.start) % reader.grid.step


def _next_tick(reader: Reader, time: datetime) -> datetime:
    behind = (time - reader.grid.start) % reader.grid.step
    return time + (reader.grid.step - behind) if behind else time
