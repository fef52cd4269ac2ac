"""Day-ahead prices of the demo: hourly, with the shape of a Dutch spring.

Evening and morning peaks, cheaper weekends, wind that presses the price, and so much sun at
noon of a clear spring day that it falls below zero.
"""

from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from assets.calendars import wall_clock
from config.demo.solar import sunlight
from config.demo.weather import Weather, autocorrelated
from config.demo.window import TIME_ZONE

Array = NDArray[np.float64]

_PER_KWH: Final = 1e-3  # prices are drawn up in EUR/MWh, as at the exchange


def day_ahead_prices(weather: Weather, random: Generator) -> Array:
    """Return prices [EUR/kWh] per step of the weather's grid, equal within an hour, shape (T,)."""
    grid = weather.grid
    local = wall_clock(grid.starts(), TIME_ZONE)
    minutes = local.astype("datetime64[m]").astype(np.int64)
    hour = minutes % 1440 / 60
    weekend = (minutes // 1440 + 3) % 7 >= 5
    demand = 26 * _bump(hour, 8.0, 1.6) + 52 * _bump(hour, 19.5, 2.0) - 14 * _bump(hour, 3.5, 2.5)
    residual = demand - 16 * weekend - 62 * (weather.wind - 0.35) - 118 * sunlight(weather) ** 1.2
    noise = 9 * autocorrelated(random, grid.n_steps, memory_steps=10 / grid.step_hours)
    price = 84 + residual + noise
    # Below zero supply is turned off, which slows the fall.
    price = np.where(price < 0, 0.55 * price, price)
    return _hourly(price, round(1 / grid.step_hours)) * _PER_KWH


def _bump(hour: Array, centre: float, width: float) -> Array:
    apart = np.abs(hour - centre)
    apart = np.minimum(apart, 24 - apart)
    bump: Array = np.exp(-0.5 * (apart / width) ** 2)
    return bump


def _hourly(price: Array, per_hour: int) -> Array:
    """Return the mean of each hour in each of its steps; the grid starts on a whole hour."""
    hours = np.arange(price.size) // per_hour
    means = np.bincount(hours, weights=price) / np.bincount(hours)
    return np.round(means, 2)[hours]
