"""Prophet: trend, daily and weekly seasons and covariates, fitted by Stan.

Taylor and Letham, "Forecasting at Scale", The American Statistician 72, 2018. Workdays and
weekends have daily seasons of their own. Quantiles are those of its predictive samples, which
hold the noise and what the trend may do.

The library takes a second to import and is needed in workers alone, so it is imported on first
use. It draws from numpy's global generator; that is seeded for the call and put back, so equal
histories get equal answers and nobody else's numbers change.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, ClassVar, Final, Self

import numpy as np

from forecasting.forecasters.base import Array, Sample, Times
from forecasting.forecasters.bounds import Bounds
from forecasting.forecasters.wall_clock import day_of_week, require_days

_MIN_DAYS: Final = 8
_MAX_DAYS: Final = 730
_MAX_ROWS: Final = 9_000  # 94 days of quarter-hours; a fit takes about 0.1 ms per row
_SAMPLES: Final = 500
_SEED: Final = 20_260_328
_SEASONS: Final = {"workday": 10, "weekend": 6}  # sines of the time of day


class ProphetForecaster:
    """See the module."""

    version: ClassVar[str] = f"1 on prophet {version('prophet')}"

    def __init__(self) -> None:
        self._model: Any = None
        self._bounds: Bounds

    def fit(self, history: Sample, n_ahead: int) -> Self:
        require_days(history, _MIN_DAYS)
        known = _thinned(history.known())
        self._bounds = Bounds.of(known.target)
        with _quiet():
            self._model = _new_model(known.covariates.shape[1])
            frame = _frame(known.times, known.covariates)
            self._model.fit(frame.assign(y=known.target), seed=_SEED)
        return self

    def predict(self, times: Times, covariates: Array, quantiles: Array) -> Array:
        # Prophet sorts its rows, so repeated labels are asked once and handed back twice.
        labels, first, place = np.unique(times, return_index=True, return_inverse=True)
        with _quiet(), _seeded():
            samples = self._model.predictive_samples(_frame(labels, covariates[first]))["yhat"]
        return self._bounds.clip(np.quantile(samples, quantiles, axis=1))[:, place]


def _thinned(known: Sample) -> Sample:
    """Return the newest two years of ``known``, and of those every n-th step if still too many.

    Steps are left out rather than averaged: means of several steps would hide their noise.
    """
    recent = known.times > known.times.max() - np.timedelta64(_MAX_DAYS, "D")
    times, target = known.times[recent], known.target[recent]
    every = -(-times.size // _MAX_ROWS)
    # An even distance could meet the same times of day for ever.
    every += 1 if every > 1 and every % 2 == 0 else 0
    kept = slice(None, None, every)
    return Sample(times[kept], target[kept], known.covariates[recent][kept])


def _new_model(n_covariates: int) -> Any:
    # Typed as Any: neither prophet nor pandas, which it speaks, has types.
    from prophet import Prophet  # noqa: PLC0415

    model = Prophet(
        daily_seasonality=False,
        weekly_seasonality=3,
        yearly_seasonality=False,
        uncertainty_samples=_SAMPLES,
    )
    for name, sines in _SEASONS.items():
        model.add_seasonality(f"daily_{name}", period=1, fourier_order=sines, condition_name=name)
    for index in range(n_covariates):
        model.add_regressor(f"covariate_{index}")
    return model


def _frame(times: Times, covariates: Array) -> Any:
    import pandas as pd  # noqa: PLC0415

    workday = day_of_week(times) < 5
    columns = {f"covariate_{index}": column for index, column in enumerate(covariates.T)}
    return pd.DataFrame(
        {"ds": times.astype("datetime64[ns]"), "workday": workday, "weekend": ~workday, **columns}
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the loggers and warnings of prophet, stan and pandas; errors are still raised."""
    # Prophet's first import brings a library for plots, whose many loggers tell of its fonts.
    plots = logging.getLogger("matplotlib")
    level = plots.level
    plots.setLevel(logging.WARNING)
    loggers = [logging.getLogger(name) for name in ("prophet", "prophet.plot", "cmdstanpy")]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        plots.setLevel(level)
        for logger, was in zip(loggers, before, strict=True):
            logger.disabled = was


@contextmanager
def _seeded() -> Iterator[None]:
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(_SEED)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
