"""What panels gave per sun lately, times the sun to come."""

import numpy as np
import pytest

from forecasting.features.by_sun import by_sun
from forecasting.features.design import PLAIN, PROFILES, Design
from forecasting.features.scale import Scale
from forecasting.features.window import Window
from forecasting.forecasters.base import Sample
from forecasting.forecasters.direct.ridge import best_profile

_DAYS = 40
_NOON = Window.of(12, 24, 24)
_HOURS = np.arange(24)
_ARC = np.maximum(0.0, np.sin(np.pi * (_HOURS - 6) / 12))


def weather() -> np.ndarray:
    """Sun of days by chance bright or dull, shape (_DAYS, 24)."""
    return _ARC * np.random.default_rng(1).uniform(0.1, 1.0, (_DAYS, 1))


def test_dull_days_are_foretold_after_bright_ones() -> None:
    sun = weather()
    power = -5.0 * sun

    found = by_sun(power, sun, _NOON, 30)

    assert found[29] == pytest.approx(power[29 + _NOON.day, _NOON.slot], abs=1e-6)


def test_shade_in_the_morning_is_of_the_morning() -> None:
    sun = weather()
    power = np.where(_HOURS < 11, 2.0, 5.0) * sun

    found = by_sun(power, sun, _NOON, 30)

    morning, afternoon = _NOON.slot == 8, _NOON.slot == 16
    assert found[29, morning] == pytest.approx(2.0 * sun[30, 8])
    assert found[29, afternoon] == pytest.approx(5.0 * sun[29, 16])


def test_no_origin_sees_what_came_after_it() -> None:
    sun = weather()
    power, other = 5.0 * sun, 5.0 * sun
    other[20, 12:] = other[21:] = 0.0

    before, after = by_sun(power, sun, _NOON, 30), by_sun(other, sun, _NOON, 30)

    assert np.array_equal(before[:21], after[:21], equal_nan=True)
    assert not np.allclose(before[21:], after[21:])


def test_what_is_unknown_of_power_or_sun_is_left_out() -> None:
    sun = weather()
    power = 5.0 * sun
    power[10:20, 9] = np.nan
    holed = sun.copy()
    holed[22, 14] = np.nan

    found = by_sun(power, holed, _NOON, 30)

    assert found[29] == pytest.approx(power[29 + _NOON.day, _NOON.slot], abs=1e-6)


def of_panels(names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Profiles and truth of a design of which the one covariate is the sun, by that name or not."""
    times = np.datetime64("2026-03-02", "s") + np.arange(_DAYS * 24) * np.timedelta64(3_600, "s")
    sun = weather().reshape(-1)
    history = Sample(times, -3.0 * sun, sun[:, None], names)
    none = history[:0]
    scale = Scale.of(history.target)
    design = Design(history, none.times, none.covariates, 23, scale)
    origins = np.arange(20, _DAYS - 2)
    return design.profiles(origins), design.truth(origins)


def test_it_is_what_others_correct_where_there_is_sun() -> None:
    profiles, truth = of_panels(("sun",))

    assert PROFILES[best_profile(profiles, truth)] == "by_sun"
    assert profiles[..., PROFILES.index("by_sun")] == pytest.approx(truth, abs=1e-6)


def test_it_says_nothing_of_what_is_not_of_the_sun() -> None:
    profiles, truth = of_panels(("tide",))

    assert np.isnan(profiles[..., PROFILES.index("by_sun")]).all()
    assert not np.isnan(profiles[..., : len(PLAIN)]).any()
    assert PROFILES[best_profile(profiles, truth)] != "by_sun"
