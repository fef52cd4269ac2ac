"""Solar generation from the geometry of the sun.

Clear-sky irradiance by Haurwitz (Journal of Meteorology 2, 1945), dimmed by clouds after Kasten
and Czeplak (Solar Energy 24, 1980), split into beam and diffuse after Erbs (Solar Energy 28,
1982) and turned onto the panel, with pvlib. Panels lose 0.4 % per degree above 25 °C.
"""

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from config.demo.weather import Weather

Array = NDArray[np.float64]

_PERFORMANCE: Final = 0.86  # wiring, dirt, mismatch, inverter
_LOSS_PER_DEGREE: Final = 0.004
_HEATING: Final = 0.03  # °C above the air per W/m²


@dataclass(frozen=True, slots=True)
class Roof:
    """A photovoltaic system.

    Attributes:
        latitude, longitude: degrees north and east.
        tilt: degrees from horizontal.
        azimuth: degrees clockwise from north; 180 is south.
        peak_kw: of the panels under standard conditions.
        inverter_kw: most that it feeds in.
    """

    latitude: float
    longitude: float
    tilt: float
    azimuth: float
    peak_kw: float
    inverter_kw: float


def solar_power(roof: Roof, weather: Weather) -> Array:
    """Return mean power per step [kW], shape (T,): never positive: it comes out."""
    import pandas as pd  # noqa: PLC0415 - a second, which no other command should pay
    import pvlib  # noqa: PLC0415

    grid = weather.grid
    middle = grid.start + grid.step / 2
    times = pd.date_range(middle, periods=grid.n_steps, freq=pd.Timedelta(grid.step))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pvlib uses what newer releases of pandas call old
        sun = pvlib.solarposition.get_solarposition(times, roof.latitude, roof.longitude)
        clear = pvlib.clearsky.haurwitz(sun["apparent_zenith"])["ghi"]
        horizontal = clear * (1 - 0.75 * weather.cloud_cover**3.4)
        irradiance = _on_panel(pvlib, roof, sun, horizontal, times)
    heat = weather.temperature + _HEATING * irradiance - 25.0
    power = roof.peak_kw * irradiance / 1000 * _PERFORMANCE * (1 - _LOSS_PER_DEGREE * heat)
    return -np.clip(power, 0.0, roof.inverter_kw)


def _on_panel(pvlib: Any, roof: Roof, sun: Any, horizontal: Any, times: Any) -> Array:
    split = pvlib.irradiance.erbs(horizontal, sun["zenith"], times)
    panel = pvlib.irradiance.get_total_irradiance(
        roof.tilt,
        roof.azimuth,
        sun["apparent_zenith"],
        sun["azimuth"],
        split["dni"],
        horizontal,
        split["dhi"],
    )
    irradiance: Array = np.nan_to_num(panel["poa_global"].to_numpy(dtype=float), nan=0.0)
    return irradiance


def sunlight(weather: Weather, *, latitude: float = 52.2, longitude: float = 5.3) -> Array:
    """Return the share of a country's panels' peak that they give, in [0, 1], shape (T,)."""
    country = Roof(latitude, longitude, tilt=30, azimuth=180, peak_kw=1.0, inverter_kw=1.0)
    return -solar_power(country, weather)
