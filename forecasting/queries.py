"""Reads for forecasting: what was known of a sensor, as a forecaster wants it."""

import numpy as np

from assets.calendars import wall_clock
from assets.models import Sensor
from assets.queries import MEASURED, read_series
from assets.timegrid import TimeGrid
from forecasting.forecasters.base import Sample
from forecasting.models import ForecastModel, ForecastRun


def model_of(sensor: Sensor) -> ForecastModel:
    """Return the model that is kept for ``sensor``, or an unsaved one with the defaults."""
    return ForecastModel.objects.filter(sensor=sensor).first() or ForecastModel(sensor=sensor)


def read_history(run: ForecastRun) -> Sample:
    """Return what was measured before the window of ``run``, as known at its knowledge time.

    Labelled by the clock on the wall of the sensor's asset. NaN where nothing was known, so at
    the end too when the window starts later than the knowledge time.
    """
    sensor = run.sensor
    grid = TimeGrid.between(run.history_start, run.start, sensor.resolution)
    values = read_series(sensor, grid, known_at=run.knowledge_time, kinds=MEASURED)
    times = wall_clock(grid.starts(), sensor.asset.time_zone)
    return Sample(times, values, np.empty((grid.n_steps, 0)))
