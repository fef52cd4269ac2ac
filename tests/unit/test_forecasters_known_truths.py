"""Forecasters on series whose truth is known."""

import subprocess
import sys

import numpy as np
import pytest

from forecasting.forecasters.base import NotEnoughHistory, Sample, Times
from forecasting.forecasters.bounds import Bounds
from forecasting.forecasters.calendar_ridge import CalendarRidge
from forecasting.forecasters.past_errors import PastErrors
from forecasting.forecasters.prophet import ProphetForecaster
from forecasting.forecasters.seasonal_naive import SeasonalNaive
from forecasting.forecasters.wall_clock import day_of_week

MEDIAN = np.array([0.5])


def hours(n_days: int, start: str = "2026-01-05") -> Times:
    """Hourly labels from a Monday on."""
    return np.datetime64(start, "s") + np.arange(n_days * 24) * np.timedelta64(3600, "s")


def without_covariates(times: Times, target: np.ndarray) -> Sample:
    return Sample(times, target.astype(float), np.empty((times.size, 0)))


def office(times: Times) -> np.ndarray:
    """100 kW on workdays from 8 to 18, else 20 kW."""
    hour = times.astype("datetime64[h]").astype(int) % 24
    return np.where((day_of_week(times) < 5) & (hour >= 8) & (hour < 18), 100.0, 20.0)


def no_covariates(n_steps: int) -> np.ndarray:
    return np.empty((n_steps, 0))


def split(sample: Sample, n_days: int) -> tuple[Sample, Sample]:
    at = n_days * 24
    return (
        Sample(sample.times[:at], sample.target[:at], sample.covariates[:at]),
        Sample(sample.times[at:], sample.target[at:], sample.covariates[at:]),
    )


def test_days_of_the_week_start_on_monday() -> None:
    days = np.array(["1969-12-31", "1970-01-01", "2026-01-05", "2026-01-11"], "datetime64[s]")

    assert day_of_week(days).tolist() == [2, 3, 0, 6]


def test_naive_repeats_last_week_where_weekends_differ() -> None:
    history, future = split(without_covariates(hours(35), office(hours(35))), n_days=28)

    forecaster = SeasonalNaive().fit(history, 120)

    assert forecaster.season == 7
    [median] = forecaster.predict(future.times, future.covariates, MEDIAN)
    assert median == pytest.approx(future.target)


def test_naive_repeats_yesterday_where_days_drift() -> None:
    """Each day is 10 kW above the one before: the error of yesterday is known, and added."""
    times = hours(30)
    drifting = 100.0 + 10.0 * (np.arange(times.size) // 24)
    history, future = split(without_covariates(times, drifting), n_days=28)

    forecaster = SeasonalNaive().fit(history, 120)

    assert forecaster.season == 1
    [median] = forecaster.predict(future.times, future.covariates, MEDIAN)
    assert median == pytest.approx(future.target)


def test_naive_goes_further_back_where_yesterday_is_unknown() -> None:
    times = hours(12)
    target = np.tile(np.arange(24.0), 12)
    target[-24:] = np.nan
    history = without_covariates(times, target)

    ahead = hours(1, "2026-01-17")
    [median] = SeasonalNaive().fit(history, 120).predict(ahead, no_covariates(24), MEDIAN)

    assert median == pytest.approx(np.arange(24.0))


def test_naive_starts_with_two_days() -> None:
    times = hours(2)
    ahead = hours(1, "2026-01-07")
    target = np.tile(np.arange(24.0), 2)

    forecaster = SeasonalNaive().fit(without_covariates(times, target), 120)

    [median] = forecaster.predict(ahead, no_covariates(24), MEDIAN)
    assert median == pytest.approx(np.arange(24.0))


def test_naive_is_less_certain_the_further_ahead() -> None:
    steps = np.random.default_rng(seed=2).normal(size=60 * 24)
    walk = without_covariates(hours(60), np.cumsum(steps))

    ahead = hours(5, "2026-03-06")
    forecaster = SeasonalNaive().fit(walk, 120)
    low, high = forecaster.predict(ahead, no_covariates(120), np.array([0.1, 0.9]))

    assert (high - low)[-24:].mean() > 1.3 * (high - low)[:24].mean()


def test_ridge_continues_a_daily_wave() -> None:
    times = hours(29)
    wave = 500.0 + 100.0 * np.sin(2 * np.pi * np.arange(times.size) / 24)
    history, future = split(without_covariates(times, wave), n_days=28)

    [median] = (
        CalendarRidge(penalty=0.0)
        .fit(history, 120)
        .predict(future.times, no_covariates(24), MEDIAN)
    )

    assert median == pytest.approx(future.target)


def test_ridge_learns_what_a_covariate_does() -> None:
    """3 kW per degree below 18: the next days are colder than any before."""
    times = hours(30)
    temperature = np.random.default_rng(seed=3).uniform(5, 15, times.size)
    temperature[-48:] = 0.0
    sample = Sample(times, 3.0 * (18 - temperature), temperature[:, None])
    history, future = split(sample, n_days=28)

    forecaster = CalendarRidge(penalty=0.0).fit(history, 120)
    [median] = forecaster.predict(future.times, future.covariates, MEDIAN)

    assert median == pytest.approx(future.target)


def test_ridge_follows_a_change_of_season() -> None:
    """A level that fell from 200 to 100 four weeks ago is believed to be nearer to 100."""
    times = hours(84)
    level = np.where(np.arange(times.size) < 42 * 24, 200.0, 100.0)

    forecaster = CalendarRidge().fit(without_covariates(times, level), 120)
    [median] = forecaster.predict(hours(1, "2026-03-30"), no_covariates(24), MEDIAN)

    assert median.max() < 110.0


def test_prophet_finds_weekdays_and_trend() -> None:
    times = hours(35)
    target = office(times) + np.arange(times.size) * 0.05
    history, future = split(without_covariates(times, target), n_days=28)

    [median] = (
        ProphetForecaster().fit(history, 120).predict(future.times, future.covariates, MEDIAN)
    )

    naive = history.target[-168:]
    assert np.abs(median - future.target).mean() < np.abs(naive - future.target).mean()


def test_bounds_are_on_the_side_where_the_history_never_was() -> None:
    quantiles = np.array([[-5.0, 1.0], [-7.0, 2.0]])

    assert Bounds.of(np.array([0.0, 3.0])).clip(quantiles).tolist() == [[0.0, 1.0], [0.0, 2.0]]
    assert Bounds.of(np.array([-3.0, 0.0])).clip(quantiles).tolist() == [[-5.0, 0.0], [-5.0, 0.0]]
    assert Bounds.of(np.array([-3.0, 3.0])).clip(quantiles).tolist() == [[-5.0, 1.0], [-5.0, 2.0]]


def test_errors_are_those_of_the_same_time_of_day() -> None:
    """Nights are exact; noons are off by one to either side."""
    times = hours(100)
    noon = times.astype("datetime64[h]").astype(int) % 24 == 12
    errors = np.where(noon, np.where(np.arange(times.size) // 24 % 2, 1.0, -1.0), 0.0)

    spread = PastErrors(times, errors).quantiles(
        np.array(["2026-06-01T00:00", "2026-06-01T12:00"], "datetime64[s]"), np.array([0.05, 0.95])
    )

    assert spread[:, 0].tolist() == [0.0, 0.0]
    assert spread[:, 1].tolist() == [-1.0, 1.0]


def test_samples_say_which_shapes_do_not_fit() -> None:
    with pytest.raises(ValueError, match="one target and one row of covariates per time"):
        Sample(hours(1), np.zeros(23), no_covariates(24))


@pytest.mark.parametrize(
    ("forecaster", "days"), [(SeasonalNaive, 2), (CalendarRidge, 8), (ProphetForecaster, 8)]
)
def test_says_how_much_history_is_needed(forecaster: type, days: int) -> None:
    times = hours(days - 1)

    with pytest.raises(NotEnoughHistory, match=f"needs {days} days.*has {days - 1}"):
        forecaster().fit(without_covariates(times, np.ones(times.size)), 120)


def test_importing_forecasters_loads_no_heavy_library() -> None:
    code = (
        "import sys; from forecasting.forecasters.base import FORECASTERS; "
        "[FORECASTERS.get(name) for name in FORECASTERS.names()]; "
        "heavy = {'prophet', 'pandas', 'scipy', 'lightgbm', 'statsmodels', 'django.db'}; "
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
