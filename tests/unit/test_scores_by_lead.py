"""Scores by lead time and by day; answers worked out by hand."""

import numpy as np
import pytest

from forecasting.evaluation.by_lead import Said, by_day, scored

MEASURED = np.array([10.0, 20.0, np.nan, 40.0, 50.0, 60.0])
MEDIAN = np.array([11.0, np.nan, 30.0, 42.0, 50.0, 54.0])
SAID = Said(MEDIAN, MEDIAN - 2, MEDIAN + 2)


def test_only_what_was_foretold_and_measured_is_scored() -> None:
    found = scored(MEASURED, SAID, week=3)

    assert found.events == 4
    assert found.mae == pytest.approx((1 + 2 + 0 + 6) / 4)
    assert found.coverage == pytest.approx(3 / 4)
    assert found.week_mae == pytest.approx((30 + 30) / 2), "of the last there is no week before"


def test_nothing_to_compare_is_nan_and_no_zero() -> None:
    nothing = np.full(6, np.nan)

    found = scored(MEASURED, Said(nothing, nothing, nothing), week=3)

    assert found.events == 0
    assert np.isnan([found.mae, found.coverage, found.week_mae]).all()


def test_errors_by_day_leave_days_without_any_open() -> None:
    mine, week = by_day(MEASURED, SAID, week=3, day=2)

    assert mine == pytest.approx([1.0, 2.0, 3.0])
    assert week == pytest.approx([np.nan, 30.0, 30.0], nan_ok=True)
