"""Forecasts as people look at them: the newest run of each sensor, and one with its band."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from assets.models import Asset, Quantity, Sensor
from assets.queries import MEASURED, read_quantiles, read_series
from assets.timegrid import TimeGrid
from forecasting.forecasters.base import Array
from forecasting.models import ForecastRun, RunState
from tenants.permissions import Actor

#: What happened before a forecast, so that one sees what it follows.
_BEFORE: Final = timedelta(days=2)
_SHOWN: Final = (0.5, 0.1, 0.9)
#: A tenth of a watt.
_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Shown:
    """One forecast beside what was measured.

    Attributes:
        sensor: what is forecast.
        run: the newest one with a forecast, or None; ``attempt``: the newest, if it is another.
        grid: from before the window of ``run`` to its end, in steps of the sensor.
        measured, expected, low, high: shape (n_steps,), in the unit of the sensor; NaN where
            nothing is known. Low and high are the 0.1 and 0.9 quantiles.
    """

    sensor: Sensor
    run: ForecastRun | None
    attempt: ForecastRun | None
    grid: TimeGrid | None = None
    measured: Array | None = None
    expected: Array | None = None
    low: Array | None = None
    high: Array | None = None

    @property
    def unit(self) -> str:
        """Return the unit, as its quantity says: "electric power [kW]"."""
        return Quantity(self.sensor.quantity).unit


def foreseeable(actor: Actor, site: Asset) -> list[tuple[Sensor, ForecastRun | None]]:
    """Return the sensors beneath ``site`` that ``actor`` may see, each with its newest run."""
    sensors = Sensor.objects.visible_to(actor).beneath(site).select_related("asset")
    sensors = sensors.filter(resolution__gt=timedelta(0))  # nothing is foretold of points in time
    rows = list(sensors.order_by("asset__path", "name", "pk"))
    runs = ForecastRun.objects.filter(sensor__in=rows).select_related("source")
    # One row per sensor: of these alone there may be a year of quarters.
    newest = runs.order_by("sensor_id", "-requested_at", "-id").distinct("sensor_id")
    by_sensor = {run.sensor_id: run for run in newest}
    return [(row, by_sensor.get(row.pk)) for row in rows]


def read_shown(sensor: Sensor, *, now: datetime) -> Shown:
    """Return the newest forecast of ``sensor`` and what was measured before and since."""
    runs = ForecastRun.objects.filter(sensor=sensor).select_related("source")
    newest = runs.order_by("-requested_at", "-id")
    attempt, run = newest.first(), newest.filter(state=RunState.READY).first()
    if run is None:
        return Shown(sensor, None, attempt)
    before = _BEFORE // sensor.resolution * sensor.resolution
    grid = TimeGrid.between(run.start - before, run.end, sensor.resolution)
    n_before = before // sensor.resolution
    # As it was known to this run: a later one of another window says nothing here.
    told = read_quantiles(sensor, run.grid, known_at=run.knowledge_time, probabilities=_SHOWN)
    expected, low, high = np.pad(told.values, ((0, 0), (n_before, 0)), constant_values=np.nan)
    return Shown(
        sensor,
        run,
        None if attempt == run else attempt,
        grid,
        read_series(sensor, grid, known_at=now, kinds=MEASURED),
        expected,
        low,
        high,
    )


def shown_chart(shown: Shown, names: Mapping[str, str]) -> dict[str, Any]:
    """Return ``shown`` as ``<loadstar-chart>`` reads it; ``names`` of the curves by field."""
    if shown.run is None or shown.grid is None:
        return {"panels": []}
    curves = (("measured", "actual"), ("expected", "plan"), ("low", "other"), ("high", "other"))
    fields = [field for field, _ in curves]
    return {
        "start": int(shown.grid.start.timestamp()),
        "step": int(shown.grid.step.total_seconds()),
        "steps": shown.grid.n_steps,
        "timeZone": shown.sensor.asset.time_zone,
        "now": int(shown.run.knowledge_time.timestamp()),
        "panels": [
            {
                "title": shown.sensor.name,
                "unit": shown.unit,
                "limits": [],
                "bands": [[fields.index("low"), fields.index("high")]],
                "series": [
                    {
                        "name": names[field],
                        "role": role,
                        "kind": "step",
                        "values": _column(getattr(shown, field)),
                    }
                    for field, role in curves
                ],
            }
        ],
    }


def shown_rows(shown: Shown) -> list[tuple[datetime, float | None, float | None, float | None]]:
    """Return start, expected, low and high of each step of the window."""
    if shown.run is None or shown.grid is None:
        return []
    first = (shown.run.start - shown.grid.start) // shown.grid.step
    columns = [_column(each)[first:] for each in (shown.expected, shown.low, shown.high)]
    starts = [shown.run.start + n * shown.grid.step for n in range(len(columns[0]))]
    return list(zip(starts, *columns, strict=True))


def _column(values: Array | None) -> list[float | None]:
    if values is None:
        return []
    return [None if math.isnan(value) else round(value, _DIGITS) for value in values.tolist()]
