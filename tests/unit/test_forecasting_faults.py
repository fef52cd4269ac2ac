"""What may go wrong with a model or its input: there is a forecast all the same, and it says so."""

import contextlib
from collections.abc import Callable
from typing import Any, ClassVar, Self

import numpy as np
import pytest

from forecasting.forecasters.base import Array, Sample, Times
from forecasting.interpret import QUANTILES, forecast

HOUR = np.timedelta64(3600, "s")
MEDIAN = QUANTILES.index(0.5)


def labels(n_steps: int) -> Times:
    times: Times = np.datetime64("2026-01-05", "s") + np.arange(n_steps) * HOUR
    return times


def history(target: Array) -> Sample:
    return Sample(labels(target.size), target, np.empty((target.size, 0)))


def ahead(sample: Sample) -> Times:
    times: Times = sample.times[-1] + np.arange(1, 25) * HOUR
    return times


class Guest:
    """Does what the test wants when it is asked."""

    version: ClassVar[str] = "7"

    def __init__(self, answer: Callable[[int, int], Any]) -> None:
        self._answer = answer

    def fit(self, history: Sample, n_ahead: int) -> Self:
        return self

    def predict(self, times: Times, covariates: Array, quantiles: Array) -> Array:
        return np.asarray(self._answer(quantiles.size, times.size))


def test_a_model_that_hangs_and_swallows_exceptions_is_left() -> None:
    def hang(n_quantiles: int, n_steps: int) -> None:
        while True:
            with contextlib.suppress(Exception):
                sum(range(1000))

    sample = history(np.tile(np.arange(24.0), 10))

    found = forecast("guest", sample, ahead(sample), guest=Guest(hang), patience=0.05)

    assert found.forecaster == "seasonal_naive"
    assert found.fallback == "guest gave no answer within 0.05 s"
    assert found.values[MEDIAN] == pytest.approx(np.arange(24.0))


def test_panels_that_would_consume_at_night_do_not() -> None:
    sun = -np.maximum(0.0, np.sin(np.pi * (np.arange(24.0) - 6) / 12)) * 50
    sample = history(np.tile(sun, 10))
    guest = Guest(lambda n, h: np.linspace(-20, 20, n)[:, None] + np.zeros((n, h)))

    found = forecast("guest", sample, ahead(sample), guest=guest)

    assert (found.forecaster, found.fallback) == ("guest", "")
    assert found.values.max() == 0.0
    assert found.values.min() == -20.0


@pytest.mark.parametrize("name", ["linear", "seasonal_naive"])
def test_a_meter_that_froze_is_not_believed(name: str) -> None:
    target = np.tile(10 + np.arange(24.0), 30)
    target[-48:] = 500.0

    sample = history(target)
    found = forecast(name, sample, ahead(sample))

    assert "47 steps standing still left out" in found.input_notes
    assert found.values[MEDIAN].mean() < 100


@pytest.mark.parametrize("name", ["linear", "seasonal_naive"])
def test_after_a_gap_of_a_year_there_is_a_forecast(name: str) -> None:
    days = 400
    target = np.tile(10 + np.arange(24.0), days)
    target[20 * 24 : 385 * 24] = np.nan

    sample = history(target)
    found = forecast(name, sample, ahead(sample))

    assert "8760 steps unknown" in found.input_notes
    assert found.values[MEDIAN] == pytest.approx(10 + np.arange(24.0), abs=8)
    assert bool(found.fallback) == (found.forecaster != name)


def test_when_the_last_year_is_missing_it_is_said() -> None:
    target = np.tile(10 + np.arange(24.0), 400)
    target[30 * 24 :] = np.nan

    sample = history(target)
    found = forecast("linear", sample, ahead(sample))

    assert "8880 steps unknown" in found.input_notes
    assert np.isfinite(found.values).all()
    assert found.values.max() < 100
