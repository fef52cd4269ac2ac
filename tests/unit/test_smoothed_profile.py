"""The smoothed profile: day, kind of day, and what is left of the last error."""

import numpy as np
import pytest

from forecasting.features.smoothing import hourly_means, smoothed
from forecasting.features.window import Window

_DAYS = 70
_NOON = Window.of(12, 36, 24)


def weeks(n_days: int = _DAYS) -> np.ndarray:
    """Kinds of days from a Monday on."""
    return np.arange(n_days) % 7


def office(kinds: np.ndarray, per_hour: int = 1) -> np.ndarray:
    """10 from 8 to 18 h on workdays, else 2."""
    hour = np.arange(24 * per_hour) // per_hour
    return np.where((kinds[:, None] < 5) & (hour >= 8) & (hour < 18), 10.0, 2.0)


def said(table: np.ndarray, kinds: np.ndarray, window: Window = _NOON) -> np.ndarray:
    n_origins = table.shape[0] - 3
    return smoothed(table, kinds, window, np.zeros((n_origins, window.slot.size)), n_origins)


def truth(table: np.ndarray, origin: int | np.integer, window: Window = _NOON) -> np.ndarray:
    return table[origin + window.day, window.slot]


def test_weeks_that_repeat_are_foretold() -> None:
    table = office(weeks())

    found = said(table, weeks())

    for origin in range(60, 67):
        assert found[origin] == pytest.approx(truth(table, origin), abs=0.3)


def test_a_holiday_is_like_a_sunday() -> None:
    kinds = weeks()
    kinds[65] = 6
    table = office(kinds)

    found = said(table, kinds)

    assert found[64] == pytest.approx(truth(table, 64), abs=0.3)


def test_no_origin_sees_what_came_after_it() -> None:
    table = np.random.default_rng(1).normal(size=(_DAYS, 24))
    other = table.copy()
    other[50, 12:] += 5.0
    other[51:] -= 5.0

    before, after = said(table, weeks()), said(other, weeks())

    assert np.array_equal(before[:51], after[:51], equal_nan=True)
    assert not np.allclose(before[51:], after[51:])


def test_an_error_that_fades_is_carried_on() -> None:
    """Deviations that halve in seven hours: an hour after noon most of one is still there."""
    shocks = np.random.default_rng(2).normal(size=_DAYS * 24)
    deviation = np.zeros(shocks.size)
    for at in range(1, shocks.size):
        deviation[at] = 0.9 * deviation[at - 1] + shocks[at]
    table = office(weeks()) + deviation.reshape(_DAYS, 24)
    origins = np.arange(30, 67)

    found = said(table, weeks())[origins]

    wanted = np.stack([truth(table, origin) for origin in origins])
    plain = np.stack([truth(office(weeks()), origin) for origin in origins])
    assert np.abs(found - wanted)[:, 0].mean() < 0.6 * np.abs(plain - wanted)[:, 0].mean()


def test_gaps_and_the_first_week_are_borne() -> None:
    table = office(weeks())
    table[:3] = np.nan
    table[20:30] = np.nan

    found = said(table, weeks())

    assert np.isnan(found[:10]).all(), "in the first week nothing is said"
    assert not np.isnan(found[10:]).any()
    assert found[66] == pytest.approx(truth(table, 66), abs=0.4)


def test_within_the_hour_it_has_the_form_of_the_plain_forecast() -> None:
    window = Window.of(50, 96, 96)
    table = office(weeks(), per_hour=4)
    shape = np.zeros((67, window.slot.size))
    shape[:, :] = window.slot % 4

    found = smoothed(table, weeks(), window, shape, 67)

    hours = found[60, 2:98].reshape(-1, 4)  # a window from 12:30 on begins within an hour
    assert hours - hours.mean(axis=1, keepdims=True) == pytest.approx(
        np.tile([-1.5, -0.5, 0.5, 1.5], (24, 1))
    )
    assert hours.mean(axis=1) == pytest.approx(table[60:62].reshape(-1)[52:148:4], abs=0.4)


def test_means_of_hours_leave_out_what_is_unknown() -> None:
    table = np.array([[1.0, 3.0, np.nan, 5.0, np.nan, np.nan]])

    assert np.array_equal(hourly_means(table, 2), [[2.0, 5.0, np.nan]], equal_nan=True)
