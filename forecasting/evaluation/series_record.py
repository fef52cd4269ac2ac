"""A whole series as a record: before an origin all is known, after it the covariates alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.evaluation.backtest import NothingToScore, Situation
from forecasting.forecasters.base import Array, Sample
from forecasting.forecasters.wall_clock import minute_of_day


@dataclass(frozen=True, slots=True)
class SeriesRecord:
    """See the module. ``positions`` are the steps at whose beginning one stands, shape (N,)."""

    series: Sample
    positions: NDArray[np.intp]
    n_steps: int

    @property
    def origins(self) -> int:
        return self.positions.size

    def situation(self, origin: int) -> Situation:
        at = int(self.positions[origin])
        ahead = slice(at, at + self.n_steps)
        return Situation(self.series[:at], self.series.times[ahead], self.series.covariates[ahead])

    def truth(self, origin: int) -> Array:
        at = int(self.positions[origin])
        return self.series.target[at : at + self.n_steps]


def daily_record(
    series: Sample, n_steps: int, *, issue_minute: int, test_share: float, max_origins: int | None
) -> SeriesRecord:
    """Return a record with one origin a day in the last ``test_share`` of ``series``.

    Args:
        series: consecutive steps.
        n_steps: length of the window foretold, in steps.
        issue_minute: minute of the local day at which each window begins.
        test_share: in (0, 1).
        max_origins: the most, evenly spread; None for one of each day.

    Raises:
        NothingToScore: no such origin has a whole window after it.
    """
    first = round(series.times.size * (1 - test_share))
    at_issue = np.flatnonzero(minute_of_day(series.times) == issue_minute)
    positions = at_issue[(at_issue >= max(first, 1)) & (at_issue + n_steps <= series.times.size)]
    # The hour that is there twice begins one day only.
    days = series.times[positions].astype("datetime64[D]")
    positions = positions[np.unique(days, return_index=True)[1]]
    if not positions.size:
        raise NothingToScore(
            f"the last {test_share:.0%} of {series.times.size} steps hold no window of {n_steps} "
            f"steps that begins at {issue_minute // 60:02d}:{issue_minute % 60:02d}"
        )
    if max_origins is not None and positions.size > max_origins:
        chosen = np.linspace(0, positions.size - 1, max_origins).round().astype(int)
        positions = positions[chosen]
    return SeriesRecord(series, positions, n_steps)
