"""Fields of FlexMeasures documents as values per step, or as points in time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.flex.flexmeasures.objects import known, needed
from scheduling.flex.flexmeasures.units import (
    PRICE,
    SHARE,
    Unit,
    duration,
    factor_of_series,
    moment,
    quantity,
)
from scheduling.flex.parsing import DocumentError
from scheduling.flex.quantities import MOST

Array = NDArray[np.float64]
Steps = tuple[float, ...]
Overlap = Literal["first", "sum", "least", "most"]

#: What may stand beside the name of a series. Filters choose among sources; a file has one.
_REFERENCE: Final = {"series", "default"} | {
    "source",
    "sources",
    "source-types",
    "exclude-source-types",
    "source-account",
}
_BOUNDS: Final = ("start", "end")
_SPAN: Final = {*_BOUNDS, "duration", "datetime", "value"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads fields over ``grid``; ``series`` are those of the document, by name."""

    grid: TimeGrid
    series: dict[str, Any]

    def steps(
        self,
        value: Any,
        unit: Unit,
        path: str,
        *,
        default: float | None = None,
        overlap: Overlap = "first",
    ) -> Steps:
        """Return ``value``, a quantity, a reference to a series or segments, per step.

        Args:
            default: what holds where segments and series are silent; refused when None.
            overlap: which segment counts where several do.

        Raises:
            DocumentError: it is none of them, or does not say enough.
        """
        if isinstance(value, dict) and "value" not in value:
            return self._from_series(value, unit, path, default)
        if isinstance(value, (dict, list)):
            segments = value if isinstance(value, list) else [value]
            return self._from_segments(segments, unit, path, default, overlap)
        return (quantity(value, unit, path),) * self.grid.n_steps

    def extended(self, value: Any, unit: Unit, path: str, *, default: float) -> Steps:
        """Return ``value`` per step, its first and last from the start and to the end.

        ``default`` holds where it is silent between them.
        """
        found = np.array(self.steps(value, unit, path, default=np.nan))
        said = np.flatnonzero(~np.isnan(found))
        if said.size:
            found[: said[0]], found[said[-1] :] = found[said[0]], found[said[-1]]
        return tuple(np.nan_to_num(found, nan=default).tolist())

    def named(self, value: dict[str, Any], path: str) -> dict[str, Any]:
        """Return the series that ``value`` refers to; its parts are all there.

        Raises:
            DocumentError: there is none of this name, or it is no series.
        """
        known(value, _REFERENCE, path)
        name = value.get("series")
        if not isinstance(name, str) or name not in self.series:
            names = ", ".join(self.series) or "none"
            raise DocumentError([(path, f"there is no series {name!r} (known: {names})")])
        found, at = self.series[name], f"$.series.{name}"
        known(found, {"unit", "resolution", "start", "values"}, at)
        needed(found, ("unit", "resolution", "start", "values"), at)
        values = found["values"]
        numbers = isinstance(values, list) and all(
            v is None or (isinstance(v, (int, float)) and not isinstance(v, bool)) for v in values
        )
        if not numbers or not values:
            raise DocumentError([(f"{at}.values", "should be a list of numbers")])
        return dict(found)

    def raw(
        self, value: dict[str, Any], unit: Unit, path: str
    ) -> tuple[datetime, timedelta, Array]:
        """Return start, step and values in our unit of the series that ``value`` refers to."""
        found, at = self.named(value, path), f"$.series.{value['series']}"
        step = duration(found["resolution"], f"{at}.resolution")
        factor = factor_of_series(unit, str(found["unit"]), step, f"{at}.unit")
        values = np.array([np.nan if v is None else v for v in found["values"]], dtype=float)
        if (np.abs(values) > MOST / factor).any():
            raise DocumentError([(f"{at}.values", "has values that are too much for any site")])
        return moment(found["start"], f"{at}.start"), step, factor * values

    def share_per_hour(self, value: Any, path: str) -> Steps:
        """Return the share of a stock that is lost per hour, of a storage efficiency.

        A number holds for a step of the schedule, a series for a step of its own.
        """
        step, kept = self.grid.step, self.steps(value, SHARE, path, default=1.0)
        if isinstance(value, dict) and "series" in value:
            step = duration(self.named(value, path)["resolution"], path)
        if min(kept) <= 0 or max(kept) > 1:
            raise DocumentError([(path, "should be above 0 and at most 1 (100%)")])
        per_hour = timedelta(hours=1) / step
        return tuple(1.0 - share**per_hour for share in kept)

    def _from_series(
        self, value: dict[str, Any], unit: Unit, path: str, default: float | None
    ) -> Steps:
        start, step, values = self.raw(value, unit, path)
        if "default" in value:
            default = quantity(value["default"], unit, f"{path}.default")
        found = self.sampled(values, start, step)
        silent = np.isnan(found)
        if silent.any():
            if default is None:
                first = self.grid.start + int(np.flatnonzero(silent)[0]) * self.grid.step
                words = f"the series does not cover the window: nothing at {first:%Y-%m-%d %H:%M} Z"
                raise DocumentError([(f"$.series.{value['series']}", words)])
            found[silent] = default
        return tuple(found.tolist())

    def _from_segments(
        self, segments: list[Any], unit: Unit, path: str, default: float | None, overlap: Overlap
    ) -> Steps:
        found = np.full(self.grid.n_steps, np.nan)
        spans: list[tuple[datetime, datetime, float]] = []
        for i, segment in enumerate(segments):
            at = f"{path}[{i}]"
            start, end = self.span(segment, at)
            first, last = self.ticks(start, end)
            first, last = min(first, found.size), max(last, first)
            value = quantity(segment.get("value"), unit, f"{at}.value")
            if unit is PRICE:
                spans.append((start, end, value))
                _priced_once(spans, path)
            part = found[first:last]
            if overlap == "sum":
                part[:] = np.nan_to_num(part) + value
            elif overlap in {"least", "most"}:
                part[:] = (np.fmin if overlap == "least" else np.fmax)(part, value)
            else:
                part[:] = np.where(np.isnan(part), value, part)
        silent = np.isnan(found)
        if silent.any():
            if default is None:
                raise DocumentError([(path, "the segments do not cover the window")])
            found[silent] = default
        return tuple(found.tolist())

    def span(self, given: Any, path: str) -> tuple[datetime, datetime]:
        """Return when ``given`` starts and ends; a moment lasts for one step.

        Raises:
            DocumentError: it says too little, or too much, or ends before it starts.
        """
        known(given, _SPAN, path)
        if "datetime" in given:
            if _SPAN & set(given) - {"datetime", "value"}:
                raise DocumentError([(path, "give either datetime, or start and end or duration")])
            start = moment(given["datetime"], f"{path}.datetime")
            return start, start + self.grid.step
        if len(_SPAN & set(given) - {"value"}) != 2:
            raise DocumentError([(path, "give datetime, or two of start, end and duration")])
        bounds = {name: moment(given[name], f"{path}.{name}") for name in given if name in _BOUNDS}
        if "duration" in given:
            lasts = duration(given["duration"], f"{path}.duration")
            start = bounds["start"] if "start" in bounds else bounds["end"] - lasts
            return start, start + lasts
        start, end = bounds["start"], bounds["end"]
        if end < start:
            raise DocumentError([(path, "end should not be before start")])
        return start, end

    def sampled(self, values: Array, start: datetime, step: timedelta) -> Array:
        """Return the mean over each step of what holds from each value to the next."""
        ratio = max(int(np.ceil(self.grid.step / step)), 1)
        first = (self.grid.start - start) / step
        width = self.grid.step / step
        at = first + np.arange(self.grid.n_steps)[:, None] * width
        index = np.floor(at + (np.arange(ratio) + 0.5) * width / ratio).astype(int)
        is_there = (index >= 0) & (index < values.size)
        found = np.where(is_there, values[np.clip(index, 0, values.size - 1)], np.nan)
        mean: Array = found.mean(axis=1)
        return mean

    def ticks(self, start: datetime, end: datetime) -> tuple[int, int]:
        """Return the first and the last end of a step from ``start`` to ``end``, both part of it.

        The start of the window is tick 0; the last may be before the first.
        """
        first = -int((self.grid.start - start) // self.grid.step)
        last = int((end - self.grid.start) // self.grid.step)
        return max(first, 0), min(last, self.grid.n_steps)


def _priced_once(spans: list[tuple[datetime, datetime, float]], path: str) -> None:
    *before, (start, end, value) = spans
    for i, (other_start, other_end, other) in enumerate(before):
        if start < other_end and end > other_start and value != other:
            words = f"[{i}] and [{len(before)}] overlap: two prices for one time and direction"
            raise DocumentError([(path, words)])


def runs_of(*values: Iterable[float]) -> list[tuple[int, int]]:
    """Return [first, beyond) of each stretch in which none of ``values`` changes.

    What is not known (NaN) is never the same as its neighbour.
    """
    arrays = [np.asarray(tuple(each), dtype=np.float64) for each in values]
    changes = np.any([each[1:] != each[:-1] for each in arrays], axis=0)
    bounds = [0, *(np.flatnonzero(changes) + 1).tolist(), arrays[0].size]
    return list(pairwise(bounds))
