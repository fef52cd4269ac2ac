"""Between our arrays and a forecaster: ask it, check its answer, fall back on the baseline.

A forecaster may be anyone's code. Whatever it does, a sensor with two days of history gets a
forecast; that another model made it, and why, is said in words.
"""

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType
from typing import Final

import numpy as np

from forecasting.features.cleaning import cleaned
from forecasting.features.sayings import FORECASTS
from forecasting.forecasters.base import (
    FORECASTERS,
    Array,
    Explains,
    Forecaster,
    NotEnoughHistory,
    Sample,
    Times,
)
from forecasting.forecasters.bounds import Bounds
from forecasting.forecasters.remote import RemoteFailed
from tenants.plugins import UnknownPlugin
from tenants.sayings import saying_of

logger = logging.getLogger(__name__)

BASELINE: Final = "seasonal_naive"
QUANTILES: Final = (0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95)
#: A forecaster that takes longer hangs [s].
PATIENCE: Final = 180.0


class NoForecast(Exception):
    """Neither the forecaster nor the baseline has an answer. Words for the user."""


class WrongAnswer(Exception):
    """A forecaster broke its contract; the text says how."""


class Hangs(BaseException):
    """A forecaster took longer than our patience; no ``Exception``, which a guest may swallow."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """A distribution per step.

    Attributes:
        values: shape (Q, H) for ``QUANTILES``, in the unit of the history.
        forecaster, version: who made it.
        fallback: why it is not the forecaster that was asked; empty if it is.
        reason: why it was made so, if the forecaster chooses.
        input_notes: what was left out of the history.
    """

    values: Array
    forecaster: str
    version: str
    fallback: str = ""
    reason: str = ""
    input_notes: str = ""


def forecast(
    name: str,
    history: Sample,
    times: Times,
    covariates: Array | None = None,
    *,
    guest: Forecaster | None = None,
    patience: float = PATIENCE,
) -> Forecast:
    """Return what forecaster ``name``, or else the baseline, expects at ``times``, shape (H,).

    Spikes and values that stand still are left out of ``history`` first. No answer crosses
    zero where the history never did.

    Args:
        covariates: of ``times``, shape (H, K); without one, the history has none.
        guest: who is asked, where ``name`` is not that of a plug-in.
        patience: how long the forecaster may take [s].

    Raises:
        NoForecast: the history is too short for the baseline too.
    """
    clean = cleaned(history)
    reason: str
    if covariates is None:
        covariates = np.empty((times.size, history.covariates.shape[1]))
    try:
        asked = guest or FORECASTERS.get(name)()
        with _within(patience, name):
            found = _ask(name, asked, clean.history, times, covariates)
        return replace(found, input_notes=clean.notes())
    except (NotEnoughHistory, RemoteFailed) as failure:
        reason = FORECASTS("not_by", name=name, why=saying_of(failure))
    except (WrongAnswer, UnknownPlugin, Hangs) as failure:
        reason = saying_of(failure)
    except Exception as error:  # a plug-in may raise anything, and its message hold anything
        logger.exception("forecaster %s failed", name)
        why = FORECASTS("failed", kind=type(error).__name__)
        reason = FORECASTS("not_by", name=name, why=why)
    if name == BASELINE:
        raise NoForecast(FORECASTS("none", why=reason))
    try:
        baseline = FORECASTERS.get(BASELINE)()
        found = _ask(BASELINE, baseline, clean.history, times, covariates)
    except NotEnoughHistory as failure:
        neither = FORECASTS("not_by", name=BASELINE, why=saying_of(failure))
        raise NoForecast(FORECASTS("none", why=[reason, neither])) from None
    return replace(found, fallback=reason, input_notes=clean.notes())


def _ask(
    name: str, asked: Forecaster, history: Sample, times: Times, covariates: Array
) -> Forecast:
    fitted = asked.fit(history, times.size)
    values = fitted.predict(times, covariates, np.array(QUANTILES))
    _check(name, values, times.size)
    # A guest may know nothing of panels: their power is not consumption at night.
    values = Bounds.of(history.known().target).clip(values)
    reason = fitted.reason() if isinstance(fitted, Explains) else ""
    return Forecast(values, name, asked.version, reason=reason)


@contextmanager
def _within(seconds: float, name: str) -> Iterator[None]:
    """Raise ``Hangs`` when the block takes longer; only a main thread can be told the time."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Hangs(FORECASTS("hangs", name=name, seconds=float(seconds)))

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _check(name: str, values: Array, n_steps: int) -> None:
    if np.shape(values) != (len(QUANTILES), n_steps):
        shape, wanted = str(np.shape(values)), str((len(QUANTILES), n_steps))
        raise WrongAnswer(FORECASTS("wrong_shape", name=name, shape=shape, wanted=wanted))
    if not np.isfinite(values).all():
        raise WrongAnswer(FORECASTS("no_numbers", name=name))
    if (np.diff(values, axis=0) < 0).any():
        raise WrongAnswer(FORECASTS("quantiles_cross", name=name))
