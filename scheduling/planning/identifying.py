"""From measurements to the parameters of a building or a battery, or to what they lack."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.identify import Identified, identify_battery, identify_building
from scheduling.flex.measured import MeasuredBattery, MeasuredBuilding
from scheduling.interpret.failures import FAILURES

Array = NDArray[np.float64]

#: What is needed at least.
LEAST_HOURS: Final = 24.0
LEAST_KNOWN_SHARE: Final = 0.8
LONGEST_GAP_HOURS: Final = 2.0
LEAST_SWING_K: Final = 0.5
LEAST_SWING_KW: Final = 0.1
LEAST_MOVED_KWH: Final = 0.1
#: A relative error above this says that the data tell nothing of a parameter.
MOST_ERROR: Final = 0.5


class NotIdentifiable(ValueError):
    """The measurements do not tell the parameters; words for the user."""


def identify(measured: MeasuredBuilding | MeasuredBattery) -> Identified:
    """Return the parameters that explain ``measured`` best.

    Raises:
        NotIdentifiable: it is too short, too flat or has too many gaps.
    """
    if isinstance(measured, MeasuredBattery):
        return _battery(measured)
    return _building(measured)


def _building(measured: MeasuredBuilding) -> Identified:
    hours = measured.step_minutes / 60
    indoor = _array(measured.indoor_c)
    _check_length("indoor_c", indoor, hours)
    outdoor = _filled("outdoor_c", _array(measured.outdoor_c), hours)
    heat = _filled("heat_kw", _array(measured.heat_kw), hours)
    sun = np.zeros(indoor.size)
    if measured.sun_kw_per_m2 is not None:
        sun = _filled("sun_kw_per_m2", _array(measured.sun_kw_per_m2), hours)
    if np.nanmax(indoor) - np.nanmin(indoor) < LEAST_SWING_K:
        raise NotIdentifiable(FAILURES("indoor_flat", least=LEAST_SWING_K))
    if heat.max() - heat.min() < LEAST_SWING_KW:
        raise NotIdentifiable(FAILURES("heat_flat", least=LEAST_SWING_KW))
    found = identify_building(
        indoor, outdoor, heat, sun, hours=hours, capacities=measured.capacities
    )
    return _told(found)


def _battery(measured: MeasuredBattery) -> Identified:
    hours = measured.step_minutes / 60
    power, stock = _array(measured.power_kw), _array(measured.stock_kwh)
    _check_length("power_kw", power, hours)
    _check_length("stock_kwh", stock, hours)
    for way, moved in (
        ("charges", np.nansum(np.maximum(power, 0.0))),
        ("discharges", np.nansum(np.maximum(-power, 0.0))),
    ):
        if moved * hours < LEAST_MOVED_KWH:
            raise NotIdentifiable(FAILURES("moved_little", way=way, least=LEAST_MOVED_KWH))
    return _told(identify_battery(power, stock, hours=hours))


def _told(found: Identified) -> Identified:
    for name, error in found.errors.items():
        if name not in {"standing_kw", "aperture_m2"} and not error <= MOST_ERROR:
            raise NotIdentifiable(FAILURES("not_told", name=name, error=float(error)))
    return found


def _array(series: tuple[float | None, ...]) -> Array:
    return np.array([np.nan if each is None else each for each in series], dtype=np.float64)


def _check_length(name: str, series: Array, hours: float) -> None:
    if series.size * hours < LEAST_HOURS:
        found = series.size * hours
        raise NotIdentifiable(FAILURES("too_short", name=name, hours=found, least=LEAST_HOURS))
    share = float(np.mean(~np.isnan(series)))
    if share < LEAST_KNOWN_SHARE:
        raise NotIdentifiable(
            FAILURES("little_known", name=name, share=share, least=LEAST_KNOWN_SHARE)
        )


def _filled(name: str, series: Array, hours: float) -> Array:
    """Return ``series`` with short gaps bridged by straight lines."""
    _check_length(name, series, hours)
    known = np.flatnonzero(~np.isnan(series))
    longest = float(np.diff(known, prepend=-1, append=series.size).max() - 1) * hours
    if longest > LONGEST_GAP_HOURS:
        raise NotIdentifiable(
            FAILURES("long_gap", name=name, hours=longest, most=LONGEST_GAP_HOURS)
        )
    return np.interp(np.arange(series.size), known, series[known])
