"""Days on which people do not work, from the zone of the clock that they live by.

Public holidays are those of a region, if it is known, or those that most of the country has, from
the library ``holidays``; on which other days a site is closed, its people say. Of school holidays
see ``school``.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np

from forecasting.features import known
from forecasting.features.regions import parts_of
from forecasting.features.series import Array, Sample, Times

_DAY: Final = np.timedelta64(86_400, "s")
#: Share of a country's parts in which a day is free that makes it one of the country.
_MOST: Final = 0.6
_ZONES: Final = ("tzdata.zoneinfo", "zone.tab")


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Return the country of each time zone, by the table of the time zone database."""
    package, name = _ZONES
    lines = (files(package) / name).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[2]: row[0] for row in rows}


@lru_cache(maxsize=512)
def _holidays_of(country: str, part: str, year: int) -> frozenset[np.datetime64]:
    """Return the public holidays of a part of a country, or for "" those that most of it has.

    Many are nobody's by the law of the whole: Good Friday is a matter of the Swiss cantons, and
    Easter Monday is none of Scotland's.
    """
    import holidays  # noqa: PLC0415 - hundreds of countries; workers alone need it

    try:
        parts = (part,) if part else parts_of(country) or (None,)
        free = [holidays.country_holidays(country, subdiv=each, years=year) for each in parts]
    except NotImplementedError:
        return frozenset()
    counts = Counter(day for each in free for day in each)
    return frozenset(
        np.datetime64(day, "D") for day, count in counts.items() if count >= _MOST * len(free)
    )


def public_holidays(times: Times, time_zone: str, region: str = "") -> Array:
    """Return 1 on public holidays of ``region`` or, without, of the zone's country, else 0.

    All 0 for a zone of no country, such as UTC, and for countries nobody has listed.

    Args:
        times: labels on the clock on the wall, shape (T,), as what is returned.
        time_zone: says which country.
        region: a country and its part, such as "DE-BY"; empty if unknown.
    """
    country, _, part = (region or _countries().get(time_zone, "")).partition("-")
    if not country or not times.size:
        return np.zeros(times.shape)
    days, place = np.unique(times.astype("datetime64[D]"), return_inverse=True)
    years = range(int(str(days[0])[:4]), int(str(days[-1])[:4]) + 1)
    free = frozenset().union(*(_holidays_of(country, part, year) for year in years))
    return np.array([float(day in free) for day in days])[place]


def closed_days(times: Times, intervals: Sequence[Times]) -> Array:
    """Return 1 on days that ``intervals`` cover for half or more, else 0, shape of ``times``.

    Args:
        times: labels on the clock on the wall.
        intervals: start and end of each, on the same clock.
    """
    days, place = np.unique(times.astype("datetime64[D]"), return_inverse=True)
    starts = days.astype("datetime64[s]")
    covered = np.zeros(days.size, dtype="timedelta64[s]")
    for start, end in intervals:
        within = np.minimum(starts + _DAY, end) - np.maximum(starts, start)
        covered += np.maximum(within, np.timedelta64(0, "s"))
    return (covered >= _DAY / 2).astype(float)[place]


def with_holidays(
    sample: Sample, time_zone: str, region: str = "", closed: Sequence[Times] = ()
) -> Sample:
    """Return ``sample`` with a covariate ``holiday``, unless it has one or there is none.

    ``time_zone`` and ``region``: see ``public_holidays``. ``closed``: other intervals that are as a
    holiday is; see ``closed_days``.
    """
    if known.HOLIDAY in sample.names or (sample.covariates.shape[1] and not sample.names):
        return sample
    column = public_holidays(sample.times, time_zone, region)
    if closed:
        column = np.maximum(column, closed_days(sample.times, closed))
    if not column.any():
        return sample
    covariates = np.column_stack([sample.covariates, column])
    return Sample(
        sample.times, sample.target, covariates, (*sample.names, known.HOLIDAY), sample.place
    )
