"""What past errors say of the next forecast: its band, and half of what they leaned to."""

import numpy as np
import pytest

from forecasting.forecasters.direct.ledger import Ledger

_LEVELS = np.array([0.1, 0.5, 0.9])


def spread(errors: np.ndarray) -> np.ndarray:
    """Quantiles of an error to come, shape (3, C)."""
    said = np.zeros((errors.shape[0], 1, errors.shape[1]))
    return Ledger(said, errors, minutes=60).spread(errors, _LEVELS)


def test_half_of_what_errors_leaned_to_is_taken_off() -> None:
    errors = np.random.default_rng(1).normal(size=(60, 24))

    centred, leaning = spread(errors), spread(errors + 20.0)

    assert np.abs(centred[1]).mean() < 0.15
    assert leaning[1] == pytest.approx(np.full(24, 10.0), abs=0.5)


def test_the_band_is_as_wide_as_errors_were() -> None:
    errors = np.random.default_rng(2).normal(size=(60, 24))

    low, _, high = spread(errors)

    assert (high - low).mean() == pytest.approx(2 * 1.28, rel=0.15)


def test_it_is_wider_in_a_storm() -> None:
    errors = np.random.default_rng(3).normal(size=(60, 24))
    errors[-10:] *= 4.0

    low, _, high = spread(errors)

    assert (high - low).mean() > 1.5 * 2 * 1.28
