"""A peer's reading, told on a sensor's steps and in its unit."""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from assets.resample import coarsen, refine
from assets.timegrid import TimeGrid
from assets.units import converter
from integrations.connectors.base import SeriesReading


class DoesNotFit(ValueError):
    """The reading cannot be told on the sensor's steps."""


def to_grid(
    reading: SeriesReading, *, quantity: str, resolution: timedelta, outward_positive: bool = False
) -> tuple[TimeGrid, NDArray[np.float64]]:
    """Return ``reading`` on steps of ``resolution`` and in the unit of ``quantity``.

    Prices and power hold over a whole step, so they are repeated on shorter steps and averaged
    over longer ones, of which only whole ones are kept.

    Raises:
        DoesNotFit: steps and resolution are no multiples, or the start is off the grid.
        UnknownUnit: the peer's unit does not fit.
    """
    if not resolution:
        raise DoesNotFit("means over steps are no points in time")
    values = converter(
        reading.unit, quantity, step=reading.step, outward_positive=outward_positive
    )(reading.values)
    start: datetime = reading.start
    if reading.step >= resolution:
        factor, rest = divmod(reading.step, resolution)
        values = refine(values, factor)
    else:
        factor, rest = divmod(resolution, reading.step)
        whole = values.size // factor * factor
        values = coarsen(values[:whole], factor, "mean")
    if rest or start.timestamp() % resolution.total_seconds() or not values.size:
        raise DoesNotFit(f"steps of {reading.step} from {start.isoformat()} on {resolution}")
    return TimeGrid(start, resolution, values.size), values
