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


def test_a_voice_counts_where_it_is_good() -> None:
    errors = np.random.default_rng(4).normal(size=(60, 2, 24))
    errors[:, 0, :12] *= 0.5
    errors[:, 1, 12:] *= 0.5

    weights = Ledger(errors, np.zeros((60, 24)), minutes=60).weights()

    assert weights.sum(axis=0) == pytest.approx(np.ones(24))
    assert weights[0, :11].min() > 0.9
    assert weights[1, 13:].min() > 0.9
    # Where one ends and the other begins, both are heard.
    assert 0.1 < weights[0, 11] < 0.99


def test_chance_at_one_step_is_shared_with_its_neighbours() -> None:
    quarters = np.random.default_rng(5).normal(size=(60, 2, 96))

    weights = Ledger(quarters, np.zeros((60, 96)), minutes=15).weights()

    assert np.abs(np.diff(weights[0])).max() < 0.15


def test_a_voice_that_never_spoke_silences_no_other() -> None:
    errors = np.random.default_rng(6).normal(size=(60, 3, 24))
    errors[:, 2] = np.nan

    weights = Ledger(errors, np.zeros((60, 24)), minutes=60).weights()

    assert weights[2] == pytest.approx(np.zeros(24))
    assert weights[:2].sum(axis=0) == pytest.approx(np.ones(24))


def test_where_nothing_came_out_weights_are_those_of_all_steps() -> None:
    errors = np.random.default_rng(7).normal(size=(60, 2, 24))
    errors[:, 0] *= 0.5
    truth = np.zeros((60, 24))
    truth[:, 18:] = np.nan

    weights = Ledger(errors, truth, minutes=60).weights()

    assert weights[0, 20:] == pytest.approx(np.full(4, weights[0, 20]))
    assert weights[0, 20] > 0.9


def test_voices_count_alike_while_nothing_came_out() -> None:
    said = np.zeros((5, 4, 24))

    assert Ledger(said, np.full((5, 24), np.nan), minutes=60).weights() == pytest.approx(
        np.full((4, 24), 0.25)
    )
