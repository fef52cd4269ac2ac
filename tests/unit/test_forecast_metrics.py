"""Scores of forecasts, worked out by hand."""

import numpy as np
import pytest

from forecasting.evaluation import metrics

NAN = float("nan")


def test_point_scores_leave_unknown_truths_out() -> None:
    truth, point = np.array([1.0, 2.0, NAN, 4.0]), np.array([2.0, 2.0, 9.0, 1.0])

    assert metrics.mae(truth, point) == pytest.approx(4 / 3)
    assert metrics.rmse(truth, point) == pytest.approx(np.sqrt(10 / 3))
    assert metrics.bias(truth, point) == pytest.approx(-2 / 3)


def test_skill_is_the_share_of_error_avoided() -> None:
    assert metrics.skill(3.0, 4.0) == pytest.approx(0.25)
    assert metrics.skill(5.0, 4.0) == pytest.approx(-0.25)
    assert metrics.skill(0.0, 0.0) == 0.0
    assert metrics.skill(1.0, 0.0) == -np.inf


def test_mase_is_one_for_a_forecast_as_bad_as_the_naive_one() -> None:
    history = np.array([0.0, 10.0, 2.0, 12.0, 4.0, 14.0])  # two steps before: off by 2

    assert metrics.mase(np.array([6.0]), np.array([4.0]), history, season=2) == pytest.approx(1.0)


def test_pinball_weighs_the_sides_by_the_probability() -> None:
    levels = np.array([0.1, 0.9])
    quantiles = np.array([[5.0], [8.0]])

    # Above by 5 and by 2.
    assert metrics.pinball(np.array([10.0]), quantiles, levels) == pytest.approx((0.5 + 1.8) / 2)
    # Below by 1 and by 4.
    assert metrics.pinball(np.array([4.0]), quantiles, levels) == pytest.approx((0.9 + 0.4) / 2)


def test_crps_of_a_point_is_its_absolute_error() -> None:
    levels = np.arange(0.05, 1.0, 0.1)
    quantiles = np.full((levels.size, 1), 7.0)

    assert metrics.crps(np.array([10.0]), quantiles, levels) == pytest.approx(3.0)


def test_crps_of_a_known_distribution() -> None:
    """Uniform on [0, 1], truth in the middle: 1/12 (Gneiting and Raftery, JASA 102, 2007)."""
    levels = np.arange(0.005, 1.0, 0.01)

    found = metrics.crps(np.array([0.5]), levels[:, None], levels)

    assert found == pytest.approx(1 / 12, rel=1e-3)


def test_coverage_counts_the_edges() -> None:
    truth = np.array([1.0, 2.0, 3.0, NAN])

    assert metrics.coverage(truth, np.full(4, 1.0), np.full(4, 2.0)) == pytest.approx(2 / 3)
    assert np.isnan(metrics.coverage(np.array([NAN]), np.zeros(1), np.ones(1)))
