"""What an asset of its kind does on a typical day: a first guess, until there is a history.

Shares of the peak, drawn by hand from what such assets usually do; not measured, and bands are
as wide as that deserves.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from forecasting.features.series import Array, Times

_HOURS: Final = np.arange(25)
_WORK: Final = np.interp(_HOURS, [0, 6, 9, 16, 19, 24], [0.25, 0.3, 0.8, 0.75, 0.35, 0.25])
_FREE: Final = np.interp(_HOURS, [0, 8, 12, 20, 24], [0.22, 0.25, 0.3, 0.27, 0.22])
_SUN: Final = -0.45 * np.maximum(0.0, np.sin(np.pi * (_HOURS - 6) / 14)) ** 1.3
_HEAT: Final = np.interp(_HOURS, [0, 6, 8, 12, 18, 22, 24], [0.3, 0.5, 0.6, 0.3, 0.45, 0.4, 0.3])
_CHARGE: Final = np.interp(_HOURS, [0, 7, 9, 15, 18, 21, 24], [0.1, 0.05, 0.3, 0.2, 0.3, 0.25, 0.1])
#: By kind of asset: shares of the peak on workdays and on other days, positive into the asset.
_SHAPES: Final[Mapping[str, tuple[Array, Array]]] = {
    "PV": (_SUN, _SUN),
    "HEAT_PUMP": (_HEAT, _HEAT),
    "CHARGE_POINT": (_CHARGE, _CHARGE),
}
_LOAD: Final = (_WORK, _FREE)
#: Half a band of 80 % in shares of the expected value: nobody has measured here yet.
_DOUBT: Final = 0.6


def typical_day(asset_type: str, peak_kw: float, times: Times, levels: Array) -> Array:
    """Return quantiles of power [kW] at ``times`` (H,), shape (Q, H), positive into the asset."""
    minutes = times.astype("datetime64[m]").astype(np.int64)
    hour = minutes % 1_440 / 60
    workday = (minutes // 1_440 + 3) % 7 < 5
    work, free = _SHAPES.get(asset_type, _LOAD)
    share = np.where(workday, np.interp(hour, _HOURS, work), np.interp(hour, _HOURS, free))
    centre = share * peak_kw
    # A triangle around the guess would do as well: only the width is meant.
    spread = (levels[:, None] - 0.5) / 0.4 * _DOUBT * np.abs(centre)
    found: Array = np.clip(
        centre + spread, *((-np.inf, 0.0) if share.max() <= 0 else (0.0, np.inf))
    )
    return found
