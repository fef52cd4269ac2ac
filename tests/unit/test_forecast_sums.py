"""Quantiles of a net from those of its parts."""

import numpy as np
import pytest

from forecasting.aggregate import summed

#: Two parts, three quantiles, one step: a load of 10 that may be 4 less or 8 more, panels of -6.
PARTS = np.array([[[6.0], [10.0], [18.0]], [[-9.0], [-6.0], [0.0]]])


def test_the_middle_is_the_sum_of_the_middles() -> None:
    assert summed(PARTS, 1)[1] == 4.0


def test_parts_that_err_together_add_their_quantiles() -> None:
    assert summed(PARTS, 1, together=1.0)[:, 0] == pytest.approx([-3.0, 4.0, 18.0])


def test_parts_that_err_each_by_itself_add_the_squares_of_their_widths() -> None:
    assert summed(PARTS, 1, together=0.0)[:, 0] == pytest.approx([-1.0, 4.0, 14.0])  # 3, 4, 5


def test_one_part_is_its_own_sum() -> None:
    assert summed(PARTS[:1], 1)[:, 0] == pytest.approx([6.0, 10.0, 18.0])


def test_quantiles_stay_in_order_and_a_gap_stays_a_gap() -> None:
    parts = np.sort(np.random.default_rng(1).normal(size=(5, 9, 50)), axis=1)
    parts[2, :, 7] = np.nan

    found = summed(parts, 4)

    assert np.isnan(found[:, 7]).all()
    assert (np.diff(np.delete(found, 7, axis=1), axis=0) >= 0).all()
