"""Days that are not as others: closed ones, and those without school."""

import numpy as np
import pytest

from forecasting.features.calendar import closed_days, public_holidays, with_holidays
from forecasting.features.regions import NoRegion, check_region
from forecasting.features.school import school_holidays, with_school
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
        series, "Europe/Amsterdam", closed=[interval("2026-04-28T00:00", "2026-04-29T00:00")]
    )

    assert both.names == ("holiday",)
    assert public.covariates[::24, 0].tolist() == [0.0, 1.0, 0.0], "the King's day"
    assert both.covariates[::24, 0].tolist() == [0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("zone", "region", "day", "free"),
    [
        ("Europe/London", "", "2026-04-06", 1.0),  # Easter Monday: all but Scotland
        ("Europe/London", "", "2026-03-17", 0.0),  # Saint Patrick: Northern Ireland alone
        ("Europe/Zurich", "", "2026-04-03", 1.0),  # Good Friday: 23 of 26 cantons
        ("Europe/Berlin", "", "2026-06-04", 0.0),  # Corpus Christi: 6 of 16 states
        ("Europe/Berlin", "DE-BY", "2026-06-04", 1.0),
        ("Europe/Berlin", "DE-BE", "2026-06-04", 0.0),
        ("Europe/Amsterdam", "NL-Noord", "2026-04-27", 1.0),
        ("Europe/Amsterdam", "BE-Flemish", "2026-07-21", 1.0),
        ("Europe/Zurich", "CH-TI", "2026-03-19", 1.0),  # Saint Joseph
        ("Europe/Zurich", "CH-ZH", "2026-03-19", 0.0),
        ("UTC", "", "2026-12-25", 0.0),
        ("Antarctica/Troll", "", "2026-07-21", 0.0),
    ],
)
def test_public_holidays_are_those_of_the_region_or_of_most_of_the_country(
    zone: str, region: str, day: str, free: float
) -> None:
    labels = np.array([f"{day}T10:00", "2026-02-11T10:00"], "datetime64[s]")

    assert public_holidays(labels, zone, region).tolist() == [free, 0.0]


@pytest.mark.parametrize(
    ("region", "day", "free"),
    [
        # Autumn 2025 by the ministries: north 18 to 26 October, south 11 to 19.
        ("NL-Noord", "2025-10-24", 1.0),
        ("NL-Zuid", "2025-10-24", 0.0),
        ("NL-Noord", "2025-10-14", 0.0),
        ("NL-Zuid", "2025-10-14", 1.0),
        ("DE-BY", "2025-08-27", 1.0),
        ("DE-NW", "2025-08-27", 0.0),
    ],
)
def test_school_is_out_by_region(region: str, day: str, free: float) -> None:
    assert school_holidays(np.array([f"{day}T10:00"], "datetime64[s]"), region).tolist() == [free]


def test_school_holidays_are_a_covariate_where_each_day_is_listed() -> None:
    october = np.datetime64("2025-10-01", "s") + np.arange(31) * np.timedelta64(86_400, "s")
    known = Sample(october, np.zeros(31), np.ones((31, 1)), ("temperature",))
    beyond = Sample(october + np.timedelta64(3_650, "D"), np.zeros(31), np.empty((31, 0)))

    found = with_school(known, "NL-Noord")

    assert found.names == ("temperature", "school_holiday")
    assert found.covariates[:, 1].sum() == 9
    assert with_school(known, "") is known
    assert with_school(beyond, "DE-NW") is beyond, "nobody has decided on 2035"
    assert with_school(known, "CH-ZH") is known, "public holidays alone are listed"


def test_a_region_that_nobody_lists_is_named_with_those_there_are() -> None:
    for right in ("BE-Flemish", "CH-ZH", "GB-SCT"):
        check_region(right)
    for wrong in ("NL", "NL-Oost", "NL-"):
        with pytest.raises(NoRegion, match=f"'{wrong}'.* NL has Midden, Noord, Zuid"):
            check_region(wrong)
    for wrong in ("XX-Nowhere", "", "-", "Netherlands-Noord"):
        with pytest.raises(NoRegion, match=f"'{wrong}'.* NL-Noord, DE-BY"):
            check_region(wrong)
