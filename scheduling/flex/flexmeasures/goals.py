"""Minima, maxima and targets of a stock as goals."""

from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.flex.flexmeasures.breaches import STOCK_BREACH, stock_price
from scheduling.flex.flexmeasures.commodities import flag
from scheduling.flex.flexmeasures.levels import Energy, Levels, Reach
from scheduling.flex.flexmeasures.objects import known
from scheduling.flex.flexmeasures.reading import Reader, Steps, runs_of
from scheduling.flex.flexmeasures.units import ENERGY, SHARE
from scheduling.flex.parsing import DocumentError

Array = NDArray[np.float64]

_FIELDS: Final = ("soc-minima", "soc-maxima", "soc-targets")
_SIDES: Final = {"min": "minima", "max": "maxima"}


def goals_of(
    reader: Reader,
    model: dict[str, Any],
    context: dict[str, Any],
    energy: Energy,
    path: str,
    *,
    least: float | None,
    reach: Reach | None,
) -> list[dict[str, Any]]:
    """Return the goals of a stock: hard, or missed at the prices of the context.

    A target is a minimum and a maximum, each missed at its own price.
    """
    sides = {kind: model.get(f"soc-{side}") for kind, side in _SIDES.items()}
    settled = frozenset(kind for kind, value in sides.items() if not _is_points(value))
    levels = Levels(reader, reach, least, energy.most, settled)
    for name in _FIELDS:
        if name in model:
            _read(levels, model[name], energy, f"{path}.{name}", field=name)
    prices = _prices(reader, context, is_soft=not levels.on_ticks)
    goals = []
    for kind in _SIDES:
        goals += _goals(reader, kind, getattr(levels, kind), prices.get(kind))
        both = len(prices) == len(_SIDES)
        target = prices.get(kind) if both else None
        goals += _goals(reader, kind, levels.target, target, *prices.values())
    return goals


def _prices(reader: Reader, context: dict[str, Any], *, is_soft: bool) -> dict[str, Steps]:
    """Return what missing a kWh costs at each tick, by side; none of a side that is hard.

    Between two ticks a level may be out of reach by no one's fault: it is hard there only when
    it is said so of stocks.
    """
    at = "$.flex_context"
    is_soft = is_soft and context.get("relax-soc-constraints") is not False
    relaxed = flag(context, "relax-constraints", at, default=True)
    relaxed = flag(context, "relax-soc-constraints", at, default=relaxed)
    given = {
        kind: stock_price(reader, context, name, at)
        for kind, side in _SIDES.items()
        if (name := f"soc-{side}-breach-price") in context
    }
    if relaxed or is_soft:
        usual = (STOCK_BREACH,) * reader.grid.n_steps
        return {kind: given.get(kind, usual) for kind in _SIDES}
    return given


def _goals(
    reader: Reader, kind: str, level: Array, prices: Steps | None, *beside: Steps
) -> list[dict[str, Any]]:
    """Return goals that ask for ``level``, missed at ``prices`` as FlexMeasures counts it.

    It prices the most that is missed of each stretch of one level and price (none ``beside``
    changes either), and what is missed at each tick, both in kWh per length of a step: shorter
    steps make misses dearer.
    """
    grid = reader.grid
    stretches = runs_of(level) if prices is None else runs_of(level, prices, *beside)
    hard: list[dict[str, Any]] = []
    single: dict[float, list[dict[str, Any]]] = {}
    goals: list[dict[str, Any]] = []
    for a, b in stretches:
        if np.isnan(level[a]):
            continue
        first, last = (grid.start + tick * grid.step for tick in (a + 1, b))
        point = {"stock_kwh": float(level[a]), "start": first, "end": last}
        if prices is None:
            hard.append(point)
            continue
        of_most = of_each = prices[a] / grid.step_hours
        if b - a == 1:
            single.setdefault(of_each + of_most / grid.step_hours, []).append(point)
        else:
            missed = {"miss_price_per_kwh": of_most, "miss_price_per_kwh_hour": of_each}
            goals.append({"kind": kind, "points": (point,), **missed})
    if hard:
        goals.append({"kind": kind, "points": tuple(hard)})
    each = "miss_price_per_kwh_hour"
    return [{"kind": kind, "points": tuple(p), each: price} for price, p in single.items()] + goals


def last_target(reader: Reader, model: Any, path: str) -> datetime | None:
    """Return when the last target of a flex-model counts, if it names any by their times."""
    given = model.get("soc-targets") if isinstance(model, dict) else None
    if isinstance(given, dict) and "series" not in given:
        given = [given]
    if not isinstance(given, list):
        return None
    ends = []
    for i, each in enumerate(given):
        start, end = reader.span(each, f"{path}.soc-targets[{i}]")
        ends.append(start if "datetime" in each else end)
    return max(ends, default=None)


def _read(levels: Levels, value: Any, energy: Energy, path: str, *, field: str) -> None:
    """Add what a field states to ``levels``.

    Raises:
        DocumentError: it is none of what a field may be, or says nothing about the window.
    """
    reader, kind = levels.reader, {"soc-minima": "min", "soc-maxima": "max"}.get(field, "target")
    if isinstance(value, dict) and "series" in value:
        _read_series(levels, value, energy, path, kind=kind)
        return
    if not isinstance(value, (list, dict)):
        levels.add(kind, energy.read(value, path), 1, reader.grid.n_steps)
        return
    for i, each in enumerate(value if isinstance(value, list) else [value]):
        at = f"{path}[{i}]"
        known(each, {"datetime", "start", "end", "duration", "value"}, at)
        level = energy.read(each.get("value"), f"{at}.value")
        if field == "soc-minima" and level < 0:
            raise DocumentError([(f"{at}.value", f"{level:g} kWh: should be at least 0")])
        start, end = reader.span(each, at)
        if "datetime" in each:
            end = start
        if end < reader.grid.start or start > reader.grid.end:
            raise DocumentError([(at, "is outside the window")])
        levels.on_ticks &= _is_tick(reader, start) and _is_tick(reader, end)
        if start == end and not _is_tick(reader, start):
            levels.add_between(kind, level, start)
        else:
            first, last = reader.ticks(start, end)
            levels.add(kind, level, first, last)


def _is_points(value: Any) -> bool:
    """Return whether a field is a list of times, or says nothing at all."""
    return (
        value is None
        or isinstance(value, list)
        or (isinstance(value, dict) and "series" not in value)
    )


def _read_series(
    levels: Levels, value: dict[str, Any], energy: Energy, path: str, *, kind: str
) -> None:
    """Add what a series says of each step from the first tick to a step after the window.

    It holds at both ends of the step; where two meet, the target of the step that begins.
    """
    reader, grid = levels.reader, levels.reader.grid
    unit = SHARE if reader.named(value, path)["unit"] == "%" else ENERGY
    start, step, known_levels = reader.raw(value, unit, path)
    if unit is SHARE:
        if energy.most is None:
            raise DocumentError([(path, "a share of the stock needs soc-max")])
        known_levels = known_levels * energy.most
    later = Reader(TimeGrid(grid.start + grid.step, grid.step, grid.n_steps), {})
    sampled = later.sampled(known_levels, start, step)
    ticks = (np.flatnonzero(~np.isnan(sampled)) + 1).tolist()
    for end in (0, 1):
        for tick in ticks:
            at = tick + end
            levels.add(kind, float(sampled[tick - 1]), at, min(at, grid.n_steps))
    if np.isnan(sampled).all():
        raise DocumentError([(path, "the series says nothing about the window")])


def _is_tick(reader: Reader, time: datetime) -> bool:
    return not (time - reader.grid.start) % reader.grid.step
