"""What every forecaster promises. A new one passes these as soon as it is published."""

import logging
from datetime import UTC
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from forecasting.evaluation.backtest import backtest
from forecasting.evaluation.series_record import SeriesRecord
from forecasting.forecasters.base import (
    FORECASTERS,
    Array,
    Forecaster,
    NotEnoughHistory,
    Sample,
    Times,
    WrongSeries,
)

QUANTILES = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.fixture(params=FORECASTERS.names())
def forecaster(request: pytest.FixtureRequest) -> Forecaster:
    return FORECASTERS.get(request.param)()


def local_times(start: str, n_steps: int, minutes: int) -> Times:
    """Wall-clock labels in Amsterdam of steps that follow each other from ``start`` UTC."""
    utc = np.datetime64(start, "s") + np.arange(n_steps) * np.timedelta64(60 * minutes, "s")
    aware = [time.replace(tzinfo=UTC).astimezone(AMSTERDAM) for time in utc.tolist()]
    return np.array([time.replace(tzinfo=None) for time in aware], dtype="datetime64[s]")


def load(times: Times, *, noise_kw: float = 5.0) -> Array:
    """100 kW with a daily swing of 40 kW, 30 kW less on weekends, and noise."""
    minutes = times.astype("datetime64[m]").astype(float) % 1440
    weekend = (times.astype("datetime64[D]").astype(int) + 3) % 7 >= 5
    noise = np.random.default_rng(seed=1).normal(0.0, noise_kw, times.size)
    return 100.0 - 40.0 * np.cos(2 * np.pi * minutes / 1440) - 30.0 * weekend + noise


def split(times: Times, target: Array, n_future: int) -> tuple[Sample, Sample]:
    none = np.empty((times.size, 0))
    past, future = slice(None, -n_future), slice(-n_future, None)
    return (
        Sample(times[past], target[past], none[past]),
        Sample(times[future], target[future], none[future]),
    )


def ask(forecaster: Forecaster, history: Sample, future: Sample) -> Array:
    try:
        fitted = forecaster.fit(history, future.times.size)
    except WrongSeries as refusal:
        pytest.skip(str(refusal))
    return fitted.predict(future.times, future.covariates, QUANTILES)


def check(quantiles: Array, n_steps: int) -> None:
    assert quantiles.shape == (QUANTILES.size, n_steps)
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=0) >= 0).all()


@pytest.mark.parametrize("minutes", [5, 15, 30, 60])
def test_answers_a_distribution_per_step(forecaster: Forecaster, minutes: int) -> None:
    per_day = 1440 // minutes
    times = local_times("2026-01-05", 30 * per_day, minutes)
    history, future = split(times, load(times), n_future=2 * per_day)

    quantiles = ask(forecaster, history, future)

    check(quantiles, 2 * per_day)
    assert np.abs(quantiles[2] - future.target).mean() < 12.0  # a flat line is off by 26


def test_its_quantiles_cover_what_they_promise(forecaster: Forecaster) -> None:
    times = local_times("2026-01-05", 70 * 24, 60)
    history, future = split(times, load(times), n_future=10 * 24)

    quantiles = ask(forecaster, history, future)

    covered = np.mean((quantiles[0] <= future.target) & (future.target <= quantiles[-1]))
    assert 0.72 <= covered <= 0.88


@pytest.mark.parametrize(
    ("start", "n_steps"),
    [("2026-02-28T23:00", 29 * 96), ("2026-09-25T22:00", 31 * 96)],
    ids=["hour skipped in the forecast", "hour repeated in the forecast"],
)
def test_forecasts_days_on_which_clocks_change(
    forecaster: Forecaster, start: str, n_steps: int
) -> None:
    times = local_times(start, n_steps, 15)
    history, future = split(times, load(times), n_future=96)

    quantiles = ask(forecaster, history, future)

    check(quantiles, 96)
    assert np.abs(quantiles[2] - future.target).mean() < 12.0


@pytest.mark.parametrize("start", ["2026-03-10T23:00", "2026-10-10T22:00"])
def test_learns_from_days_on_which_clocks_change(forecaster: Forecaster, start: str) -> None:
    times = local_times(start, 30 * 24, 60)
    history, future = split(times, load(times), n_future=24)

    quantiles = ask(forecaster, history, future)

    assert np.abs(quantiles[2] - future.target).mean() < 12.0


def test_learns_around_gaps(forecaster: Forecaster) -> None:
    times = local_times("2026-01-05", 40 * 24, 60)
    target = load(times)
    target[100:300] = np.nan
    target[5::7] = np.nan
    target[-60:-48] = np.nan  # the end of the history is not known yet
    history, future = split(times, target, n_future=48)

    quantiles = ask(forecaster, history, future)

    check(quantiles, 48)
    assert np.abs(quantiles[2] - load(times)[-48:]).mean() < 15.0


def test_looks_ten_days_ahead(forecaster: Forecaster) -> None:
    times = local_times("2026-01-05", 40 * 24, 60)
    history, future = split(times, load(times), n_future=240)

    quantiles = ask(forecaster, history, future)

    check(quantiles, 240)
    assert np.abs(quantiles[2] - future.target).mean() < 15.0


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_never_crosses_zero_where_the_history_never_did(
    forecaster: Forecaster, sign: float
) -> None:
    times = local_times("2026-01-05", 40 * 24, 60)
    hour = times.astype("datetime64[m]").astype(float) % 1440 / 60
    clouds = np.random.default_rng(seed=4).uniform(0.1, 1.0, times.size)
    sun = np.maximum(0.0, np.sin(np.pi * (hour - 8) / 9)) * (hour < 17) * clouds * 500.0
    history, future = split(times, sign * sun, n_future=48)

    quantiles = ask(forecaster, history, future)

    assert (sign * quantiles >= 0).all()
    assert np.abs(quantiles).max() > 100.0


def test_forecasts_a_series_that_never_moves(forecaster: Forecaster) -> None:
    times = local_times("2026-01-05", 30 * 24, 60)
    history, future = split(times, np.full(times.size, 42.0), n_future=24)

    quantiles = ask(forecaster, history, future)

    assert quantiles == pytest.approx(42.0, abs=0.5)


def test_forecasts_a_series_that_is_always_zero(forecaster: Forecaster) -> None:
    times = local_times("2026-01-05", 30 * 24, 60)
    history, future = split(times, np.zeros(times.size), n_future=24)

    quantiles = ask(forecaster, history, future)

    assert quantiles == pytest.approx(0.0, abs=1e-6)


def test_takes_covariates(forecaster: Forecaster) -> None:
    """Of three, one explains, one is noise and one never moves."""
    times = local_times("2026-01-05", 40 * 24, 60)
    noise = np.random.default_rng(seed=5).normal(size=(2, times.size))
    covariates = np.column_stack([noise[0], noise[1], np.ones(times.size)])
    target = load(times) + 20.0 * noise[0]
    past, future = slice(None, -48), slice(-48, None)

    answer = ask(
        forecaster,
        Sample(times[past], target[past], covariates[past]),
        Sample(times[future], target[future], covariates[future]),
    )

    check(answer, 48)


def test_answers_a_single_step_and_a_single_quantile(forecaster: Forecaster) -> None:
    times = local_times("2026-01-05", 30 * 24, 60)
    history, future = split(times, load(times), n_future=1)

    ask(forecaster, history, future)
    answer = forecaster.predict(future.times, future.covariates, np.array([0.5]))

    assert answer.shape == (1, 1)
    assert np.isfinite(answer).all()


def test_answers_the_same_twice(forecaster: Forecaster) -> None:
    times = local_times("2026-01-05", 30 * 24, 60)
    history, future = split(times, load(times), n_future=24)
    np.random.seed(7)  # noqa: NPY002 - that the global generator does not matter is the point

    first = ask(forecaster, history, future)
    again = type(forecaster)().fit(history, 24)
    second = again.predict(future.times, future.covariates, QUANTILES)
    third = again.predict(future.times, future.covariates, QUANTILES)

    assert np.array_equal(first, second)
    assert np.array_equal(second, third)


def test_leaves_its_input_alone(forecaster: Forecaster) -> None:
    times = local_times("2026-01-05", 30 * 24, 60)
    history, future = split(times, load(times), n_future=24)
    before = [each.copy() for each in (history.times, history.target, future.times)]

    ask(forecaster, history, future)

    for was, now in zip(before, (history.times, history.target, future.times), strict=True):
        assert np.array_equal(was, now)


@pytest.mark.parametrize("n_steps", [0, 24, 30 * 24])
def test_says_so_when_nothing_is_known(forecaster: Forecaster, n_steps: int) -> None:
    times = local_times("2026-01-05", n_steps, 60)
    unknown = Sample(times, np.full(n_steps, np.nan), np.empty((n_steps, 0)))

    with pytest.raises(NotEnoughHistory, match="needs"):
        forecaster.fit(unknown, 24)


def test_writes_nothing_to_the_terminal_or_the_log(
    forecaster: Forecaster, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    times = local_times("2026-01-05", 30 * 24, 60)
    history, future = split(times, load(times), n_future=24)

    with caplog.at_level(logging.DEBUG):
        ask(forecaster, history, future)

    assert capfd.readouterr() == ("", "")
    assert caplog.messages == []


def test_what_comes_after_changes_no_forecast(forecaster: Forecaster) -> None:
    """In a backtest: another future, the same answers."""
    times = local_times("2026-01-05", 40 * 24, 60)
    told, other = load(times), load(times)
    other[36 * 24 :] = 5_000.0
    answers = []
    for target in (told, other):
        series = Sample(times, target, np.empty((times.size, 0)))
        record = SeriesRecord(series, np.array([34 * 24, 35 * 24, 36 * 24]), 24)
        found = backtest(record, {"model": type(forecaster)}, QUANTILES.tolist())
        answers.append(found.models["model"].quantiles)

    assert np.array_equal(answers[0], answers[1])
