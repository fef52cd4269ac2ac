"""How good forecasts have been: what was foretold, held against what was measured."""

from datetime import datetime, timedelta
from typing import Final

from assets.models import Sensor, SourceKind
from assets.queries import MEASURED, read_series
from assets.timegrid import TimeGrid
from forecasting.evaluation.live import LiveScores, live_scores
from forecasting.forecasters.base import Array

_SCORED: Final = timedelta(days=28)


def read_live_scores(sensor: Sensor, *, now: datetime) -> LiveScores:
    """Return how good the forecasts of the last four weeks were.

    Of each event the newest forecast counts; such are formed before their events.
    """
    resolution = sensor.resolution
    end = datetime.fromtimestamp(
        now.timestamp() // resolution.total_seconds() * resolution.total_seconds(), tz=now.tzinfo
    )
    grid = TimeGrid(end - _SCORED // resolution * resolution, resolution, _SCORED // resolution)

    def foretold(probability: float) -> Array:
        return read_series(
            sensor,
            grid,
            known_at=now,
            kinds=[SourceKind.FORECASTER],
            probability=probability,
        )

    measured = read_series(sensor, grid, known_at=now, kinds=MEASURED)
    week = timedelta(days=7) // resolution
    return live_scores(measured, foretold(0.5), foretold(0.1), foretold(0.9), week)
