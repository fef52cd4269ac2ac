"""Reads for scheduling: from assets and a run to the document of its problem."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError as DocumentInvalid

from assets.models import Asset, Sensor, SourceKind
from assets.queries import MEASURED, read_onto, read_series
from assets.timegrid import TimeGrid
from scheduling.flex import SiteDocument, references, resolve
from scheduling.flex.parts import OnInfeasible
from scheduling.flex.run import Output, RunDocument, SiteContext, device_document
from scheduling.flex.site import Window
from scheduling.formulation.preferences import Ties
from scheduling.models import AssetFlex, ScheduleRun
from tenants.errors import as_validation_error, wrong

#: How old a measured stock may be to start a plan from.
_STOCK_AGE: Final = timedelta(hours=1)


class MissingBeliefs(Exception):
    """The run needs a series of which some steps are not known. Words for the user."""


def flex_of(asset: Asset, at: datetime) -> dict[int, AssetFlex]:
    """Return what is flexible beneath ``asset``, and the contexts at and above it, by asset."""
    on_the_way = [int(part) for part in asset.path.rstrip(".").split(".")]
    rows = AssetFlex.objects.valid_at(at).select_related(
        "asset", "power_sensor__asset", "stock_sensor"
    )
    beneath = rows.beneath(asset)
    above = rows.filter(asset_id__in=on_the_way)
    return {row.asset_id: row for row in [*above, *beneath]}


def run_document(
    asset: Asset,
    grid: TimeGrid,
    kept: Mapping[int, AssetFlex],
    *,
    context: SiteContext | None,
    ties: Ties = Ties.EARLY,
    on_infeasible: OnInfeasible = OnInfeasible.EXPLAIN,
) -> RunDocument:
    """Return the problem of all that ``kept`` says is flexible beneath ``asset``.

    Args:
        context: prices and connection; None for what is kept nearest above the devices.
        ties, on_infeasible: as ``flex.SiteParts``.

    Raises:
        ValidationError: there is no context, no device, or a kept document does not fit.
    """
    if context is None:
        context = _nearest_context(asset, kept)
    devices, outputs = [], {}
    rows = [row for row in kept.values() if row.power_sensor_id is not None]
    for name, row in _named(row for row in rows if row.asset.path.startswith(asset.path)):
        try:
            devices.append(device_document(row.document, name=name))
        except DocumentInvalid as error:
            raise as_validation_error(error, field=f"flex of {row.asset}") from error
        outputs[name] = Output(power_sensor=row.power_sensor_id, stock_sensor=row.stock_sensor_id)
    if not devices:
        raise wrong(
            "asset",
            f"nothing beneath {asset} is flexible: set the flexibility of its devices",
            code="no_flexibility",
        )
    try:
        window = Window(start=grid.start, end=grid.end, step_minutes=_minutes(grid.step))
    except DocumentInvalid as error:
        raise as_validation_error(error, field="window") from error
    try:
        site = SiteDocument(
            window=window,
            currency=context.currency,
            prices=context.prices,
            connection=context.connection,
            devices=tuple(devices),
            ties=ties,
            on_infeasible=on_infeasible,
        )
    except DocumentInvalid as error:
        raise as_validation_error(error, field="site") from error
    return RunDocument(site=site, outputs=outputs)


def read_problem(run: ScheduleRun) -> SiteDocument:
    """Return the document of ``run`` with numbers in place of sensors, as known then.

    Raises:
        MissingBeliefs: a price or a load is unknown in some step of the window.
    """
    document = RunDocument.model_validate(run.problem)
    site, grid = document.site, run.grid
    wanted = references(site)
    sensors = Sensor.objects.select_related("asset").in_bulk([each.sensor for each in wanted])
    values = {}
    for each in wanted:
        sensor = sensors.get(int(each.sensor))
        if sensor is None:
            raise MissingBeliefs(f"{each.path}: its sensor was removed")
        series = read_onto(
            sensor,
            grid,
            known_at=run.knowledge_time,
            probability=each.cumulative_probability or 0.5,
        )
        values[each.path] = _as_field(each.path, _all_known(series, sensor, grid)).tolist()
    return _started(resolve(site, values), document.outputs, run)


def _as_field(path: str, series: NDArray[np.float64]) -> NDArray[np.float64]:
    # Sensors count power positive into the asset; what a generator makes available is a magnitude.
    return np.maximum(-series, 0.0) if path.endswith("available_kw") else series


def _all_known(series: NDArray[np.float64], sensor: Sensor, grid: TimeGrid) -> NDArray[np.float64]:
    unknown = np.flatnonzero(np.isnan(series))
    if unknown.size:
        first = grid.start + int(unknown[0]) * grid.step
        raise MissingBeliefs(
            f"{sensor}: {unknown.size} of {series.size} steps are unknown, "
            f"the first at {first:%Y-%m-%d %H:%M}Z"
        )
    return series


def _started(site: SiteDocument, outputs: Mapping[str, Output], run: ScheduleRun) -> SiteDocument:
    """Return ``site`` with stocks as measured, or as last planned, at the start of the window."""
    devices: list[Any] = []
    for device in site.devices:
        stock_sensor = outputs[device.name].stock_sensor
        stock = _stock_at(stock_sensor, run) if stock_sensor is not None else None
        if stock is not None and "stock_at_start_kwh" in type(device).model_fields:
            held = min(max(stock, 0.0), getattr(device, "capacity_kwh", None) or stock)
            device = device.model_copy(update={"stock_at_start_kwh": held})  # noqa: PLW2901
        devices.append(device)
    return site.model_copy(update={"devices": tuple(devices)})


def _stock_at(sensor_id: int, run: ScheduleRun) -> float | None:
    sensor = Sensor.objects.get(pk=sensor_id)
    n_steps = _STOCK_AGE // sensor.resolution + 1
    grid = TimeGrid(run.start - (n_steps - 1) * sensor.resolution, sensor.resolution, n_steps)
    kinds = (*MEASURED, SourceKind.SCHEDULER)
    series = read_series(sensor, grid, known_at=run.knowledge_time, kinds=kinds)
    known = series[~np.isnan(series)]
    return float(known[-1]) if known.size else None


def _nearest_context(asset: Asset, kept: Mapping[int, AssetFlex]) -> SiteContext:
    contexts = [
        row
        for row in kept.values()
        if row.power_sensor_id is None and asset.path.startswith(row.asset.path)
    ]
    if not contexts:
        raise wrong(
            "asset", f"no prices and connection are set at {asset} or above it", code="no_context"
        )
    nearest = max(contexts, key=lambda row: len(row.asset.path))
    try:
        return SiteContext.model_validate(nearest.document)
    except DocumentInvalid as error:
        raise as_validation_error(error, field=f"flex of {nearest.asset}") from error


def _named(rows: Iterable[AssetFlex]) -> list[tuple[str, AssetFlex]]:
    """Return each row with its asset's name, made distinct by the identifier where needed."""
    ordered = sorted(rows, key=lambda row: row.asset.path)
    names = [row.asset.name for row in ordered]
    return [
        (name if names.count(name) == 1 else f"{name} ({row.asset_id})"[-80:], row)
        for name, row in zip(names, ordered, strict=True)
    ]


def _minutes(step: timedelta) -> int:
    return int(step / timedelta(minutes=1))
