"""Flex-models of the process scheduler."""

from datetime import timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scheduling.flex.flexmeasures.objects import known, name_of, needed, objects
from scheduling.flex.flexmeasures.parts import Parts
from scheduling.flex.flexmeasures.reading import Reader
from scheduling.flex.flexmeasures.units import POWER, duration, quantity
from scheduling.flex.parsing import DocumentError

_FIELDS: Final = {
    "sensor",
    "power",
    "duration",
    "process-type",
    "time-restrictions",
    "optimization-direction",
    "optimization-sense",
}
_KINDS: Final = ("inflexible", "shiftable", "breakable")


def add_process(reader: Reader, given: dict[str, Any], parts: Parts, path: str) -> None:
    """Add a device of the process scheduler; it runs at most for the whole window."""
    known(given, {"name", "kind", "flex_model"}, path)
    model, at = given.get("flex_model", {}), f"{path}.flex_model"
    known(model, _FIELDS, at)
    needed(model, ("power", "duration"), at)
    kind = str(model.get("process-type", "INFLEXIBLE")).lower()
    if kind not in _KINDS:
        words = f"{kind!r} is not a process type (known: {', '.join(_KINDS)})"
        raise DocumentError([(f"{at}.process-type", words)])
    direction = _direction(model, at)
    power = quantity(model["power"], POWER, f"{at}.power", bare="kW")
    if power <= 0:
        raise DocumentError([(f"{at}.power", f"{power:g} kW: should be above 0")])
    lasts = duration(model["duration"], f"{at}.duration")
    grid = reader.grid
    # Of a step that it takes but a part of, it takes all.
    lasts = min(-(-lasts // grid.step), grid.n_steps) * grid.step
    forbidden = [
        {"start": start, "end": end}
        for where, span in objects(model.get("time-restrictions"), f"{at}.time-restrictions")
        for start, end in [reader.span(span, where)]
        # A model that serves many windows forbids times of other days too.
        if start < grid.start + grid.n_steps * grid.step and end > grid.start
    ]
    if direction == "MAX" and kind != "inflexible":
        price = np.array(parts.root["prices"]["import_per_kwh"])
        n_pieces = lasts // grid.step
        length = n_pieces if kind == "shiftable" else 1
        allowed = _allowed(reader, forbidden)
        runs = _dearest(price, allowed, length, n_pieces // length)
        if runs is None:
            raise DocumentError([(at, "no time in the window is long enough and allowed")])
        forbidden += [
            {"start": grid.start + step * grid.step, "end": grid.start + (step + 1) * grid.step}
            for step in np.flatnonzero(~runs).tolist()
        ]
    process = {
        "kind": "process",
        "name": name_of(given, path),
        "flexibility": kind,
        "power_kw": power,
        "duration_minutes": lasts / timedelta(minutes=1),
        "forbidden": tuple(forbidden),
    }
    parts.add("devices", at, process)


def _direction(model: dict[str, Any], path: str) -> str:
    """Return MIN or MAX: the documentation and the program call the field by two names."""
    named = [name for name in ("optimization-direction", "optimization-sense") if name in model]
    if len(named) > 1:
        raise DocumentError([(f"{path}.{named[1]}", f"says the same as {named[0]}: give one")])
    direction = model[named[0]] if named else "MIN"
    if direction not in ("MIN", "MAX"):
        raise DocumentError([(f"{path}.{named[0]}", "should be MIN or MAX")])
    return str(direction)


def _allowed(reader: Reader, forbidden: list[dict[str, Any]]) -> NDArray[np.bool_]:
    grid = reader.grid
    allowed = np.ones(grid.n_steps, dtype=bool)
    for span in forbidden:
        first = int((span["start"] - grid.start) // grid.step)
        last = -int((grid.start - span["end"]) // grid.step)
        allowed[max(first, 0) : max(last, 0)] = False
    return allowed


def _dearest(
    price: NDArray[np.float64], allowed: NDArray[np.bool_], length: int, n_runs: int
) -> NDArray[np.bool_] | None:
    """Return the steps of the ``n_runs`` dearest allowed stretches of ``length``, if there are.

    Our plans seek the least cost; of a process that is to cost the most nothing is left to plan.
    """
    windows = np.lib.stride_tricks.sliding_window_view
    fits = np.flatnonzero(windows(allowed, length).all(axis=1))
    if fits.size < n_runs:
        return None
    cost = windows(price, length).sum(axis=1)[fits]
    runs = np.zeros(allowed.size, dtype=bool)
    for start in fits[np.argsort(-cost, kind="stable")[:n_runs]].tolist():
        runs[start : start + length] = True
    return runs
