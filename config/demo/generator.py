"""The demo's numbers: the same seed gives the same series, to the last bit.

One weather over the country moves prices, generation and compressors together: a sunny noon is
cheap, and everyone's panels see it.
"""

import zlib
from dataclasses import dataclass, replace
from typing import Final, assert_never

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from config.demo import consumption
from config.demo.catalogue import Load, Photovoltaics, Site
from config.demo.prices import day_ahead_prices
from config.demo.solar import Roof, solar_power
from config.demo.weather import Weather, autocorrelated, weather_over

Array = NDArray[np.float64]

#: Chosen for a planned day with negative prices at noon and a peak in the evening.
DEFAULT_SEED: Final = 19
_CHARGER_KW: Final = 90.0


@dataclass(frozen=True, slots=True)
class Country:
    """What all sites share over the T steps of ``weather.grid``.

    Attributes:
        seed: everything else follows from it.
        prices: day-ahead [EUR/kWh], shape (T,), equal within an hour.
    """

    seed: int
    weather: Weather
    prices: Array


def country_over(grid: TimeGrid, *, seed: int) -> Country:
    """Return weather and prices over ``grid``, which starts on a whole hour."""
    weather = weather_over(grid, _random(seed, "weather"))
    return Country(seed, weather, day_ahead_prices(weather, _random(seed, "prices")))


def import_prices(country: Country, site: Site) -> Array:
    """Return what the site pays per imported kWh [EUR/kWh], shape (T,)."""
    return country.prices + site.markup_per_kwh


def device_power(country: Country, site: Site, device: Photovoltaics | Load) -> Array:
    """Return the device's mean power per step [kW, positive into it], shape (T,)."""
    random = _random(country.seed, f"{site.name}/{device.name}")
    weather = _local(country, site)
    if isinstance(device, Photovoltaics):
        roof = Roof(
            site.latitude,
            site.longitude,
            device.tilt,
            device.azimuth,
            device.peak_kw,
            device.inverter_kw,
        )
        return solar_power(roof, weather)
    return _consumption(device, weather, random)


def _consumption(load: Load, weather: Weather, random: Generator) -> Array:
    match load.kind:
        case "docks":
            return consumption.docks(weather, random, peak_kw=load.size)
        case "offices":
            return consumption.offices(weather, random, peak_kw=load.size)
        case "cold_store":
            return consumption.cold_store(weather, random, base_kw=load.size)
        case "household":
            return consumption.household(weather, random, yearly_kwh=load.size)
        case "truck_charging":
            return consumption.truck_charging(
                weather, random, trucks=int(load.size), charger_kw=_CHARGER_KW
            )
        case _:
            assert_never(load.kind)


def _local(country: Country, site: Site) -> Weather:
    """Return the country's weather with the clouds that pass over ``site`` alone."""
    weather = country.weather
    memory = 0.5 / weather.grid.step_hours
    passing = autocorrelated(
        _random(country.seed, f"{site.name}/clouds"), weather.grid.n_steps, memory_steps=memory
    )
    return replace(weather, cloud_cover=np.clip(weather.cloud_cover + 0.12 * passing, 0.0, 1.0))


def _random(seed: int, name: str) -> Generator:
    # By name, so that adding a device changes no other device's numbers. Not ``hash``: it is
    # salted per process.
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
