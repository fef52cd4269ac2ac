"""What a study is asked about: as it is kept at a site, and as it was measured."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from assets.models import Asset, Sensor
from assets.queries import MEASURED, read_onto, span_of_beliefs
from assets.timegrid import TimeGrid
from scheduling.flex.context import SiteContext
from scheduling.flex.devices import Load, Photovoltaics
from scheduling.flex.quantities import SensorReference
from scheduling.flex.references import references
from scheduling.flex.study import Study, StudyDocument, with_numbers
from scheduling.interpret.failures import FAILURES
from scheduling.planning.series import series
from scheduling.queries.flex import context_at, flex_of, parts_beneath
from scheduling.queries.missing import MissingBeliefs

Array = NDArray[np.float64]

_WEEK: Final = timedelta(days=7)
#: Weeks from which a step that was not measured is taken, the nearest first.
_OTHER_WEEKS: Final = (-1, 1, -2, 2, -3, 3, -4, 4)
_MOST_FILLED: Final = 0.1


@dataclass(slots=True)
class AsKept:
    """What is kept of a site: numbers [kW], and identifiers of sensors that are added to them."""

    context: SiteContext
    load_kw: float = 0.0
    pv_kw: float = 0.0
    loads: list[int] = field(default_factory=list)
    roofs: list[int] = field(default_factory=list)


def kept_site(asset: Asset, at: datetime) -> AsKept:
    """Return what draws and gives power beneath ``asset`` without a plan, and what it faces.

    What is kept as a number per step is of another window, and left out.
    """
    kept = flex_of(asset, at)
    contexts, devices = parts_beneath(asset, kept)
    found = AsKept(context_at(asset, kept))
    for context in (found.context, *contexts):
        _count(context.uncontrolled_kw, found, "load_kw", found.loads)
    for device in devices:
        if isinstance(device, Load):
            _count(device.power_kw, found, "load_kw", found.loads)
        elif isinstance(device, Photovoltaics):
            _count(device.available_kw, found, "pv_kw", found.roofs)
    return found


def measured_days(found: AsKept, zone: ZoneInfo) -> tuple[date, date] | None:
    """Return the local days [first, end) of which all loads were measured, the last year at most.

    None where there is no load, or no day of it.
    """
    spans = [
        span_of_beliefs(sensor, kinds=MEASURED)
        for sensor in Sensor.objects.filter(pk__in=found.loads)
    ]
    if not spans or None in spans:
        return None
    begins, ends = zip(*(span for span in spans if span), strict=True)
    begin, end = max(begins).astimezone(zone), min(ends).astimezone(zone)
    first = begin.date() + timedelta(days=begin.time() > time.min)
    first = max(first, end.date() - timedelta(days=365))
    return (first, end.date()) if first < end.date() else None


def read_study(document: StudyDocument, *, known_at: datetime) -> tuple[Study, dict[str, float]]:
    """Return the study with what was measured, and which share of the steps was not, by place.

    Raises:
        MissingBeliefs: a sensor is gone, does not fit, or was silent too long.
        pydantic.ValidationError: what was measured is none of a study.
    """
    grid = document.study.window.grid
    values: dict[str, Any] = {}
    filled: dict[str, float] = {}
    for each in references(document.study):
        values[each.path], filled[each.path] = _measured(int(each.sensor), grid, known_at)
        if each.path == "pv_kw":
            values[each.path] = np.maximum(-values[each.path], 0.0)
    study = with_numbers(document.study, {path: each.tolist() for path, each in values.items()})
    changes = {}
    for place, ids in (("load_kw", document.loads), ("pv_kw", document.roofs)):
        total = series(getattr(study, place), grid.n_steps)
        for sensor_id in ids:
            power, share = _measured(sensor_id, grid, known_at)
            total = total + (power if place == "load_kw" else np.maximum(-power, 0.0))
            filled[place] = max(filled.get(place, 0.0), share)
        if ids:
            changes[place] = tuple(total.tolist())
    told = {place: share for place, share in filled.items() if share}
    return study.model_copy(update=changes), told


def _count(quantity: Any, found: AsKept, number: str, sensors: list[int]) -> None:
    if isinstance(quantity, SensorReference):
        sensors.append(int(quantity.sensor))
    elif isinstance(quantity, float):
        setattr(found, number, getattr(found, number) + quantity)


def _measured(sensor_id: int, grid: TimeGrid, known_at: datetime) -> tuple[Array, float]:
    """Return what was measured, filled where it was not, and the share that is filled."""
    sensor = Sensor.objects.select_related("asset").filter(pk=sensor_id).first()
    if sensor is None:
        raise MissingBeliefs(FAILURES("asked_sensor_gone"))
    try:
        values = read_onto(sensor, grid, known_at=known_at, kinds=MEASURED)
    except ValueError as error:
        raise MissingBeliefs(str(error)) from None
    unknown = np.isnan(values)
    share = float(unknown.mean())
    if share <= _MOST_FILLED:
        values = _from_other_weeks(values, int(_WEEK / grid.step))
    if np.isnan(values).any():
        first = grid.start + int(np.flatnonzero(unknown)[0]) * grid.step
        raise MissingBeliefs(
            FAILURES(
                "not_measured",
                sensor=str(sensor),
                unknown=int(unknown.sum()),
                steps=values.size,
                first=first,
            )
        )
    return values, share


def _from_other_weeks(values: Array, week: int, weeks: Iterable[int] = _OTHER_WEEKS) -> Array:
    """Return ``values``, where unknown those of the same time of the nearest week that is known."""
    filled = values.copy()
    steps = np.arange(values.size)
    for shift in weeks:
        there = steps + shift * week
        missing = np.isnan(filled) & (there >= 0) & (there < values.size)
        filled[missing] = values[there[missing]]
    return filled
