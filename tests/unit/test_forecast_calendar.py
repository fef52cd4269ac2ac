"""Days on which a site is closed, beside public holidays."""

import numpy as np

from forecasting.features.calendar import closed_days, with_holidays
from forecasting.features.series import Sample

HOURS = np.datetime64("2026-03-02", "s") + np.arange(96) * np.timedelta64(3_600, "s")


def interval(start: str, end: str) -> np.ndarray:
    return np.array([start, end], "datetime64[s]")


def test_days_that_are_covered_for_half_or_more_are_closed() -> None:
    found = closed_days(
        HOURS,
        [
            interval("2026-03-03T12:00", "2026-03-04T11:00"),  # half of the 3rd, less of the 4th
            interval("2026-03-05T00:00", "2026-03-05T06:00"),  # together with the next half a day
            interval("2026-03-05T18:00", "2026-03-06T00:00"),
        ],
    )

    assert found.reshape(4, 24).min(axis=1).tolist() == [0.0, 1.0, 0.0, 1.0]
    assert found.reshape(4, 24).max(axis=1).tolist() == [0.0, 1.0, 0.0, 1.0]


def test_closed_days_join_public_holidays_in_one_covariate() -> None:
    times = np.datetime64("2026-04-26", "s") + np.arange(72) * np.timedelta64(3_600, "s")
    series = Sample(times, np.zeros(72), np.empty((72, 0)))

    public = with_holidays(series, "Europe/Amsterdam")
    both = with_holidays(
        series, "Europe/Amsterdam", [interval("2026-04-28T00:00", "2026-04-29T00:00")]
    )

    assert both.names == ("holiday",)
    assert public.covariates[::24, 0].tolist() == [0.0, 1.0, 0.0], "the King's day"
    assert both.covariates[::24, 0].tolist() == [0.0, 1.0, 1.0]
