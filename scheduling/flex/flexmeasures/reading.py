"""Fields of FlexMeasures documents as values per step, or as points in time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from assets.timegrid import TimeGrid
from scheduling.flex.flexmeasures.units import (
    ENERGY,
    SHARE,
    Unit,
    currency_of,
    duration,
    moment,
    quantity,
)
from scheduling.flex.parsing import DocumentError

Steps = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads fields over ``grid``; ``series`` are those of the document, by name."""

    grid: TimeGrid
    series: dict[str, Any]

    def steps(self, value: Any, unit: Unit, path: str, *, bare: str | None = None) -> Steps:
        """Return ``value``, a quantity, a reference to a series or segments, per step."""
        if isinstance(value, dict) and "series" in value:
            return self._from_series(value, unit, path)
        if isinstance(value, list):
            return self._from_segments(value, unit, path, bare=bare)
        return (quantity(value, unit, path, bare=bare),) * self.grid.n_steps

    def points(self, value: Any, path: str, *, bare: str | None) -> list[dict[str, Any]]:
        """Return ``value``, stock levels over time, as points of a goal."""
        if isinstance(value, list):
            return [self._point(each, f"{path}[{i}]", bare=bare) for i, each in enumerate(value)]
        levels = self.steps(value, ENERGY, path, bare=bare)
        # What holds over a step binds at both of its ends.
        return [
            {
                "stock_kwh": level,
                "start": self.grid.start + i * self.grid.step,
                "end": self.grid.start + (i + 1) * self.grid.step,
            }
            for i, level in enumerate(levels)
        ]

    def share_per_hour(self, value: Any, path: str) -> float | Steps:
        """Return the share of a stock that is lost per hour, of a storage efficiency.

        A number holds for a step of the schedule, a series for a step of its own.
        """
        if isinstance(value, dict) and "series" in value:
            step = duration(self._named(value, path)["resolution"], path)
            kept = self._from_series(value, SHARE, path)
        else:
            step, kept = self.grid.step, self.steps(value, SHARE, path)
        per_hour = timedelta(hours=1) / step
        return tuple(1.0 - share**per_hour for share in kept)

    def _named(self, value: dict[str, Any], path: str) -> dict[str, Any]:
        known(value, {"series"}, path)
        name = value["series"]
        if name not in self.series:
            names = ", ".join(self.series) or "none"
            raise DocumentError([(path, f"there is no series {name!r} (known: {names})")])
        found: dict[str, Any] = self.series[name]
        return found

    def _from_series(self, value: dict[str, Any], unit: Unit, path: str) -> Steps:
        found = self._named(value, path)
        at = f"$.series.{value['series']}"
        known(found, {"unit", "resolution", "start", "values"}, at)
        factor = unit.factor(found["unit"], f"{at}.unit")
        step, start = duration(found["resolution"], at), moment(found["start"], at)
        values = np.array([np.nan if v is None else v for v in found["values"]], dtype=float)
        return tuple(float(v) for v in factor * self._resampled(values, start, step, at))

    def _resampled(self, values: Any, start: Any, step: timedelta, path: str) -> Any:
        """Return the mean over each step of what holds from each value to the next."""
        ratio = max(int(np.ceil(self.grid.step / step)), 1)
        first = (self.grid.start - start) / step
        width = self.grid.step / step
        at = first + np.arange(self.grid.n_steps)[:, None] * width
        index = np.floor(at + (np.arange(ratio) + 0.5) * width / ratio).astype(int)
        if index.min() < 0 or index.max() >= values.size:
            raise DocumentError([(path, "the series does not cover the window")])
        found = values[index].mean(axis=1)
        if np.isnan(found).any():
            raise DocumentError([(path, "a value that is needed is missing")])
        return found

    def _from_segments(
        self, segments: list[Any], unit: Unit, path: str, *, bare: str | None
    ) -> Steps:
        found = np.full(self.grid.n_steps, np.nan)
        for i, segment in enumerate(segments):
            at = f"{path}[{i}]"
            known(segment, {"start", "end", "duration", "value"}, at)
            start = moment(segment.get("start"), at)
            end = self._end(segment, start, at)
            first = max(int((start - self.grid.start) // self.grid.step), 0)
            last = -int((self.grid.start - end) // self.grid.step)
            found[first:last] = quantity(segment.get("value"), unit, at, bare=bare)
        if np.isnan(found).any():
            raise DocumentError([(path, "the segments do not cover the window")])
        return tuple(float(v) for v in found)

    def _point(self, given: Any, path: str, *, bare: str | None) -> dict[str, Any]:
        known(given, {"datetime", "start", "end", "duration", "value"}, path)
        level = quantity(given.get("value"), ENERGY, path, bare=bare)
        if "datetime" in given:
            return {"stock_kwh": level, "at": moment(given["datetime"], path)}
        start = moment(given.get("start"), path)
        return {"stock_kwh": level, "start": start, "end": self._end(given, start, path)}

    def _end(self, given: dict[str, Any], start: Any, path: str) -> Any:
        if "duration" in given:
            return start + duration(given["duration"], path)
        return moment(given.get("end"), path)

    def currencies(self, value: Any) -> set[str]:
        """Return the currencies of all prices in ``value``, a context."""
        if isinstance(value, dict):
            if "series" in value and isinstance(value["series"], str):
                unit = str(self.series.get(value["series"], {}).get("unit", ""))
                return {found} if (found := currency_of(unit)) else set()
            return set().union(*(self.currencies(part) for part in value.values()), set())
        if isinstance(value, list):
            return set().union(*(self.currencies(part) for part in value), set())
        found = currency_of(value) if isinstance(value, str) else None
        return {found} if found else set()


def known(given: Any, fields: Iterable[str], path: str) -> None:
    """Check that ``given`` is an object with none but ``fields``.

    Raises:
        DocumentError: it is not.
    """
    if not isinstance(given, dict):
        raise DocumentError([(path, "should be an object")])
    unknown = sorted(set(given) - set(fields))
    if unknown:
        raise DocumentError([(f"{path}.{name}", "unknown field") for name in unknown])
