"""Prices from a Publication_MarketDocument. Pure.

A document holds several series and periods. Curve type A03, the usual one, leaves out a
position whose price equals the one before it, also at the end of a period, so points are never
counted: the period's interval and step say how many there are. Where series of several auctions
or steps tell prices of the same day, the first auction wins (classification sequence 1, or none
given), then the finest step.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from integrations.connectors.base import ConnectorError, SeriesReading

_STEPS: Final = {
    "PT15M": timedelta(minutes=15),
    "PT30M": timedelta(minutes=30),
    "PT60M": timedelta(hours=1),
    "PT1H": timedelta(hours=1),
}
_REPEATS: Final = "A03"
#: Three years of quarter-hours: more is no day-ahead answer.
_MAX_STEPS: Final = 100_000


@dataclass(frozen=True, slots=True)
class _Period:
    auction: int
    reading: SeriesReading

    @property
    def end(self) -> datetime:
        return self.reading.start + self.reading.values.size * self.reading.step


def read_prices(root: Element) -> Iterator[SeriesReading]:
    """Yield one reading per period that is not told better by another, in order of time.

    Raises:
        ConnectorError: the document lacks something, or has steps that nobody trades in.
    """
    periods = [period for series in root.iterfind("{*}TimeSeries") for period in _periods(series)]
    periods.sort(key=lambda period: (period.auction, period.reading.step))
    chosen: list[_Period] = []
    for period in periods:
        if not any(_overlap(period, other) for other in chosen):
            chosen.append(period)
    for period in sorted(chosen, key=lambda period: period.reading.start):
        yield period.reading


def _overlap(one: _Period, other: _Period) -> bool:
    return one.reading.start < other.end and other.reading.start < one.end


def _periods(series: Element) -> Iterator[_Period]:
    position = "{*}classificationSequence_AttributeInstanceComponent.position"
    auction = int(_number(series.findtext(position) or "1"))
    currency = _text(series, "{*}currency_Unit.name")
    energy = _text(series, "{*}price_Measure_Unit.name").replace("MWH", "MWh")
    repeats = (series.findtext("{*}curveType") or _REPEATS) == _REPEATS
    for period in series.iterfind("{*}Period"):
        yield _Period(auction, _reading(period, f"{currency}/{energy}", repeats=repeats))


def _reading(period: Element, unit: str, *, repeats: bool) -> SeriesReading:
    resolution = _text(period, "{*}resolution")
    step = _STEPS.get(resolution)
    if step is None:
        raise ConnectorError(f"cannot read steps of {resolution}")
    start = _time(_text(period, "{*}timeInterval/{*}start"))
    n_steps = (_time(_text(period, "{*}timeInterval/{*}end")) - start) // step
    if not 0 < n_steps <= _MAX_STEPS:
        raise ConnectorError(f"a period of {n_steps} steps; 1 to {_MAX_STEPS} are believed")
    values = np.full(n_steps, np.nan)
    for point in period.iterfind("{*}Point"):
        position = int(_number(_text(point, "{*}position")))
        if not 1 <= position <= n_steps:
            raise ConnectorError(f"position {position} lies outside of 1 to {n_steps}")
        values[position - 1] = _number(_text(point, "{*}price.amount"))
    return SeriesReading("price", start, step, _repeated(values) if repeats else values, unit)


def _repeated(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``values`` with what was left out: each gap holds the value before it."""
    told = np.where(np.isnan(values), 0, np.arange(values.size))
    return values[np.maximum.accumulate(told)] if values.size else values


def _text(element: Element, path: str) -> str:
    text = element.findtext(path)
    if text is None:
        raise ConnectorError(f"the answer lacks {path.replace('{*}', '')}")
    return text


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConnectorError(f"{text[:20]!r} is no number") from None


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ConnectorError(f"{text[:20]!r} is no time") from None
    if time.tzinfo is None:
        raise ConnectorError(f"{text[:20]!r} has no time zone")
    return time
