"""How good the forecasts of a sensor have been of late, and whether they are getting worse."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.evaluation import metrics
from forecasting.features.series import Array

#: Recent errors so much larger than before are no chance any more.
_DRIFT: Final = 1.5
_FEWEST: Final = 48


@dataclass(frozen=True, slots=True)
class LiveScores:
    """Scores of forecasts that were made before their events; unit of the sensor.

    Attributes:
        scored: how many events were both foretold and measured.
        mae, bias: see ``metrics``.
        skill: against the same time a week before, on the same events; None without such.
        coverage: share between the 0.1 and 0.9 quantiles; None without them.
        recent_mae: of the newest quarter.
        drifts: whether recent errors are half as large again as those before.
    """

    scored: int
    mae: float
    bias: float
    skill: float | None
    coverage: float | None
    recent_mae: float
    drifts: bool

    def words(self) -> str:
        """Return the scores in a line for people."""
        if not self.scored:
            return "nothing to compare yet"
        parts = [f"MAE {self.mae:.4g}"]
        if self.skill is not None:
            parts.append(f"{self.skill:+.0%} against last week")
        if self.coverage is not None:
            parts.append(f"band holds {self.coverage:.0%} of 80 %")
        if self.drifts:
            parts.append(f"DRIFTS: recent MAE {self.recent_mae:.4g}")
        return ", ".join(parts)


def live_scores(measured: Array, median: Array, low: Array, high: Array, week: int) -> LiveScores:
    """Return the scores over consecutive events, all arrays of shape (T,), NaN where unknown.

    Args:
        measured, median, low, high: what was measured, and quantiles foretold before.
        week: events in a week.
    """
    both = ~np.isnan(measured) & ~np.isnan(median)
    scored = int(both.sum())
    truth, point = np.where(both, measured, np.nan), np.where(both, median, np.nan)
    last_week = np.full_like(measured, np.nan)
    last_week[week:] = measured[:-week] if week < measured.size else np.nan
    comparable = both & ~np.isnan(last_week)
    skill = None
    if comparable.any():
        naive = metrics.mae(truth[comparable], last_week[comparable])
        skill = metrics.skill(metrics.mae(truth[comparable], point[comparable]), naive)
    banded = both & ~np.isnan(low) & ~np.isnan(high)
    errors = np.abs(truth - point)[both]
    recent, before = errors[-max(1, scored // 4) :], errors[: -max(1, scored // 4)]
    return LiveScores(
        scored=scored,
        mae=metrics.mae(truth, point),
        bias=metrics.bias(truth, point),
        skill=skill,
        coverage=metrics.coverage(truth[banded], low[banded], high[banded])
        if banded.any()
        else None,
        recent_mae=float(recent.mean()) if recent.size else float("nan"),
        drifts=scored >= _FEWEST and float(recent.mean()) > _DRIFT * float(before.mean()),
    )
