"""Asking a forecaster that may do anything: its answer, or the baseline's with a reason."""

import re
from collections.abc import Callable
from typing import Any, ClassVar, Self

import numpy as np
import pytest

from forecasting.forecasters.base import FORECASTERS, Array, NotEnoughHistory, Sample, Times
from forecasting.interpret import QUANTILES, NoForecast, forecast

TIMES = np.datetime64("2026-01-05", "s") + np.arange(24 * 10) * np.timedelta64(3600, "s")
AHEAD = TIMES[-24:] + np.timedelta64(24 * 3600, "s")
HISTORY = Sample(TIMES, np.tile(np.arange(24.0), 10), np.empty((TIMES.size, 0)))


class Guest:
    """A forecaster that answers what the test wants."""

    version: ClassVar[str] = "7"
    answer: ClassVar[Callable[[int, int], Any]]

    def fit(self, history: Sample, n_ahead: int) -> Self:
        return self

    def predict(self, times: Times, covariates: Array, quantiles: Array) -> Array:
        return np.asarray(type(self).answer(quantiles.size, times.size))


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int, int], Any]], None]:
    """Publish a forecaster "guest" with the given answer, as an installed package would."""

    class Point:
        def __init__(self, plugin: type) -> None:
            self.load = lambda: plugin

    def publish(answer: Callable[[int, int], Any]) -> None:
        plugin = type("Guest", (Guest,), {"answer": staticmethod(answer)})
        points = {**FORECASTERS._published, "guest": Point(plugin)}
        monkeypatch.setitem(FORECASTERS.__dict__, "_published", points)

    return publish


def refuse(n_quantiles: int, n_steps: int) -> Array:
    raise NotEnoughHistory("needs a year, has ten days")


def fail(n_quantiles: int, n_steps: int) -> Array:
    raise ConnectionError("https://token@peer.example refused")


def test_a_good_answer_is_kept_with_its_maker(publish: Callable[..., None]) -> None:
    publish(lambda n, h: np.tile(np.arange(n, dtype=float)[:, None], (1, h)))

    found = forecast("guest", HISTORY, AHEAD)

    assert (found.forecaster, found.version, found.fallback) == ("guest", "7", "")
    assert found.values.shape == (len(QUANTILES), 24)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda n, h: np.zeros((n, h - 1)), r"answered an array of \(9, 23\), not \(9, 24\)"),
        (lambda n, h: np.full((n, h), np.nan), "no numbers"),
        (lambda n, h: np.full((n, h), np.inf), "no numbers"),
        (lambda n, h: -np.arange(n * h, dtype=float).reshape(n, h), "not in order"),
        (lambda n, h: [["kW"] * h] * n, r"guest failed"),
        (refuse, "guest needs a year, has ten days"),
        (fail, r"guest failed \(ConnectionError\)"),
    ],
    ids=["short", "nan", "infinite", "unordered", "text", "history", "exception"],
)
def test_the_baseline_stands_in_and_says_why(
    publish: Callable[..., None], answer: Callable[[int, int], Any], reason: str
) -> None:
    publish(answer)

    found = forecast("guest", HISTORY, AHEAD)

    assert found.forecaster == "seasonal_naive"
    assert found.values[QUANTILES.index(0.5)] == pytest.approx(np.arange(24.0))
    assert re.search(reason, found.fallback)


def test_a_reason_repeats_no_secret(publish: Callable[..., None]) -> None:
    publish(fail)

    assert "token" not in forecast("guest", HISTORY, AHEAD).fallback


def test_a_forecaster_that_was_removed_is_named() -> None:
    assert "'gone'" in forecast("gone", HISTORY, AHEAD).fallback


def test_too_little_history_for_the_baseline_is_said(publish: Callable[..., None]) -> None:
    publish(refuse)
    short = Sample(TIMES[:24], HISTORY.target[:24], HISTORY.covariates[:24])

    with pytest.raises(NoForecast, match=r"needs a year.*seasonal_naive needs 2 days.*has 1"):
        forecast("guest", short, AHEAD)
    with pytest.raises(NoForecast, match="seasonal_naive needs 2 days"):
        forecast("seasonal_naive", short, AHEAD)
