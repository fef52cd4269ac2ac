"""What a meter says that cannot be so, and what only looks so."""

import numpy as np

from forecasting.features.cleaning import cleaned
from forecasting.features.typical import typical_day
from forecasting.forecasters.base import Array, Sample

TIMES = np.datetime64("2026-01-05", "s") + np.arange(24 * 28) * np.timedelta64(3600, "s")
DAILY = 10 + np.tile(np.arange(24.0), 28)


def sample(target: Array) -> Sample:
    return Sample(TIMES, target, np.empty((TIMES.size, 0)))


def changed(places: slice | list[int], value: float) -> Array:
    target = DAILY.copy()
    target[places] = value
    return target


def test_a_clean_series_stays_as_it_is() -> None:
    found = cleaned(sample(DAILY))

    assert found.notes() == ""
    assert np.array_equal(found.history.target, DAILY)


def test_spikes_are_left_out_and_counted() -> None:
    found = cleaned(sample(changed([100, 300], 1e6)))

    assert found.spikes == 2
    assert np.flatnonzero(np.isnan(found.history.target)).tolist() == [100, 300]
    assert found.notes() == "2 spikes left out"


def test_a_value_that_stands_for_half_a_day_is_left_out_but_for_its_first() -> None:
    found = cleaned(sample(changed(slice(200, 230), 17.3)))

    assert found.frozen == 29
    assert found.history.target[200] == 17.3
    assert np.isnan(found.history.target[201:230]).all()


def test_zero_stands_still_with_reason() -> None:
    assert cleaned(sample(changed(slice(200, 260), 0.0))).frozen == 0


def test_a_process_that_often_stands_still_is_not_frozen() -> None:
    target = np.repeat(np.random.default_rng(1).uniform(1, 9, 28), 24)

    assert cleaned(sample(target)).frozen == 0


def test_what_comes_every_week_is_how_the_series_is() -> None:
    assert cleaned(sample(changed(slice(0, None, 24), 1e6))).spikes == 0


def test_unknown_steps_are_counted_and_what_precedes_the_first_known_is_let_go() -> None:
    target = changed(slice(0, 48), np.nan)
    target[100:110] = np.nan

    found = cleaned(sample(target))

    assert (found.missing, found.history.target.size) == (10, TIMES.size - 48)
    assert cleaned(sample(np.full(TIMES.size, np.nan))).missing == TIMES.size


def test_a_typical_day_knows_night_and_sunday() -> None:
    levels = np.array([0.1, 0.5, 0.9])
    sun = typical_day("PV", 10.0, TIMES[:24], levels)
    works = typical_day("LOAD", 10.0, TIMES[: 7 * 24], levels)[1].reshape(7, 24)

    assert np.array_equal(sun[:, [0, 3, 23]], np.zeros((3, 3)))
    assert sun[1].argmin() == 13
    assert (np.diff(sun, axis=0) >= 0).all()
    assert works[0, 12] > 2 * works[6, 12], "Monday works, Sunday rests"
    assert works.max() <= 10.0
