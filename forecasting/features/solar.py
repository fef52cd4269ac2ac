"""What the sun would give a panel: physics by pvlib, from the weather or from a clear sky.

Positions of the sun, the split of global irradiance into beam and sky (Erbs, Klein and Duffie,
Solar Energy 28, 1982), the clear sky of Haurwitz (J. of Meteorology 2, 1945), and the
irradiance of a tilted plane (Hay and Davies, 1980), with the loss by warm cells.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from forecasting.features import known
from forecasting.features.series import Array, Place, Sample, Times

#: Tilts and azimuths (degrees; north is 0) among which a site's own is looked for.
_PLANES: Final = tuple(
    (tilt, azimuth) for tilt in (10.0, 25.0, 40.0) for azimuth in (90.0, 135.0, 180.0, 225.0, 270.0)
)
#: By how much it is then turned, until it fits no better.
_TURNS: Final = ((10.0, 22.5), (5.0, 10.0))
Plane = tuple[float, float]
_PER_DEGREE: Final = 0.004
_HALF_HOUR: Final = np.timedelta64(1_800, "s")


@dataclass(frozen=True, slots=True)
class Sky:
    """Sun and irradiance at the middle of steps, all shape (T,); angles in degrees, W/m²."""

    zenith: Array
    azimuth: Array
    ghi: Array
    dni: Array
    dhi: Array
    extra: Array
    temperature: Array | None

    def power(self, tilt: float, azimuth: float) -> Array:
        """Return what a panel of 1 kW gives on this plane [kW], without losses but of heat."""
        from pvlib import irradiance  # noqa: PLC0415 - slow to import

        on_plane = irradiance.get_total_irradiance(
            tilt,
            azimuth,
            self.zenith,
            self.azimuth,
            self.dni,
            self.ghi,
            self.dhi,
            dni_extra=self.extra,
            model="haydavies",
        )
        power: Array = np.nan_to_num(np.asarray(on_plane["poa_global"], dtype=float)) / 1_000
        if self.temperature is not None:
            cell = self.temperature + 30.0 * power  # a mounted module in light wind
            power = power * (1 - _PER_DEGREE * (cell - 25.0))
        return power


def sky_of(times: Times, covariates: Array, names: tuple[str, ...], place: Place) -> Sky:
    """Return the sky over ``place`` at ``times``, from covariates if they hold irradiance."""
    import pandas as pd  # noqa: PLC0415 - pvlib speaks pandas
    from pvlib import clearsky, irradiance, solarposition  # noqa: PLC0415

    index = pd.DatetimeIndex(_utc_middles(times, place.time_zone), tz="UTC")
    sun = solarposition.get_solarposition(index, place.latitude, place.longitude)
    zenith = sun["apparent_zenith"].to_numpy()
    weather = _column(covariates, names, known.IRRADIANCE)
    if weather is None:
        ghi = clearsky.haurwitz(sun["apparent_zenith"])["ghi"].to_numpy()
    else:
        ghi = np.maximum(weather, 0.0)
    split: Any = irradiance.erbs(ghi, zenith, index)
    return Sky(
        zenith=zenith,
        azimuth=sun["azimuth"].to_numpy(),
        ghi=ghi,
        dni=np.nan_to_num(np.asarray(split["dni"])),
        dhi=np.nan_to_num(np.asarray(split["dhi"])),
        extra=np.asarray(irradiance.get_extra_radiation(index)),
        temperature=_column(covariates, names, known.TEMPERATURE),
    )


def best_plane(sky: Sky, generation: Array) -> Plane:
    """Return the tilt and azimuth whose power, times one gain, fits ``generation`` best."""
    kept = ~np.isnan(generation) & (sky.zenith < 87)

    def error(plane: Plane) -> float:
        power = sky.power(*plane)[kept]
        gain = float(power @ generation[kept]) / max(float(power @ power), 1e-9)
        return float(np.abs(generation[kept] - gain * power).sum())

    best = min(_PLANES, key=error)
    for turn in _TURNS:
        while (nearer := min(_turned(best, *turn), key=error)) != best:
            best = nearer
    return best


def _turned(plane: Plane, tilt: float, azimuth: float) -> list[Plane]:
    """Return ``plane`` and those next to it, so far from it in tilt and azimuth."""
    moves = product((0.0, -tilt, tilt), (0.0, -azimuth, azimuth))
    return [(max(plane[0] + up, 0.0), plane[1] + aside) for up, aside in moves]


def is_of_the_sun(sky: Sky, target: Array) -> bool:
    """Return whether ``target`` (T,) happens by day alone, as what panels give does."""
    kept = ~np.isnan(target)
    night = kept & (sky.zenith > 95)
    day = kept & (sky.zenith < 85)
    if not night.any() or not day.any():
        return False
    by_day = np.abs(target[day]).mean()
    return bool(np.abs(target[night]).mean() < 0.02 * by_day)


def _column(covariates: Array, names: tuple[str, ...], name: str) -> Array | None:
    found: Array | None = covariates[:, names.index(name)] if name in names else None
    return found


def _utc_middles(times: Times, time_zone: str) -> Times:
    """Return the middles of the steps in UTC; an hour that is there twice counts once, twice."""
    zone = ZoneInfo(time_zone)
    half_hours, place = np.unique(
        times.astype("datetime64[s]").astype(np.int64) // 1_800, return_inverse=True
    )
    local = (half_hours * _HALF_HOUR.astype(np.int64)).astype("datetime64[s]")
    offsets = np.array(
        [
            (time.replace(tzinfo=zone).utcoffset() or timedelta()).total_seconds()
            for time in local.tolist()
        ]
    )
    gaps = np.diff(times.astype("datetime64[s]").astype(np.int64))
    step = int(np.median(gaps)) if gaps.size else 3_600
    utc = (
        times.astype("datetime64[s]").astype(np.int64) - offsets[place].astype(np.int64) + step // 2
    )
    return utc.astype("datetime64[s]")


def plane_of(history: Sample) -> Plane | None:
    """Return the plane of the panels that ``history`` is of; None if it is not of the sun."""
    if history.place is None:
        return None
    sky = sky_of(history.times, history.covariates, history.names, history.place)
    if not is_of_the_sun(sky, history.target):
        return None
    return best_plane(sky, np.abs(history.target))


def with_sun(sample: Sample, plane: Plane) -> Sample:
    """Return ``sample`` with a covariate ``sun``: the power of 1 kW of panels on ``plane``.

    Raises:
        ValueError: the sample has no place.
    """
    if sample.place is None:
        raise ValueError("where a sample without a place sees the sun, nobody knows")
    sky = sky_of(sample.times, sample.covariates, sample.names, sample.place)
    covariates = np.column_stack([sample.covariates, sky.power(*plane)])
    names = (*sample.names, known.SUN)
    return Sample(sample.times, sample.target, covariates, names, sample.place)
