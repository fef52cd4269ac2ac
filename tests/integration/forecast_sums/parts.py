"""Parts of a net: what was measured there, and what is foretold."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from assets.models import Sensor, SourceKind
from assets.queries import read_quantiles
from forecasting.interpret import QUANTILES
from forecasting.models import ForecastRun
from tests.factories import believe

DAY = timedelta(days=1)
MIDDLE = QUANTILES.index(0.5)


def measure(sensor: Sensor, until: datetime, factor: float = 1.0) -> None:
    values = np.random.default_rng(sensor.pk).uniform(1, 2, 240) * np.tile(np.arange(24.0), 10)
    believe(sensor, until - 10 * DAY, (factor * values).tolist(), at=until)


def foretell(sensor: Sensor, values: list[float], *, at: datetime) -> None:
    for probability in QUANTILES:
        spread = 10 * (probability - 0.5)
        believe(
            sensor,
            at,
            [value + spread for value in values],
            at=at,
            kind=SourceKind.FORECASTER,
            name="model",
            probability=probability,
        )


def foretold(sensor: Sensor, run: ForecastRun, at: datetime) -> Any:
    return read_quantiles(sensor, run.grid, known_at=at, probabilities=QUANTILES).values
