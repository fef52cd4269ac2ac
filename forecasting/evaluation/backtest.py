"""Backtests: what would have been foretold, had we stood there with what was known then.

Knowledge time moves from origin to origin. What a forecaster gets at an origin comes from a
``Record`` alone, which holds back whatever was not known: so neither a fit nor a forecast can
look ahead. Each learns anew at every origin, or, when it can be brought up to date, every
``refit_days``.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from forecasting.evaluation.references import REFERENCES, reference_points
from forecasting.forecasters.base import (
    Array,
    Explains,
    Forecaster,
    NotEnoughHistory,
    Sample,
    Times,
    Updates,
)
from forecasting.forecasters.seasonal_naive import SeasonalNaive

REFIT_DAYS: Final = 28


class NothingToScore(ValueError):
    """There are too few steps to stand anywhere in them. Words for the user."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known at an origin: the history, and labels and covariates of what follows it."""

    history: Sample
    times: Times
    covariates: Array


class Record(Protocol):
    """What happened, and what was known of it when."""

    @property
    def origins(self) -> int:
        """How many moments there are to stand at, in order of time."""
        ...

    def situation(self, origin: int) -> Situation:
        """Return what was known at ``origin``, of 0 to ``origins``."""
        ...

    def truth(self, origin: int) -> Array:
        """Return what came after ``origin``, shape (H,); NaN where nobody knows yet."""
        ...


@dataclass(frozen=True, slots=True)
class ModelRun:
    """What one model said, and what that took.

    Attributes:
        quantiles: shape (origins, Q, H); NaN where there was not even a baseline.
        failures: origins at which it had no answer, with the reason. There, as in the product,
            the baseline stood in.
        seconds: time of learning and forecasting, all origins.
        fits: how often it learnt.
        reason: why it chose as it did when it last learnt, if it chooses.
    """

    quantiles: Array
    failures: Mapping[int, str]
    seconds: float
    fits: int
    reason: str


@dataclass(frozen=True, slots=True)
class Backtest:
    """What was said and what came.

    Attributes:
        times: labels of the steps foretold, shape (origins, H).
        truth: shape (origins, H).
        references: by name, shape (origins, H).
        models: by name.
        probabilities: shape (Q,).
        first_history: of the first origin; sets the scale of MASE.
    """

    times: Times
    truth: Array
    references: Mapping[str, Array]
    models: Mapping[str, ModelRun]
    probabilities: Array
    first_history: Sample


def backtest(
    record: Record,
    models: Mapping[str, Callable[[], Forecaster]],
    probabilities: Sequence[float],
    *,
    refit_days: int = REFIT_DAYS,
) -> Backtest:
    """Return what each of ``models`` would have said at each origin of ``record``."""
    if record.origins < 1:
        raise NothingToScore("there is no origin with a history before and a whole window after")
    situations = [record.situation(origin) for origin in range(record.origins)]
    points = [reference_points(each.history, each.times) for each in situations]
    levels = np.array(probabilities, dtype=float)
    return Backtest(
        times=np.stack([each.times for each in situations]),
        truth=np.stack([record.truth(origin) for origin in range(record.origins)]),
        references={name: np.stack([each[name] for each in points]) for name in REFERENCES},
        models={
            name: _walk(make, situations, levels, np.timedelta64(refit_days, "D"))
            for name, make in models.items()
        },
        probabilities=levels,
        first_history=situations[0].history,
    )


def _walk(
    make: Callable[[], Forecaster],
    situations: Sequence[Situation],
    levels: Array,
    refit_after: np.timedelta64,
) -> ModelRun:
    began = time.perf_counter()
    n_steps = situations[0].times.size
    quantiles = np.full((len(situations), levels.size, n_steps), np.nan)
    failures: dict[int, str] = {}
    forecaster: Forecaster | None = None
    fitted_at, fits = situations[0].times[0], 0
    for origin, now in enumerate(situations):
        try:
            stale = now.times[0] - fitted_at >= refit_after
            if isinstance(forecaster, Updates) and not stale:
                forecaster.update(now.history)
            else:
                forecaster = make().fit(now.history, n_steps)
                fitted_at, fits = now.times[0], fits + 1
            quantiles[origin] = forecaster.predict(now.times, now.covariates, levels)
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; it is told
            failures[origin] = f"{type(error).__name__}: {error}"[:200]
            forecaster = None
            quantiles[origin] = _baseline(now, levels)
    reason = forecaster.reason() if isinstance(forecaster, Explains) else ""
    return ModelRun(quantiles, failures, time.perf_counter() - began, fits, reason)


def _baseline(now: Situation, levels: Array) -> Array:
    try:
        return (
            SeasonalNaive()
            .fit(now.history, now.times.size)
            .predict(now.times, now.covariates, levels)
        )
    except NotEnoughHistory:
        return np.full((levels.size, now.times.size), np.nan)
