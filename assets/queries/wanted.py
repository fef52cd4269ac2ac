"""Which part of a series is wanted, and what a read of it comes to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from assets.models import Sensor, Source, SourceKind
from assets.queries.series import EXPECTED
from assets.resample import Buckets, Calendar, Fill, Resolution
from assets.timegrid import TimeGrid

Array = NDArray[np.float64]


class OffGrid(ValueError):
    """The span begins within an event."""


class WrongResolution(ValueError):
    """The resolution does not fit the events."""


class WrongAggregation(ValueError):
    """The aggregation has no meaning for the quantity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of a series is read, and how it is told; the same for every kind of series.

    Attributes:
        start, end: span [start, end), of whole events.
        known_at: beliefs formed later are not looked at.
        horizon: of each event only beliefs formed so long before its start, or earlier.
        resolution: of the answer; that of the events when None.
        max_points: at most so many values; see ``assets.resample.buckets_over``.
        aggregation: "energy" of power, or one of ``assets.resample.AGGREGATIONS``; what is
            usual for the quantity when None.
        kinds: whose beliefs count.
        probabilities: which quantiles.
        fill: what stands for events of which nothing is known.
        zone: whose days and months; that of the sensor, else of its asset, when None.
    """

    start: datetime
    end: datetime
    known_at: datetime
    resolution: Resolution | None = None
    max_points: int | None = None
    aggregation: str | None = None
    kinds: tuple[SourceKind, ...] = EXPECTED
    probabilities: tuple[float, ...] = (0.5,)
    fill: Fill = Fill.NONE
    zone: ZoneInfo | None = None
    horizon: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One quantile of one sensor's series.

    Attributes:
        events: the events that were read; of points in time, the seconds of the span.
        buckets: the steps in which they are told.
        values: shape (n,), one per bucket; NaN where unknown.
        quality: shape (n,), values of ``Quality``; MISSING where the value is NaN.
        sources: who believes, with how many events each.
        moments: shape (n,), UTC, of points that are told as they are, one per bucket.
    """

    events: TimeGrid
    buckets: Buckets
    values: Array
    quality: NDArray[np.uint8]
    sources: tuple[tuple[Source, int], ...]
    moments: NDArray[np.datetime64] | None = None


def zone_of(sensor: Sensor, wanted: Wanted) -> ZoneInfo:
    """Return whose days and months a read of ``sensor`` follows."""
    if wanted.zone is not None:
        return wanted.zone
    # Its own, or the asset's, is only looked up where it matters.
    by_calendar = isinstance(wanted.resolution, Calendar)
    return ZoneInfo((sensor.time_zone or sensor.asset.time_zone) if by_calendar else "UTC")
