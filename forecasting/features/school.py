"""School holidays of a region, from the library ``holidays``, where it has them.

Its days are decided years ahead, so they count as known at any time. See ``regions``.
"""

from functools import lru_cache
from typing import Final

import numpy as np

from forecasting.features import known
from forecasting.features.series import Array, Sample, Times

#: A year in which fewer days are free is one of which the library knows a part alone, or nothing.
_FEWEST_DAYS: Final = 40


@lru_cache(maxsize=512)
def _free_days(region: str, year: int) -> frozenset[np.datetime64]:
    import holidays  # noqa: PLC0415 - hundreds of countries; not for every process

    country, _, part = region.partition("-")
    school = holidays.SCHOOL
    if school not in holidays.country_holidays(country).supported_categories:
        return frozenset()
    days = holidays.country_holidays(country, subdiv=part, years=year, categories=(school,))
    if len(days) < _FEWEST_DAYS:
        return frozenset()
    return frozenset(np.datetime64(day, "D") for day in days)


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
