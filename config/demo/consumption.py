"""Consumption of the demo, from standard profiles: docks, offices, cold stores, homes, trucks.

Each function returns mean power per step [kW], never negative, shape (T,). People follow the
clock on the wall, compressors the temperature.
"""

from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from assets.calendars import wall_clock
from config.demo.weather import Weather, autocorrelated
from config.demo.window import TIME_ZONE

Array = NDArray[np.float64]

#: Share of the day's activity by hour of the day; between hours a straight line.
_DOCK_WORKDAY: Final = (2, 2, 2, 2, 4, 25, 70, 95, 100, 98, 95, 82, 78, 92, 96, 98, 92, 80, 62,
                        45, 30, 15, 6, 3)  # fmt: skip
_DOCK_SATURDAY: Final = (2, 2, 2, 2, 2, 8, 25, 40, 45, 45, 42, 38, 30, 20, 10, 5, 3, 2, 2, 2, 2,
                         2, 2, 2)  # fmt: skip
_OFFICE: Final = (8, 8, 8, 8, 8, 8, 15, 40, 80, 95, 100, 98, 85, 95, 98, 95, 85, 60, 30, 15, 10,
                  8, 8, 8)  # fmt: skip
_HOME_WORKDAY: Final = (28, 22, 20, 19, 20, 25, 50, 75, 60, 45, 40, 42, 48, 44, 42, 46, 58, 88,
                        118, 125, 112, 95, 70, 45)  # fmt: skip
_HOME_WEEKEND: Final = (34, 26, 22, 20, 20, 22, 30, 48, 70, 82, 85, 86, 92, 82, 74, 70, 76, 95,
                        118, 122, 108, 92, 72, 52)  # fmt: skip
_IDLE: Final = (8,) * 24


def docks(weather: Weather, random: Generator, *, peak_kw: float) -> Array:
    """Return the power of cranes, belts and lights of a warehouse that works early to late."""
    profile = _activity(weather, _DOCK_WORKDAY, _DOCK_SATURDAY, (2,) * 24)
    return _alive(profile * peak_kw, random, share=0.10, memory_steps=3)


def offices(weather: Weather, random: Generator, *, peak_kw: float) -> Array:
    """Return the power of offices, empty on weekends; heating and cooling move it a little."""
    profile = _activity(weather, _OFFICE, _IDLE, _IDLE)
    discomfort = np.abs(weather.temperature - 17.0) / 100
    return _alive(profile * peak_kw * (1 + discomfort), random, share=0.05, memory_steps=6)


def cold_store(weather: Weather, random: Generator, *, base_kw: float) -> Array:
    """Return the power of compressors: more when it is warm and doors open, with defrosts."""
    warmth = 1 + 0.02 * (weather.temperature - 10.0)
    doors = 0.25 * _activity(weather, _DOCK_WORKDAY, _DOCK_SATURDAY, (2,) * 24)
    defrost = 0.35 * (np.arange(weather.grid.n_steps) % 32 == 0)  # every eight hours
    demand = base_kw * (warmth + doors + defrost)
    return _alive(demand, random, share=0.08, memory_steps=2)


def household(weather: Weather, random: Generator, *, yearly_kwh: float) -> Array:
    """Return the power of a home: mornings and evenings, and now and then a kettle or an oven."""
    profile = _activity(weather, _HOME_WORKDAY, _HOME_WEEKEND, _HOME_WEEKEND)
    mean_kw = yearly_kwh / 8760
    smooth = 0.75 * mean_kw * profile / profile.mean()
    chance = 0.09 * profile / profile.mean()
    bursts = (random.random(profile.size) < chance) * random.gamma(2.0, 0.5, profile.size)
    bursts *= 0.25 * mean_kw / max(float(bursts.mean()), 1e-9)
    power: Array = _alive(smooth, random, share=0.15, memory_steps=4) + bursts
    return power


def truck_charging(weather: Weather, random: Generator, *, trucks: int, charger_kw: float) -> Array:
    """Return the power of trucks that charge as soon as they come home, at full power.

    On workdays nine of ten come between 15:00 and 20:00 and need 60 to 220 kWh.
    """
    grid = weather.grid
    local = wall_clock(grid.starts(), TIME_ZONE)
    power = np.zeros(grid.n_steps)
    for day in np.unique(local.astype("datetime64[D]")):
        if (day.astype(int) + 3) % 7 >= 5:
            continue
        arrivals = day.astype("datetime64[s]") + (3600 * random.normal(17.3, 1.1, trucks)).astype(
            "timedelta64[s]"
        )
        needs_kwh = random.uniform(60, 220, trucks)
        for arrival, need in zip(arrivals, needs_kwh, strict=True):
            if random.random() < 0.9:
                _charge(power, int(np.searchsorted(local, arrival)), need / grid.step_hours,
                        charger_kw)  # fmt: skip
    return power


def _charge(power: Array, first: int, need: float, charger_kw: float) -> None:
    """Add a session of ``need`` [kW times steps] from step ``first`` on to ``power``."""
    full, rest = divmod(need, charger_kw)
    session = np.array([charger_kw] * int(full) + [rest])[: max(power.size - first, 0)]
    power[first : first + session.size] += session


def _activity(
    weather: Weather,
    workday: tuple[int, ...],
    saturday: tuple[int, ...],
    sunday: tuple[int, ...],
) -> Array:
    """Return the activity of each step as a share of the busiest, by kind of day."""
    minutes = wall_clock(weather.grid.starts(), TIME_ZONE).astype("datetime64[m]").astype(np.int64)
    hour = minutes % 1440 / 60
    day = (minutes // 1440 + 3) % 7
    shapes = [
        np.interp(hour, np.arange(25), [*shape, shape[0]]) for shape in (workday, saturday, sunday)
    ]
    activity: Array = np.where(day < 5, shapes[0], np.where(day == 5, shapes[1], shapes[2])) / 100
    return activity


def _alive(power: Array, random: Generator, *, share: float, memory_steps: float) -> Array:
    """Return ``power`` with noise of ``share`` of itself that lasts some ``memory_steps``."""
    noise = autocorrelated(random, power.size, memory_steps=memory_steps)
    alive: Array = np.maximum(power * (1 + share * noise), 0.0)
    return alive
