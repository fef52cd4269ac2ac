"""Stocks of flex-models: bounds, losses, flows past devices, and goals."""

from typing import Any, Final

import numpy as np

from scheduling.flex.flexmeasures.goals import goals_of
from scheduling.flex.flexmeasures.levels import Energy, Reach
from scheduling.flex.flexmeasures.objects import known, name_of
from scheduling.flex.flexmeasures.parts import Parts
from scheduling.flex.flexmeasures.reading import Reader, Steps
from scheduling.flex.flexmeasures.units import ENERGY, POWER, SHARE, is_moment
from scheduling.flex.parsing import DocumentError

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
    reader: Reader,
    given: dict[str, Any],
    context: dict[str, Any],
    parts: Parts,
    path: str,
    *,
    reach: Reach | None,
) -> None:
    """Add a stock that several devices share; ``reach`` as in ``holding_of``."""
    known(given, {"name", "flex_model"}, path)
    model = given.get("flex_model", {})
    known(model, STOCK_FIELDS | {"sensor", "asset"}, f"{path}.flex_model")
    holding = holding_of(reader, model, context, f"{path}.flex_model", reach=reach)
    parts.add("stocks", f"{path}.flex_model", {"name": name_of(given, path), **holding})


def holding_of(
    reader: Reader,
    model: dict[str, Any],
    context: dict[str, Any],
    path: str,
    *,
    reach: Reach | None = None,
) -> dict[str, Any]:
    """Return the fields of a stock that ``model`` states.

    Raises:
        DocumentError: a field is wrong, or its bounds contradict each other.
    """
    bare = model.get("soc-unit")
    if bare not in (None, "kWh", "MWh"):
        raise DocumentError([(f"{path}.soc-unit", "should be kWh or MWh")])
    most = None
    if "soc-max" in model:
        most = Energy(bare).read(model["soc-max"], f"{path}.soc-max")
    energy = Energy(bare, most)
    least = None
    if "soc-min" in model:
        least = energy.read(model["soc-min"], f"{path}.soc-min")
    goals = goals_of(reader, model, context, energy, path, least=least, reach=reach)
    start = _at_start(reader, model, energy, path)
    _check_bounds(path, least, most, start)
    if most is not None and start > most:
        # It has until the end of the first step to come down.
        first = reader.grid.start + reader.grid.step
        point = {"stock_kwh": most, "start": first, "end": reader.grid.end}
        goals.append({"kind": "max", "points": (point,)})
        most = start
    found: dict[str, Any] = {
        "stock_at_start_kwh": start,
        "stock_min_kwh": least,
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


def _check_bounds(path: str, least: float | None, most: float | None, start: float) -> None:
    if start < 0:
        raise DocumentError([(f"{path}.soc-at-start", f"{start:g} kWh: should be at least 0")])
    if least is not None and least < 0:
        raise DocumentError([(f"{path}.soc-min", f"{least:g} kWh: should be at least 0")])
    if most is None:
        return
    if most < 0:
        raise DocumentError([(f"{path}.soc-max", f"{most:g} kWh: should be at least 0")])
    if least is not None and least > most:
        words = f"{least:g} kWh is above soc-max, {most:g} kWh"
        raise DocumentError([(f"{path}.soc-min", words)])


def _at_start(reader: Reader, model: dict[str, Any], energy: Energy, path: str) -> float:
    """Return the stock at the start: as given, else the last that its series knows by then."""
    if model.get("soc-at-start") is not None:
        return energy.read(model["soc-at-start"], f"{path}.soc-at-start")
    known_as = model.get("state-of-charge")
    if not isinstance(known_as, dict) or "series" not in known_as:
        return 0.0
    at = f"{path}.state-of-charge"
    series = reader.named(known_as, at)
    if is_moment(series["resolution"]) and len(series["values"]) == 1:
        # Of one moment; for how long does not matter.
        reader = Reader(reader.grid, {known_as["series"]: {**series, "resolution": "PT1H"}})
    is_share = series["unit"] == "%"
    start, step, values = reader.raw(known_as, SHARE if is_share else ENERGY, at)
    by_then = values[: max(int((reader.grid.start - start) // step) + 1, 0)]
    by_then = by_then[~np.isnan(by_then)]
    if not by_then.size:
        return 0.0
    level = float(by_then[-1])
    return level if not is_share else energy.read(f"{100 * level}%", at)


def _flow(reader: Reader, model: dict[str, Any], field: str, path: str) -> Steps:
    """Return what all parts of a gain or a usage add up to; segments are silent at zero."""
    given = model.get(field, [])
    whole = given if isinstance(given, list) else [given]
    segments = [part for part in whole if isinstance(part, dict) and "value" in part]
    others = [part for part in whole if part not in segments]
    at = f"{path}.{field}"
    total = list(reader.steps(segments, POWER, at, default=0.0, overlap="sum"))
    for i, part in enumerate(others):
        silent = 0.0 if isinstance(part, list) else None
        power = reader.steps(part, POWER, f"{at}[{i}]", default=silent)
        total = [one + other for one, other in zip(total, power, strict=True)]
    return tuple(total)
