"""Backtests: where one stands, what one knows there, and what is scored."""

from typing import ClassVar, Self

import numpy as np
import pytest

from forecasting.evaluation.backtest import NothingToScore, backtest
from forecasting.evaluation.references import reference_points
from forecasting.evaluation.scores import report
from forecasting.evaluation.series_record import SeriesRecord, daily_record
from forecasting.forecasters.base import Array, Sample, Times

LEVELS = (0.1, 0.5, 0.9)


def hours(n_days: int) -> Times:
    return np.datetime64("2026-01-05", "s") + np.arange(n_days * 24) * np.timedelta64(3600, "s")


def series(n_days: int = 40) -> Sample:
    times = hours(n_days)
    hour = np.arange(times.size) % 24
    return Sample(times, hour + np.arange(times.size) // 24 * 1.0, np.empty((times.size, 0)))


def a_record(sample: Sample, **change: object) -> SeriesRecord:
    wanted = {"issue_minute": 720, "test_share": 0.25, "max_origins": None} | change
    return daily_record(sample, 36, **wanted)  # type: ignore[arg-type]


class Counting:
    """Says 0 to 2 everywhere, and remembers what it was shown."""

    version: ClassVar[str] = "1"
    fits: ClassVar[list[int]] = []
    updates: ClassVar[list[int]] = []

    def fit(self, history: Sample, n_ahead: int) -> Self:
        self.fits.append(history.times.size)
        return self

    def update(self, history: Sample) -> Self:
        self.updates.append(history.times.size)
        return self

    def predict(self, times: Times, covariates: Array, quantiles: Array) -> Array:
        return np.tile(np.linspace(0, 2, quantiles.size)[:, None], (1, times.size))


class Failing(Counting):
    def predict(self, times: Times, covariates: Array, quantiles: Array) -> Array:
        raise RuntimeError("no sun")


def test_stands_at_the_issue_time_of_each_day_of_the_last_quarter() -> None:
    record = a_record(series())

    begins = [record.situation(origin).times[0] for origin in range(record.origins)]

    assert begins[0] == np.datetime64("2026-02-04T12:00")  # day 30 of 40
    assert begins[-1] == np.datetime64("2026-02-12T12:00")  # the last with 36 hours after it
    assert record.origins == 9


def test_knows_what_came_before_and_nothing_else() -> None:
    record = a_record(series())

    situation = record.situation(3)

    assert situation.history.times[-1] == situation.times[0] - np.timedelta64(1, "h")
    assert record.truth(3)[0] == series().target[situation.history.times.size]


def test_takes_at_most_so_many_origins_evenly() -> None:
    assert a_record(series(), max_origins=3).positions.tolist() == [732, 828, 924]


def test_says_when_there_is_nothing_to_score() -> None:
    with pytest.raises(NothingToScore, match="no window of 36 steps that begins at 12:00"):
        a_record(series(n_days=5))


def test_references_use_the_newest_known_value() -> None:
    """From noon, tomorrow afternoon is known from yesterday's afternoon alone."""
    sample = series()
    times = sample.times[36 * 24 + 12 : 36 * 24 + 48]

    points = reference_points(sample[: 36 * 24 + 12], times)

    assert points["persistence"].tolist() == [11 + 36.0] * 36
    assert points["yesterday"][0] == 12 + 35.0  # today 12:00 from yesterday
    assert points["yesterday"][12] == 0 + 36.0  # tomorrow 00:00 from today
    assert points["yesterday"][24] == 12 + 35.0  # tomorrow 12:00: today's is not known yet
    assert points["last_week"][0] == 12 + 29.0


def test_references_go_further_back_over_gaps() -> None:
    sample = series()
    sample.target[35 * 24 + 12] = np.nan

    points = reference_points(sample[: 36 * 24 + 12], sample.times[36 * 24 + 12 :][:1])

    assert points["yesterday"].tolist() == [12 + 34.0]


def test_learns_anew_only_when_what_it_learnt_is_old() -> None:
    Counting.fits.clear()
    Counting.updates.clear()

    backtest(a_record(series()), {"counting": Counting}, LEVELS, refit_days=4)

    assert [size // 24 for size in Counting.fits] == [30, 34, 38]
    assert [size // 24 for size in Counting.updates] == [31, 32, 33, 35, 36, 37]


def test_scores_by_lead_and_against_the_best_reference() -> None:
    found = backtest(a_record(series()), {"counting": Counting}, LEVELS)

    scores = report(found, steps_per_day=24, lead_steps=24)

    errors = np.abs(found.truth - 1.0)
    assert scores.best_reference == "yesterday"
    assert scores.references["yesterday"] == pytest.approx(np.mean([1.0] * 24 + [2.0] * 12))
    assert scores.overall["counting"].mae == pytest.approx(errors.mean())
    assert scores.overall["counting"].skill == pytest.approx(1 - errors.mean() / (4 / 3))
    [first, second] = scores.by_lead["counting"]
    assert (first[:2], second[:2]) == ((1, 24), (25, 36))
    assert second[2].mae == pytest.approx(errors[:, 24:].mean())


def test_the_baseline_stands_in_for_a_model_that_fails() -> None:
    found = backtest(a_record(series()), {"failing": Failing}, LEVELS)

    assert len(found.models["failing"].failures) == 9
    assert found.models["failing"].failures[0] == "RuntimeError: no sun"
    assert report(found, steps_per_day=24, lead_steps=24).overall["failing"].mae < 3


def test_unknown_truths_are_not_scored() -> None:
    sample = series()
    sample.target[-24:] = np.nan
    found = backtest(a_record(sample), {"counting": Counting}, LEVELS)

    cells = report(found, steps_per_day=24, lead_steps=24).overall["counting"].cells

    assert cells == 9 * 36 - 24  # of the last window; the window before ends at midnight
