"""Reads of a run's problem: beliefs in place of sensors."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assets.models import Sensor, SourceKind
from assets.queries import MEASURED, Asked, held_at, read_onto, read_series
from assets.timegrid import TimeGrid
from scheduling.flex import DocumentError, SiteDocument, references, resolve
from scheduling.flex.devices import Vehicle
from scheduling.flex.peaks import MEASURED as MEASURED_PEAK
from scheduling.flex.run import Output, RunDocument
from scheduling.flex.uncertainty import Attitude, Quantiles, Scenario, Uncertainty
from scheduling.interpret.failures import FAILURES
from scheduling.models import ScheduleRun
from scheduling.queries.before import as_before
from scheduling.queries.incumbents import with_incumbents
from scheduling.queries.missing import MissingBeliefs

#: How old a measured stock may be to start a plan from.
_STOCK_AGE: Final = timedelta(hours=1)
#: Which quantile a point value is.
_POINT: Final = 0.5
#: Quantiles that cross by less are equal.
_ROUNDING: Final = 1e-9
#: What may come otherwise: prices, and the power of loads and of what generation makes available.
_UNCERTAIN: Final = re.compile(
    r"(?:nodes\[(\d+)\]\.)?(?:prices\.(import_per_kwh|export_per_kwh)|(uncontrolled_kw))"
)
_DEVICE_POWER: Final = re.compile(r"devices\[(\d+)\]\.(?:power|available)_kw")


def read_problem(run: ScheduleRun) -> SiteDocument:
    """Return the document of ``run`` with numbers in place of sensors, as known then.

    Raises:
        MissingBeliefs: a price or a load is unknown in some step of the window, or quantiles
            cross.
    """
    document = RunDocument.model_validate(run.problem)
    grid = run.grid
    site = with_incumbents(document.site, grid, known_at=run.knowledge_time)
    values = {}
    for path, sensor, series in _series_of(site, grid, known_at=run.knowledge_time):
        if sensor is None:
            raise MissingBeliefs(FAILURES("sensor_gone", field=path))
        values[path] = _as_field(path, _all_known(series, sensor, grid)).tolist()
    try:
        resolved = resolve(site, values)
    except DocumentError as error:
        raise MissingBeliefs(FAILURES("does_not_fit", reason=str(error))) from None
    started = _started(resolved, document.outputs, run)
    if document.quantiles is None:
        return started
    return _with_quantiles(started, site, document.quantiles, run)


def _with_quantiles(
    resolved: SiteDocument, site: SiteDocument, quantiles: Quantiles, run: ScheduleRun
) -> SiteDocument:
    """Return ``resolved``, of ``site``, with a scenario for each of ``quantiles``.

    Raises:
        MissingBeliefs: quantiles cross, or are not known.
    """
    known = {p: _quantile(site, p, run) for p in quantiles.probabilities}
    varies = {path for p, series in known.items() if p != _POINT for path in series}
    if not varies and len(known) > 1:
        raise MissingBeliefs(FAILURES("no_quantile"))
    for path in varies:
        _check_rising(path, known, run.grid)
    found = []
    for (probability, series), weight in zip(known.items(), quantiles.weights, strict=True):
        scenario: dict[str, Any] = {"power_kw": {}, "nodes": {}}
        for path in varies & series.keys():
            values = tuple(_as_field(path, series[path]).tolist())
            place = _UNCERTAIN.fullmatch(path)
            if place is None:
                number = int(_DEVICE_POWER.fullmatch(path)[1])  # type: ignore[index]
                scenario["power_kw"][resolved.devices[number].name] = values
                continue
            at = scenario
            if place[1] is not None:
                at = scenario["nodes"].setdefault(resolved.nodes[int(place[1])].name, {})
            at[place[2] or place[3]] = values
        found.append(Scenario(name=f"quantile {probability:g}", weight=weight, **scenario))
    shared = {name: getattr(quantiles, name) for name in Attitude.model_fields}
    uncertainty = Uncertainty(scenarios=tuple(found), **shared)
    return resolved.model_copy(update={"uncertainty": uncertainty})


def _quantile(
    site: SiteDocument, probability: float, run: ScheduleRun
) -> dict[str, NDArray[np.float64]]:
    """Return what is known of a quantile, by path, of what may come otherwise."""
    series_of = _series_of(site, run.grid, known_at=run.knowledge_time, probability=probability)
    return {
        path: series
        for path, _, series in series_of
        if not np.isnan(series).any()
        and (_UNCERTAIN.fullmatch(path) or _DEVICE_POWER.fullmatch(path))
    }


def _check_rising(
    path: str, known: dict[float, dict[str, NDArray[np.float64]]], grid: TimeGrid
) -> None:
    lower: NDArray[np.float64] | None = None
    for probability, series in known.items():
        if path not in series:
            raise MissingBeliefs(
                FAILURES("quantile_unknown", field=path, probability=float(probability))
            )
        crossed = np.zeros(0, dtype=np.int64)
        if lower is not None:
            crossed = np.flatnonzero(lower > series[path] + _ROUNDING)
        if crossed.size:
            at = grid.start + int(crossed[0]) * grid.step
            raise MissingBeliefs(FAILURES("quantiles_cross", field=path, when=at))
        lower = series[path]


def known_steps(document: RunDocument, now: datetime) -> int:
    """Return for how many steps from its start all that ``document`` refers to is known."""
    grid = document.site.window.grid
    known = np.ones(grid.n_steps, dtype=bool)
    for _, _, series in _series_of(document.site, grid, known_at=now):
        known &= ~np.isnan(series)
    unknown = np.flatnonzero(~known)
    return int(unknown[0]) if unknown.size else grid.n_steps


def _series_of(
    site: SiteDocument, grid: TimeGrid, *, known_at: datetime, probability: float = 0.5
) -> Iterator[tuple[str, Sensor | None, NDArray[np.float64]]]:
    """Yield (path, sensor, values per step) of each reference; no sensor where it is gone."""
    wanted = [each for each in references(site) if not each.path.endswith(MEASURED_PEAK)]
    sensors = Sensor.objects.select_related("asset").in_bulk([each.sensor for each in wanted])
    for each in wanted:
        sensor = sensors.get(int(each.sensor))
        values = np.full(grid.n_steps, np.nan)
        if sensor is not None:
            own = each.cumulative_probability or probability
            values = read_onto(sensor, grid, known_at=known_at, probability=own)
        yield each.path, sensor, values


def _as_field(path: str, series: NDArray[np.float64]) -> NDArray[np.float64]:
    # Sensors count power positive into the asset; what a generator makes available is a magnitude.
    return np.maximum(-series, 0.0) if path.endswith("available_kw") else series


def _all_known(series: NDArray[np.float64], sensor: Sensor, grid: TimeGrid) -> NDArray[np.float64]:
    unknown = np.flatnonzero(np.isnan(series))
    if unknown.size:
        first = grid.start + int(unknown[0]) * grid.step
        raise MissingBeliefs(
            FAILURES(
                "steps_unknown",
                sensor=str(sensor),
                unknown=unknown.size,
                steps=series.size,
                first=first,
            )
        )
    return series


def _started(site: SiteDocument, outputs: Mapping[str, Output], run: ScheduleRun) -> SiteDocument:
    """Return ``site`` with stocks and powers as measured, or as last planned, when it begins.

    Of a plan from now on, with the newest that is known by then.
    """
    devices: list[Any] = []
    at = site.rolling.now or run.start
    for device in site.devices:
        output = outputs[device.name]
        began = as_before(device, output.power_sensor, at, known_at=run.knowledge_time)
        stock = None
        if output.stock_sensor is not None and not output.starts_as_said:
            sensor = Sensor.objects.get(pk=output.stock_sensor)
            stock = stock_at(sensor, run.start, at, known_at=run.knowledge_time)
        devices.append(began if stock is None else _holding(began, stock, run))
    return site.model_copy(update={"devices": tuple(devices)})


def _holding(device: Any, stock_kwh: float, run: ScheduleRun) -> Any:
    """Return ``device`` with what it holds; a vehicle only where it is there already."""
    held = min(max(stock_kwh, 0.0), getattr(device, "capacity_kwh", None) or stock_kwh)
    if isinstance(device, Vehicle):
        if device.arrival > run.start:
            return device
        return device.model_copy(update={"stock_at_arrival_kwh": held})
    if "stock_at_start_kwh" not in type(device).model_fields:
        return device
    return device.model_copy(update={"stock_at_start_kwh": held})


def stock_at(sensor: Sensor, start: datetime, at: datetime, *, known_at: datetime) -> float | None:
    """Return the stock as measured, or as last planned, at ``at``, on steps from ``start`` on.

    None where nothing is known of the hour before.
    """
    kinds = (*MEASURED, SourceKind.SCHEDULER)
    if sensor.is_instantaneous:
        return held_at(sensor, at, asked=Asked(known_at=known_at, kinds=kinds))
    n_steps = _STOCK_AGE // sensor.resolution + 1
    last = start + (at - start) // sensor.resolution * sensor.resolution
    grid = TimeGrid(last - (n_steps - 1) * sensor.resolution, sensor.resolution, n_steps)
    series = read_series(sensor, grid, known_at=known_at, kinds=kinds)
    known = series[~np.isnan(series)]
    return float(known[-1]) if known.size else None
