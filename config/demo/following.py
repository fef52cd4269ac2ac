"""From the plan to the next morning: what meters saw while the batteries followed their plans.

Loads and panels do what the generator says, so the grid's power differs from the plan by the
errors of the forecasts, as it would anywhere.
"""

from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assets.models import Asset, AssetType, Belief, Sensor, Source, SourceKind
from assets.services import SeriesOfBeliefs, record_many
from assets.timegrid import TimeGrid
from config.demo.catalogue import Battery
from config.demo.filling import Filling
from config.demo.founding import POWER, STOCK
from config.demo.generator import device_power
from config.demo.planning import PlannedSite
from scheduling.flex.run import RunResult
from scheduling.models import ScheduleRun
from tenants.permissions import PLATFORM

#: How much of the planned day has passed.
MORNING: Final = timedelta(hours=9)


def follow_plan(place: PlannedSite, run: ScheduleRun, filling: Filling) -> None:
    """Record the first hours of the planned day, unless an earlier demo did; within the tenant."""
    connection = Asset.objects.get(parent=place.asset, asset_type=AssetType.GRID_CONNECTION)
    if Belief.objects.filter(sensor__asset=connection, event_start=run.start).exists():
        return
    result = RunResult.model_validate(run.result)
    grid = TimeGrid.between(filling.window.measured.end, run.start + MORNING, run.step)
    first = filling.window.measured.n_steps
    before = (run.start - grid.start) // run.step
    meter = Source.objects.of(SourceKind.METER, filling.meter_name, filling.version)
    total = np.zeros(grid.n_steps)
    series = []
    for device in place.site.devices:
        if isinstance(device, Battery):
            # It waits for its first plan, as full as it was delivered.
            power = np.zeros(grid.n_steps)
            power[before:] = result.power_kw[device.name][: grid.n_steps - before]
            stock = np.full(grid.n_steps, float(device.stock_at_start_kwh))
            stock[before:] = result.stock_kwh[device.name][: grid.n_steps - before]
            series.append(_measured(_sensor(place.asset, device.name, STOCK), grid, stock, meter))
        else:
            power = device_power(filling.country, place.site, device)[first:][: grid.n_steps]
        total += power
        series.append(_measured(_sensor(place.asset, device.name, POWER), grid, power, meter))
    series.append(_measured(_sensor(place.asset, connection.name, POWER), grid, total, meter))
    record_many(actor=PLATFORM, series=series)


def _sensor(site: Asset, device: str, name: str) -> Sensor:
    sensors = Sensor.objects.select_related("asset")
    return sensors.get(asset__parent=site, asset__name=device, name=name)


def _measured(
    sensor: Sensor, grid: TimeGrid, values: NDArray[np.float64], meter: Source
) -> SeriesOfBeliefs:
    return SeriesOfBeliefs(
        sensor=sensor, source=meter, grid=grid, values=np.round(values, 3), belief_time=None
    )
