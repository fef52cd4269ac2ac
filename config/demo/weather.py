"""Weather of the demo: clouds, wind and air temperature with the memory that real weather has."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from assets.timegrid import TimeGrid

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weather:
    """Weather over the T steps of ``grid``.

    Attributes:
        cloud_cover: share of the sky, in [0, 1], shape (T,).
        temperature: of the air [°C], shape (T,).
        wind: share of what a country's turbines can give, in [0, 1], shape (T,).
    """

    grid: TimeGrid
    cloud_cover: Array
    temperature: Array
    wind: Array


def weather_over(grid: TimeGrid, random: Generator) -> Weather:
    """Return made-up weather of the Netherlands over ``grid``.

    Clouds come and go over a day and, on top, within an hour. Temperature follows the sun of
    the year and of the day (warmest some three hours after noon), and clear nights are colder.
    """
    n_steps, per_hour = grid.n_steps, 1 / grid.step_hours
    fronts = autocorrelated(random, n_steps, memory_steps=18 * per_hour)
    patches = autocorrelated(random, n_steps, memory_steps=0.7 * per_hour)
    cloud_cover = 1 / (1 + np.exp(-(0.3 + 2.0 * fronts + 0.8 * patches)))
    days = grid.starts().astype(np.int64) / 86_400
    season = np.sin(2 * np.pi * (days % 365.25 - 110) / 365.25)
    daily = np.sin(2 * np.pi * (days % 1 - 0.35))
    swing = 4.5 * (1 - 0.6 * cloud_cover)
    drift = 2.5 * autocorrelated(random, n_steps, memory_steps=60 * per_hour)
    wind = 1 / (1 + np.exp(0.9 - 1.4 * autocorrelated(random, n_steps, memory_steps=20 * per_hour)))
    return Weather(grid, cloud_cover, 10.5 + 7.5 * season + swing * daily + drift, wind)


def autocorrelated(random: Generator, n_steps: int, *, memory_steps: float) -> Array:
    """Return a random walk that is pulled back to zero: mean 0, deviation 1, shape (n_steps,).

    An AR(1) process; the correlation of two steps is exp(-distance / memory_steps).
    """
    keep = float(np.exp(-1 / memory_steps))
    shocks = random.normal(0.0, np.sqrt(1 - keep**2), n_steps)
    shocks[0] = random.normal()
    values = np.empty(n_steps)
    level = 0.0
    for step, shock in enumerate(shocks.tolist()):
        level = keep * level + shock
        values[step] = level
    return values
