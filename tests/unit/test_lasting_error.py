"""Errors that last are taken off; all others are left alone."""

import numpy as np
import pytest

from forecasting.forecasters.direct.lasting import lasting_error

_DAY = 24


def noise(n_days: int, n_steps: int = 36) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 0.1, (n_days, n_steps))


def test_an_error_that_stays_is_taken_off_the_next() -> None:
    errors = noise(30) + 2.0

    found = lasting_error(errors, _DAY)

    assert found.shape == (31,)
    assert found[0] == 0.0, "before the first origin nothing was known"
    assert found[-1] == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize(
    "errors",
    [noise(60), noise(60) + 2.0 * (-1.0) ** np.arange(60)[:, None], noise(9) + 2.0],
    ids=["by chance", "to and fro", "too few days to judge"],
)
def test_errors_that_do_not_last_are_left_alone(errors: np.ndarray) -> None:
    assert not lasting_error(errors, _DAY).any()


def test_a_level_that_moved_lately_is_followed() -> None:
    errors = noise(60)
    errors[-12:] += 3.0

    assert 1.5 < lasting_error(errors, _DAY)[-1] < 3.0


def test_what_is_not_over_yet_is_not_seen() -> None:
    errors = noise(30) + 2.0
    later = errors.copy()
    later[-1, _DAY:] = 1e6

    before, after = lasting_error(errors, _DAY), lasting_error(later, _DAY)

    assert after[-1] == pytest.approx(before[-1]), "the second half of the last window is to come"


def test_unknown_days_are_passed_over() -> None:
    errors = noise(40) + 2.0
    errors[10:15] = np.nan

    assert lasting_error(errors, _DAY)[-1] == pytest.approx(2.0, abs=0.05)
