"""Peaks by the calendar: periods of billing, hours of the week; worked out by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from assets.timegrid import TimeGrid
from scheduling.flex import DocumentError, SiteDocument
from scheduling.flex.clock import WeeklyHours
from scheduling.planning import UnresolvedReference, plan
from tests.unit.scheduling_documents import clock, load, site

AMSTERDAM = "Europe/Amsterdam"
HOUR = timedelta(hours=1)


def hours(grid: TimeGrid, **fields: Any) -> list[str]:
    """Return the beginnings of the steps that count, in UTC."""
    counted = grid.starts()[WeeklyHours(**fields).holds(grid, AMSTERDAM)]
    return [str(each) for each in np.datetime_as_string(counted, unit="h")]


def metered(peak: dict[str, Any], power_kw: list[float], **window: Any) -> SiteDocument:
    fields = {"name": "grid", "price_per_kw": 10.0, **peak}
    more = {"peaks": [fields], **({"window": window} if window else {})}
    return site(load(power_kw), import_price=[0.0] * len(power_kw), more=more)


def test_weekly_hours_are_those_of_the_wall_clock_in_summer_and_winter() -> None:
    """Clocks go forward on Sunday 29 March 2026: 07:00 is 06:00 UTC before, 05:00 after."""
    friday = TimeGrid(datetime(2026, 3, 27, tzinfo=UTC), HOUR, 24 * 4)
    found = hours(friday, begins="07:00", ends="09:00")

    assert found == ["2026-03-27T06", "2026-03-27T07", "2026-03-30T05", "2026-03-30T06"]


def test_hours_that_end_on_the_next_day_belong_to_the_day_on_which_they_begin() -> None:
    """Friday night counts until Saturday 06:00, and Monday morning does not."""
    friday = TimeGrid(datetime(2026, 1, 16, tzinfo=UTC), HOUR, 24 * 4)
    found = hours(friday, weekdays=(4,), begins="23:00", ends="02:00")

    assert found == ["2026-01-16T22", "2026-01-16T23", "2026-01-17T00"]
    whole = hours(friday, weekdays=(5,), begins="00:00", ends="00:00")
    assert len(whole) == 24


def test_a_peak_outside_its_weekly_hours_costs_nothing() -> None:
    """12 January 2026 is a Monday; UTC where no time zone is said."""
    weekly = [{"begins": "01:00", "ends": "03:00"}]
    answer = plan(metered({"weekly": weekly}, [9.0, 3.0, 4.0, 8.0]))

    assert answer.costs["peak: grid"] == pytest.approx(40.0)
    sunday = plan(metered({"weekly": [{**weekly[0], "weekdays": [6]}]}, [9.0, 3.0, 4.0, 8.0]))
    assert "peak: grid" not in sunday.costs


def test_weekly_hours_and_spans_count_where_both_do() -> None:
    within = [{"start": clock(0), "end": clock(2)}]
    weekly = [{"begins": "01:00", "ends": "03:00"}]
    answer = plan(metered({"weekly": weekly, "within": within}, [9.0, 3.0, 4.0, 8.0]))

    assert answer.costs["peak: grid"] == pytest.approx(30.0)


def test_each_month_has_a_peak_of_its_own_by_the_clock_of_the_site() -> None:
    """From 22:00 UTC on 31 January; in Amsterdam the third step is the first of February."""
    window = {"start": "2026-01-31T21:00:00Z", "end": "2026-02-01T01:00:00Z", "step_minutes": 60}
    peak = {"period": "month", "incumbent_kw": 5.0, "least_kw": 2.5, "time_zone": AMSTERDAM}
    answer = plan(metered(peak, [6.0, 4.0, 3.0, 2.0], **window))

    assert answer.costs["peak: grid"] == pytest.approx(10.0)
    assert answer.costs["peak: grid (2026-02)"] == pytest.approx(5.0)
    in_utc = plan(metered({**peak, "time_zone": "UTC"}, [6.0, 4.0, 3.0, 2.0], **window))
    assert in_utc.costs["peak: grid"] == pytest.approx(10.0)
    assert in_utc.costs["peak: grid (2026-02)"] == pytest.approx(0.0)


def test_what_is_billed_in_any_case_is_free() -> None:
    """The capacity tariff of Flanders: 2.5 kW at least."""
    assert plan(metered({"least_kw": 2.5}, [2.0, 2.4])).cost == pytest.approx(0.0)
    assert plan(metered({"least_kw": 2.5}, [2.0, 4.0])).cost == pytest.approx(15.0)


@pytest.mark.parametrize("n_hours", [23, 25])
def test_quarters_of_five_minutes_over_a_day_that_is_longer_or_shorter(n_hours: int) -> None:
    """The mean of a quarter counts, wherever in the day; the highest single step does not."""
    day = "2026-03-29T00:00:00+01:00" if n_hours == 23 else "2026-10-25T00:00:00+02:00"
    end = "2026-03-30T00:00:00+02:00" if n_hours == 23 else "2026-10-26T00:00:00+01:00"
    power = np.random.default_rng(n_hours).uniform(0.0, 50.0, n_hours * 12).round(1)
    peak = {"average_minutes": 15, "period": "day", "time_zone": AMSTERDAM, "incumbent_kw": 1.0}
    document = metered(peak, power.tolist(), start=day, end=end, step_minutes=5)
    highest = power.reshape(-1, 3).mean(axis=1).max()

    assert plan(document).costs == {
        "import": pytest.approx(0.0),
        "export": pytest.approx(0.0),
        "peak: grid": pytest.approx(10.0 * (highest - 1.0)),
    }


def test_what_was_measured_is_not_known_in_a_file() -> None:
    document = metered({"measured_kw": {"sensor": 7}, "period": "month"}, [1.0])

    with pytest.raises(UnresolvedReference, match=r"peaks\[0\]\.measured_kw"):
        plan(document)


@pytest.mark.parametrize(
    ("peak", "words"),
    [
        ({"measured_kw": {"sensor": 7}}, "measured_kw needs period"),
        ({"time_zone": "Mars/Olympus"}, "no such time zone"),
        ({"weekly": [{"begins": "7:00", "ends": "09:00"}]}, "weekly"),
    ],
)
def test_refuses_a_calendar_that_there_is_not(peak: dict[str, Any], words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        metered(peak, [1.0])
