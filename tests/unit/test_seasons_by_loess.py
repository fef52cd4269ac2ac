"""Seasons by loess and a damped trend, at every origin at once."""

import numpy as np
import pytest
from statsmodels.tsa.seasonal import MSTL

from forecasting.features.damped_trend import damped_trend
from forecasting.features.design import Design
from forecasting.features.loess import seasons_of
from forecasting.features.scale import Scale
from forecasting.forecasters.base import Sample
from forecasting.forecasters.direct.mstl import MstlLearner

_DAYS = 56
_STEPS = 35


def weeks(level: np.ndarray) -> np.ndarray:
    """Hours of days from a Monday on, work and weekends apart, upon ``level``."""
    hour = np.arange(_DAYS * 24)
    found: np.ndarray = level + 5 * np.sin(2 * np.pi * hour / 24) - 8 * (hour // 24 % 7 >= 5)
    return found


def design_of(target: np.ndarray) -> Design:
    times = np.datetime64("2026-01-05", "s") + np.arange(target.size) * np.timedelta64(3_600, "s")
    history = Sample(times, target, np.empty((target.size, 0)))
    none = history[:0]
    return Design(history, none.times, none.covariates, _STEPS, Scale(0.0, 1.0, draws_in=False))


def test_it_speaks_at_every_origin_and_follows_level_and_week() -> None:
    level = np.where(np.arange(_DAYS * 24) < 40 * 24 - 12, 50.0, 60.0)
    level += np.random.default_rng(1).normal(0, 0.1, level.size)
    design = design_of(weeks(level))
    origins = np.arange(40, _DAYS - 2)

    found = MstlLearner().predict(design, origins)

    assert not np.isnan(found).any()
    assert np.abs(found - design.truth(origins))[2:].mean() < 1.5


def test_no_origin_sees_what_came_after_it() -> None:
    target = weeks(np.full(_DAYS * 24, 50.0)) + np.random.default_rng(2).normal(size=_DAYS * 24)
    other = target.copy()
    other[40 * 24 :] += 7.0

    before = MstlLearner().predict(design_of(target), np.arange(35, 43))
    after = MstlLearner().predict(design_of(other), np.arange(35, 43))

    assert np.array_equal(before[:6], after[:6])
    assert not np.allclose(before[6:], after[6:])


def test_holidays_past_do_not_mislead_it_and_of_those_to_come_it_is_silent() -> None:
    target = weeks(np.full(_DAYS * 24, 50.0))
    free = np.zeros(target.size)
    for day in (38, 45):
        target[day * 24 : day * 24 + 24] -= 20.0
        free[day * 24 : day * 24 + 24] = 1.0
    times = np.datetime64("2026-01-05", "s") + np.arange(target.size) * np.timedelta64(3_600, "s")
    history = Sample(times, target, free[:, None], ("holiday",))
    none = history[:0]
    scale = Scale(0.0, 1.0, draws_in=False)
    design = Design(history, none.times, none.covariates, _STEPS, scale)

    after, before = MstlLearner().predict(design, np.array([39, 45]))

    assert after == pytest.approx(design.truth(np.array([39]))[0], abs=0.5)
    assert np.isnan(before[:24]).all()
    assert not np.isnan(before[24:]).any()


def test_it_is_silent_for_two_weeks() -> None:
    design = design_of(weeks(np.full(_DAYS * 24, 50.0)))

    found = MstlLearner().predict(design, np.array([10, 20]))

    assert np.isnan(found[0]).all()
    assert not np.isnan(found[1]).any()


@pytest.mark.parametrize("n_hours", [1_344, 377])
def test_seasons_are_those_of_another_implementation(n_hours: int) -> None:
    noise = np.random.default_rng(3).normal(size=(1_344, 2))
    stretches = (weeks(np.zeros(_DAYS * 24))[:, None] + noise)[:n_hours]

    found = seasons_of(stretches)

    jumps = {"seasonal_deg": 0, "seasonal_jump": 3, "trend_jump": 16, "low_pass_jump": 8}
    for column, stretch in enumerate(stretches.T):
        theirs = MSTL(stretch, periods=(24, 168), stl_kwargs=dict(jumps)).fit().seasonal
        assert np.abs(found[..., column].T - theirs).max() < 1e-9


def test_a_trend_is_carried_on_and_fades() -> None:
    grid = np.array([[0.5, 0.2, 0.8], [0.1, 0.0, 0.8]])

    said = damped_trend(np.stack([np.arange(100.0), np.full(100, 7.0)], axis=1), grid, 50)

    steps = np.diff(said[:, 0])
    assert said[0, 0] == pytest.approx(99.0, abs=0.5)
    assert steps[1:] == pytest.approx(0.8 * steps[:-1])
    assert steps[0] > 0.3
    assert said[:, 1] == pytest.approx(7.0)
