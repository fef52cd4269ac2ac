"""What of a kept document is about a window, and what of it is long past or far ahead."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assets.timegrid import TimeGrid
from scheduling.flex.context import SiteContext
from scheduling.flex.relevance import relevant_context, relevant_device
from scheduling.flex.run import device_document

DAY = TimeGrid(datetime(2026, 1, 12, tzinfo=UTC), timedelta(hours=1), 24)


def span(day: int, first: int, last: int) -> dict[str, str]:
    return {"start": f"2026-01-{day}T{first:02}:00:00Z", "end": f"2026-01-{day}T{last:02}:00:00Z"}


def process(*forbidden: dict[str, str]) -> Any:
    fields = {"kind": "process", "power_kw": 2.0, "duration_minutes": 60}
    return device_document({**fields, "forbidden": list(forbidden)}, name="job")


def battery(*points: dict[str, Any]) -> Any:
    goals = [{"kind": "min", "points": [point]} for point in points]
    fields = {"kind": "battery", "capacity_kwh": 10, "charge_limit_kw": 5, "discharge_limit_kw": 5}
    given = {**fields, "stock_at_start_kwh": 0, "goals": goals}
    return device_document(given, name="battery")


def test_forbidden_times_of_other_days_fall_away() -> None:
    device = process(span(11, 8, 10), span(12, 8, 10), span(13, 8, 10))

    assert relevant_device(device, DAY) == process(span(12, 8, 10))


def test_a_forbidden_time_that_ends_when_the_window_starts_is_none_of_it() -> None:
    touching = {"start": "2026-01-11T22:00:00Z", "end": "2026-01-12T00:00:00Z"}
    into = {"start": "2026-01-11T22:00:00Z", "end": "2026-01-12T00:00:01Z"}

    assert relevant_device(process(touching, into), DAY) == process(into)


@pytest.mark.parametrize(
    ("point", "stays"),
    [
        ({"stock_kwh": 4, "at": "2026-01-11T18:00:00Z"}, False),
        ({"stock_kwh": 4, "at": "2026-01-12T00:00:00Z"}, True),
        ({"stock_kwh": 4, "at": "2026-01-12T18:00:00Z"}, True),
        ({"stock_kwh": 4, "at": "2026-01-13T00:00:00Z"}, True),
        ({"stock_kwh": 4, "at": "2026-01-13T01:00:00Z"}, False),
        ({"stock_kwh": 4, **span(11, 2, 4)}, False),
        ({"stock_kwh": 4, "start": "2026-01-01T00:00:00Z", "end": "2026-02-01T00:00:00Z"}, True),
    ],
)
def test_goals_stay_where_they_are_about_the_window(point: dict[str, Any], *, stays: bool) -> None:
    kept = relevant_device(battery(point), DAY)

    assert kept == (battery(point) if stays else battery())


def test_peaks_that_count_at_no_time_of_the_window_fall_away() -> None:
    always = {"name": "always", "price_per_kw": 1.0}
    today = {"name": "today", "price_per_kw": 1.0, "within": [span(12, 17, 20)]}
    tomorrow = {"name": "tomorrow", "price_per_kw": 1.0, "within": [span(13, 17, 20)]}
    context = SiteContext.model_validate({"peaks": [always, tomorrow, today]})

    assert [peak.name for peak in relevant_context(context, DAY).peaks] == ["always", "today"]


def test_a_context_without_such_peaks_stays_the_same() -> None:
    context = SiteContext.model_validate({"currency": "EUR"})

    assert relevant_context(context, DAY) is context
