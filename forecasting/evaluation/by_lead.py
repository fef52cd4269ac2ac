"""How good forecasts were by how long before their events they were made, and from day to day."""

from dataclasses import dataclass

import numpy as np

from forecasting.evaluation import metrics
from forecasting.features.series import Array


@dataclass(frozen=True, slots=True)
class Said:
    """What was foretold of consecutive events, and held so long before each; shape (T,) each."""

    median: Array
    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Scored:
    """Error and band on events that were both foretold and measured.

    Attributes:
        events: how many those are.
        mae: mean absolute error, unit of the series; NaN without any.
        coverage: share of them in the 10-90 band; NaN without bands.
        week_mae: error of the same time a week before, on those of them that have one.
    """

    events: int
    mae: float
    coverage: float
    week_mae: float


def scored(measured: Array, said: Said, week: int) -> Scored:
    """Return the scores of ``said`` against ``measured`` (T,); ``week`` is a week in events."""
    both = ~np.isnan(measured) & ~np.isnan(said.median)
    before = np.full_like(measured, np.nan)
    before[week:] = measured[:-week] if week < measured.size else np.nan
    banded = both & ~np.isnan(said.low) & ~np.isnan(said.high)
    return Scored(
        int(both.sum()),
        metrics.mae(measured[both], said.median[both]),
        metrics.coverage(measured[banded], said.low[banded], said.high[banded]),
        metrics.mae(measured[both], before[both]),
    )


def by_day(measured: Array, said: Said, week: int, day: int) -> tuple[Array, Array]:
    """Return mean absolute errors of each day, shape (D,), of ``said`` and of last week's values.

    NaN for a day of which nothing can be compared; ``day`` is a day in events, T a multiple.
    """
    before = np.full_like(measured, np.nan)
    before[week:] = measured[:-week] if week < measured.size else np.nan
    known = ~np.isnan(said.median)
    errors = np.abs(measured - said.median), np.where(known, np.abs(measured - before), np.nan)
    return _daily(errors[0], day), _daily(errors[1], day)


def _daily(errors: Array, day: int) -> Array:
    table = errors.reshape(-1, day)
    known = ~np.isnan(table)
    sums, counts = np.where(known, table, 0.0).sum(axis=1), known.sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
