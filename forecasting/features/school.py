"""School holidays of a region, from the library ``holidays``, where it has them.

A region is a country and its part, as the library names them: "NL-Noord", "DE-BY", "BE-Flemish".
Its days are decided years ahead, so they count as known at any time.
"""

from functools import lru_cache
from typing import Final

import numpy as np

from forecasting.features import known
from forecasting.features.series import Array, Sample, Times

#: Countries that people may be asked to choose from; the library has others, without parts.
_COUNTRIES: Final = ("AT", "BE", "DE", "FR", "NL")
#: A year in which fewer days are free is one of which the library knows a part alone, or nothing.
_FEWEST_DAYS: Final = 40
#: One of which the library knows whatever region it knows at all.
_A_YEAR: Final = 2025


class NoRegion(ValueError):
    """There is no such region. Words for the user."""


@lru_cache(maxsize=1)
def regions() -> tuple[str, ...]:
    """Return the regions whose school holidays are known, in alphabetical order."""
    import holidays  # noqa: PLC0415 - hundreds of countries; not for every process

    found = []
    for country in _COUNTRIES:
        calendar = holidays.country_holidays(country)
        found += [f"{country}-{part}" for part in calendar.subdivisions]
    return tuple(sorted(each for each in found if _free_days(each, _A_YEAR)))


@lru_cache(maxsize=512)
def _free_days(region: str, year: int) -> frozenset[np.datetime64]:
    import holidays  # noqa: PLC0415

    country, _, part = region.partition("-")
    days = holidays.country_holidays(country, subdiv=part, years=year, categories=("school",))
    if len(days) < _FEWEST_DAYS:
        return frozenset()
    return frozenset(np.datetime64(day, "D") for day in days)


def check_region(region: str) -> None:
    """Raise ``NoRegion`` unless school holidays of ``region`` are known."""
    if region not in regions():
        raise NoRegion(f"no school holidays of {region!r} are known (of {', '.join(regions())})")


def school_holidays(times: Times, region: str) -> Array:
    """Return 1 on days without school, else 0, shape of ``times``; NaN in years nobody listed."""
    days, place = np.unique(times.astype("datetime64[D]"), return_inverse=True)
    years = days.astype("datetime64[Y]").astype(int) + 1970
    free = {year: _free_days(region, int(year)) for year in np.unique(years)}
    marks = [
        float(day in free[year]) if free[year] else np.nan
        for day, year in zip(days, years, strict=True)
    ]
    return np.array(marks)[place]


def with_school(sample: Sample, region: str) -> Sample:
    """Return ``sample`` with a covariate ``school_holiday``; as it is if a day of it is not listed.

    A year of which nothing is known would look like one in which there is always school.
    """
    if not region or not sample.times.size:
        return sample
    column = school_holidays(sample.times, region)
    if np.isnan(column).any() or not column.any():
        return sample
    covariates = np.column_stack([sample.covariates, column])
    names = (*sample.names, known.SCHOOL_HOLIDAY)
    return Sample(sample.times, sample.target, covariates, names, sample.place)
