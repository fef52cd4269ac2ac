"""The three forecasts that cost nothing: a model that loses to one is not worth its price."""

from typing import Final

import numpy as np

from forecasting.forecasters.base import Array, Sample, Times

REFERENCES: Final = ("persistence", "yesterday", "last_week")
_DAY: Final = np.timedelta64(1, "D")


def reference_points(history: Sample, times: Times) -> dict[str, Array]:
    """Return what each of ``REFERENCES`` says of ``times``, shape (H,); NaN where it cannot.

    *Persistence* is the last known value, *yesterday* and *last week* the newest known value
    one or more whole days or weeks before on the wall clock.
    """
    known = history.known()
    labels = known.times.astype("datetime64[s]")
    # Of an hour that is there twice the later one stays.
    unique, from_end = np.unique(labels[::-1], return_index=True)
    values = known.target[::-1][from_end]
    last = np.full(times.shape, known.target[-1] if known.target.size else np.nan)
    wanted = times.astype("datetime64[s]")
    return {
        "persistence": last,
        "yesterday": _lagged(unique, values, wanted, _DAY),
        "last_week": _lagged(unique, values, wanted, 7 * _DAY),
    }


def _lagged(labels: Times, values: Array, wanted: Times, lag: np.timedelta64) -> Array:
    if not labels.size:
        return np.full(wanted.shape, np.nan)
    lags = np.maximum(-((labels[-1] - wanted) // lag), 1)
    found = np.full(wanted.shape, np.nan)
    for _ in range(8):  # where that value is missing, up to seven lags older ones
        missing = np.isnan(found)
        at = wanted[missing] - lags[missing] * lag
        place = np.minimum(np.searchsorted(labels, at), labels.size - 1)
        found[missing] = np.where(labels[place] == at, values[place], np.nan)
        lags = lags + 1
    return found
