"""Sums over many sensors, with how many of them are unknown at each step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.models import Sensor
from assets.queries.columns import read_columns
from assets.queries.known import Quality, sources_together
from assets.queries.wanted import Column, Wanted, WrongResolution

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of several sensors' series.

    Attributes:
        column: the sum over those of which something is known; NaN where nothing is known of
            any. Its quality is that of the least sure value that is in it.
        missing: shape (n,), of how many sensors nothing is known at a step.
    """

    column: Column
    missing: NDArray[np.int64]


def read_total(sensors: Sequence[Sensor], wanted: Wanted) -> Total:
    """Return the sum of the series of ``sensors``, of which there is at least one.

    Raises:
        WrongResolution: their events differ in length and no resolution is wanted.
        OffGrid, WrongAggregation, ValueError: see ``read_columns``.
    """
    if wanted.resolution is None and len({sensor.resolution for sensor in sensors}) > 1:
        raise WrongResolution("the sensors' events differ in length: ask for a resolution")
    if wanted.resolution is None and sensors[0].is_instantaneous:
        raise WrongResolution("points in time are summed over steps: ask for a resolution")
    columns = [each[0] for each in read_columns(sensors, wanted)]
    values = np.stack([column.values for column in columns])
    known = ~np.isnan(values)
    total = np.where(known.any(axis=0), np.where(known, values, 0.0).sum(axis=0), np.nan)
    sure = np.where(known, np.stack([column.quality for column in columns]), 0).max(axis=0)
    quality = np.where(known.any(axis=0), sure, Quality.MISSING).astype(np.uint8)
    first = columns[0]
    told = sources_together([column.sources for column in columns])
    column = Column(first.events, first.buckets, total, quality, told)
    return Total(column, (~known).sum(axis=0))
