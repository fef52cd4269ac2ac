"""How long the steps of an answer are: as ISO 8601 says it, or as many as a chart can show."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from assets.resample.buckets import Buckets, Calendar, Resolution
from assets.timegrid import TimeGrid

_CLOCK: Final = re.compile(r"PT(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?\Z")
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
#: Steps at which a chart may be read off; beyond them whole weeks.
_ROUND: Final = (
    *(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * _HOUR for hours in (1, 2, 3, 4, 6, 8, 12)),
    *(days * _DAY for days in (1, 2, 7)),
)


def parse_resolution(text: str) -> Resolution:
    """Return the steps that ``text`` names: PT15M, PT1H, P1D, P1W, P1M, P1Y.

    Raises:
        ValueError: it names none.
    """
    for calendar in Calendar:
        if text == calendar.value:
            return calendar
    found = _CLOCK.match(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    step = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if not step:
        raise ValueError(
            f"{text[:20]!r} is no resolution: PT15M or PT1H is one, and P1D, P1W, P1M, P1Y"
        )
    return step


def as_duration(step: timedelta) -> str:
    """Return ``step`` as ISO 8601 in hours, minutes and seconds: PT15M, PT24H."""
    seconds = int(step.total_seconds())
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    return "PT" + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0S")


def buckets_over(
    events: TimeGrid, resolution: Resolution | None, *, zone: ZoneInfo, max_points: int | None
) -> Buckets:
    """Return the steps in which an answer over ``events`` is told.

    Args:
        events: the sensor's own events.
        resolution: of the answer; that of the events when None.
        zone: whose days, weeks, months and years are meant.
        max_points: at most so many steps, longer ones than asked for where it must be, rounded
            to hours or days; the last may then be cut short by the end.

    Raises:
        ValueError: the resolution is no multiple of an event's, the span no multiple of the
            resolution, or a day of ``zone`` begins within an event.
    """
    if isinstance(resolution, Calendar):
        return _calendar_buckets(events, resolution, zone, max_points)
    step = events.step if resolution is None else resolution
    factor, rest = divmod(step, events.step)
    if rest or not factor:
        raise ValueError(f"events last {events.step}: {as_duration(step)} is no multiple")
    if events.n_steps % factor:
        raise ValueError(f"{events.n_steps * events.step} is not a whole number of steps of {step}")
    if max_points is not None and events.n_steps > factor * max_points:
        factor = _round_factor(events, factor, max_points)
    firsts = np.arange(0, events.n_steps, factor, dtype=np.int64)
    return Buckets(firsts, events.n_steps, factor * events.step)


def _round_factor(events: TimeGrid, base: int, max_points: int) -> int:
    """Return how many events fit a round step, a multiple of ``base``, of which few enough are."""
    least = -(-events.n_steps // max_points)
    for step in _ROUND:
        factor, rest = divmod(step, events.step)
        if not rest and factor >= least and factor % base == 0:
            return factor
    week = 7 * _DAY // events.step if not 7 * _DAY % events.step else base
    unit = week if week % base == 0 else base
    return -(-least // unit) * unit


def _calendar_buckets(
    events: TimeGrid, calendar: Calendar, zone: ZoneInfo, max_points: int | None
) -> Buckets:
    starts = _starts_within(events, calendar, zone)
    larger = list(Calendar)[list(Calendar).index(calendar) + 1 :]
    while max_points is not None and len(starts) > max_points and larger:
        calendar = larger.pop(0)
        starts = _starts_within(events, calendar, zone)
    firsts = []
    for start in starts:
        first, rest = divmod(start - events.start, events.step)
        if rest:
            raise ValueError(f"a day of {zone} begins within an event of {events.step}")
        firsts.append(first)
    return Buckets(np.array(firsts, dtype=np.int64), events.n_steps, calendar)


def _starts_within(events: TimeGrid, calendar: Calendar, zone: ZoneInfo) -> list[datetime]:
    """Return the span's start and each start of a day, week, ... within it, in UTC."""
    starts, day = [events.start], events.start.astimezone(zone).date()
    while True:
        if calendar is Calendar.YEAR:
            day = day.replace(year=day.year + 1, month=1, day=1)
        elif calendar is Calendar.MONTH:
            day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        else:
            day += timedelta(days=1 if calendar is Calendar.DAY else 7 - day.weekday())
        start = datetime.combine(day, time(), zone).astimezone(UTC)
        if start >= events.end:
            return starts
        starts.append(start)
