"""How good forecasts have been, and when they are getting worse."""

import numpy as np
import pytest

from forecasting.evaluation.live import live_scores

WEEK = 168
TRUTH = 50 + 10 * np.sin(np.arange(4 * WEEK) / 5)
NOISE = np.random.default_rng(1).normal(0, 1, TRUTH.size)


def test_scores_are_those_of_what_was_both_foretold_and_measured() -> None:
    measured, median = TRUTH.copy(), TRUTH + 2.0
    measured[:100], median[-100:] = np.nan, np.nan

    found = live_scores(measured, median, median - 3, median + 3, WEEK)

    assert found.scored == 4 * WEEK - 200
    assert found.mae == pytest.approx(2.0)
    assert found.bias == pytest.approx(2.0)
    assert found.coverage == 1.0
    assert not found.drifts


def test_skill_is_against_the_same_time_a_week_before() -> None:
    measured = np.arange(4.0 * WEEK)  # a week ago is off by 168

    found = live_scores(measured, measured + 84.0, measured, measured, WEEK)

    assert found.skill == pytest.approx(0.5)


def test_errors_that_grow_are_drift_and_said() -> None:
    off = NOISE.copy()
    off[-WEEK:] *= 3

    found = live_scores(TRUTH, TRUTH + off, TRUTH - 1, TRUTH + 1, WEEK)

    assert found.drifts
    assert "DRIFTS" in found.words()
    assert not live_scores(TRUTH, TRUTH + NOISE, TRUTH - 1, TRUTH + 1, WEEK).drifts


def test_few_events_are_no_drift_and_none_are_no_score() -> None:
    measured = np.full(4 * WEEK, np.nan)
    nothing = live_scores(measured, TRUTH, TRUTH, TRUTH, WEEK)
    measured[:20] = TRUTH[:20]
    few = live_scores(measured, TRUTH + np.arange(TRUTH.size), TRUTH, TRUTH, WEEK)

    assert nothing.words() == "nothing to compare yet"
    assert (nothing.scored, nothing.drifts, nothing.skill) == (0, False, None)
    assert (few.scored, few.drifts) == (20, False)
