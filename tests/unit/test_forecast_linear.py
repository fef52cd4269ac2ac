"""The linear model: days near holidays are learnt apart from the others."""

import numpy as np
import pytest

from forecasting.features.design import Design
from forecasting.features.scale import Scale
from forecasting.features.series import Sample
from forecasting.forecasters.direct import ridge
from forecasting.forecasters.direct.ridge import RidgeLearner

N_DAYS = 240
EVERY = 20


def factory_load(seed: int, *, holidays: bool = True) -> Sample:
    """A level that wanders from day to day, and around each holiday drops of any size."""
    draw = np.random.default_rng(seed)
    level = np.zeros(N_DAYS)
    for day in range(1, N_DAYS):
        level[day] = 0.95 * level[day - 1] + draw.normal(0, 10)
    days = np.arange(N_DAYS)
    free = days % EVERY == 12
    near = np.isin(days % EVERY, (11, 13, 14, 15, 16, 17))
    level = level - 60 * free - near * draw.uniform(0, 120, N_DAYS)
    wave = 30 * np.sin(np.arange(24) / 24 * 2 * np.pi)
    target = (300 + level[:, None] + wave + draw.normal(0, 2, (N_DAYS, 24))).ravel()
    times = np.datetime64("2025-01-06", "s") + np.arange(N_DAYS * 24) * np.timedelta64(3_600, "s")
    marks = np.repeat(free.astype(float), 24)[:, None]
    if not holidays:
        return Sample(times, target, np.empty((times.size, 0)))
    return Sample(times, target, marks, ("holiday",))


def plain_error(series: Sample) -> float:
    """Return the mean absolute error on windows of late days without a holiday near."""
    history = series[: -2 * 24]
    scale = Scale.of(history.target)
    design = Design(history, history.times[:0], history.covariates[:0], 24, scale)
    learnt = np.arange(10, 180)
    later = np.arange(181, design.origin_day - 1)
    plain = later[np.isin(later % EVERY, (0, 1, 2, 3, 4, 5, 6, 7, 8, 9))]
    said = RidgeLearner().fit(design, learnt).predict(design, plain)
    return float(np.nanmean(np.abs(said - design.truth(plain))))


def test_drops_around_holidays_do_not_mislead_plain_days(monkeypatch: pytest.MonkeyPatch) -> None:
    apart = np.array([plain_error(factory_load(seed)) for seed in range(4)])

    monkeypatch.setattr(ridge, "_FEWEST_PLAIN", N_DAYS)

    together = np.array([plain_error(factory_load(seed)) for seed in range(4)])
    assert apart.mean() < 0.9 * together.mean()


def test_without_holidays_there_is_one_model(monkeypatch: pytest.MonkeyPatch) -> None:
    found = plain_error(factory_load(1, holidays=False))

    monkeypatch.setattr(ridge, "_FEWEST_PLAIN", N_DAYS)

    assert plain_error(factory_load(1, holidays=False)) == found
