"""Between our arrays and a forecaster: ask it, check its answer, fall back on the baseline.

A forecaster may be anyone's code. Whatever it does, a sensor with two days of history gets a
forecast; that another model made it, and why, is said in words.
"""

import logging
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.forecasters.base import (
    FORECASTERS,
    Array,
    NotEnoughHistory,
    Sample,
    Times,
)
from tenants.plugins import UnknownPlugin

logger = logging.getLogger(__name__)

BASELINE: Final = "seasonal_naive"
QUANTILES: Final = (0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95)


class NoForecast(Exception):
    """Neither the forecaster nor the baseline has an answer. Words for the user."""


class WrongAnswer(Exception):
    """A forecaster broke its contract; the text says how."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """A distribution per step.

    Attributes:
        values: shape (Q, H) for ``QUANTILES``, in the unit of the history.
        forecaster, version: who made it.
        fallback: why it is not the forecaster that was asked; empty if it is.
    """

    values: Array
    forecaster: str
    version: str
    fallback: str = ""


def forecast(name: str, history: Sample, times: Times) -> Forecast:
    """Return what forecaster ``name``, or else the baseline, expects at ``times``, shape (H,).

    Raises:
        NoForecast: the history is too short for the baseline too.
    """
    try:
        return _ask(name, history, times)
    except (NotEnoughHistory, WrongAnswer, UnknownPlugin) as failure:
        reason = f"{name} {failure}" if isinstance(failure, NotEnoughHistory) else str(failure)
    except Exception as error:  # a plug-in may raise anything, and its message hold anything
        logger.exception("forecaster %s failed", name)
        reason = f"{name} failed ({type(error).__name__})"
    if name == BASELINE:
        raise NoForecast(f"no forecast: {reason}")
    try:
        found = _ask(BASELINE, history, times)
    except NotEnoughHistory as failure:
        raise NoForecast(f"no forecast: {reason}; {BASELINE} {failure}") from None
    return Forecast(found.values, found.forecaster, found.version, fallback=reason)


def _ask(name: str, history: Sample, times: Times) -> Forecast:
    forecaster = FORECASTERS.get(name)
    covariates = np.empty((times.size, history.covariates.shape[1]))
    values = forecaster().fit(history, times.size).predict(times, covariates, np.array(QUANTILES))
    _check(name, values, times.size)
    return Forecast(values, name, forecaster.version)


def _check(name: str, values: Array, n_steps: int) -> None:
    if np.shape(values) != (len(QUANTILES), n_steps):
        wanted = (len(QUANTILES), n_steps)
        raise WrongAnswer(f"{name} answered an array of {np.shape(values)}, not {wanted}")
    if not np.isfinite(values).all():
        raise WrongAnswer(f"{name} answered values that are no numbers")
    if (np.diff(values, axis=0) < 0).any():
        raise WrongAnswer(f"{name} answered quantiles that are not in order")
