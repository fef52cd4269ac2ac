"""What was measured of a building or a battery, as the documents that identification reads."""

from datetime import datetime
from typing import Any

import numpy as np

from assets.models import Sensor
from assets.queries import MEASURED, read_onto
from assets.timegrid import TimeGrid
from scheduling.flex.identification import BatteryMeasured, BuildingMeasured
from scheduling.flex.measured import MeasuredBattery, MeasuredBuilding
from scheduling.interpret.failures import FAILURES


class SensorRemoved(ValueError):
    """A sensor that was asked for is not there any more; words for the user."""


def read_measured(
    asked: BuildingMeasured | BatteryMeasured, grid: TimeGrid, *, known_at: datetime
) -> MeasuredBuilding | MeasuredBattery:
    """Return what was measured on ``grid``, as it was known then.

    Raises:
        SensorRemoved: as it says.
        ValueError: a sensor's resolution does not fit the step.
        pydantic.ValidationError: the step is none of a document.
    """
    minutes = round(grid.step_hours * 60)
    if isinstance(asked, BatteryMeasured):
        beyond = TimeGrid(grid.start, grid.step, grid.n_steps + 1)
        return MeasuredBattery.model_validate(
            {
                "step_minutes": minutes,
                "power_kw": _series(asked.power, grid, known_at),
                "stock_kwh": _series(asked.stock, beyond, known_at),
            }
        )
    given: dict[str, Any] = {
        "step_minutes": minutes,
        "indoor_c": _series(asked.indoor, grid, known_at),
        "outdoor_c": _series(asked.outdoor, grid, known_at),
        "heat_kw": _series(asked.heat, grid, known_at),
        "capacities": asked.capacities,
    }
    if asked.irradiance is not None:
        watts = _series(asked.irradiance, grid, known_at)
        given["sun_kw_per_m2"] = [None if each is None else each / 1000 for each in watts]
    return MeasuredBuilding.model_validate(given)


def _series(sensor_id: int, grid: TimeGrid, known_at: datetime) -> list[float | None]:
    sensor = Sensor.objects.select_related("asset").filter(pk=sensor_id).first()
    if sensor is None:
        raise SensorRemoved(FAILURES("asked_sensor_gone"))
    values = read_onto(sensor, grid, known_at=known_at, kinds=MEASURED)
    return [None if np.isnan(each) else each for each in values.tolist()]
