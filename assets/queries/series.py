"""Series of one sensor, as arrays on a time grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assets.models import Quantity, Sensor, SourceKind
from assets.queries.known import Asked, read_known, usual_aggregation
from assets.queries.moments import microseconds
from assets.queries.points import held_on, longest_hold, read_points_of
from assets.resample import coarsen, refine
from assets.timegrid import TimeGrid

Array = NDArray[np.float64]

#: Who may be believed about what was, and about what will be.
MEASURED: Final = (SourceKind.METER, SourceKind.MARKET, SourceKind.PERSON)
EXPECTED: Final = (*MEASURED, SourceKind.FORECASTER)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A distribution per step: ``values`` has shape (Q, n_steps) for ``probabilities`` (Q,)."""

    probabilities: tuple[float, ...]
    values: Array


def read_series(
    sensor: Sensor,
    grid: TimeGrid,
    *,
    known_at: datetime,
    kinds: Sequence[SourceKind] = EXPECTED,
    probability: float = 0.5,
) -> Array:
    """Return values on ``grid`` as they were known at ``known_at``.

    Args:
        sensor: its resolution equals ``grid.step``; ``read_onto`` takes any.
        known_at: beliefs formed later are not looked at.
        kinds: whose beliefs count; of several the one formed last.
        probability: which quantile; 0.5 for the point value.

    Returns:
        shape (n_steps,), in the unit of the sensor's quantity; NaN where nothing is known.

    Raises:
        ValueError: the sensor's resolution differs from the grid's step.
    """
    if sensor.resolution != grid.step:
        raise ValueError(f"{sensor} has events of {sensor.resolution}, not {grid.step}")
    return _series(sensor, grid, Asked(known_at=known_at, kinds=kinds), probability)


def read_onto(
    sensor: Sensor,
    grid: TimeGrid,
    *,
    known_at: datetime,
    kinds: Sequence[SourceKind] = EXPECTED,
    probability: float = 0.5,
    horizon: timedelta | None = None,
) -> Array:
    """Return values on ``grid``, whose step may be longer or shorter than the sensor's.

    Arguments and NaN as for ``read_series``; with ``horizon`` of each event only beliefs formed so
    long before its start, or earlier, count. Power and prices hold over the whole event and
    are averaged over longer steps; energy is shared out and summed; a stock is that of the start.

    Of points in time it is what held, see ``assets.queries.points``.

    Raises:
        ValueError: neither of step and resolution is a multiple of the other.
    """
    asked = Asked(known_at=known_at, kinds=kinds, horizon=horizon)
    if sensor.resolution <= grid.step:
        return _aggregated(sensor, grid, asked, usual_aggregation(sensor), probability)
    factor, rest = divmod(sensor.resolution, grid.step)
    if rest:
        raise ValueError(f"{sensor} has events of {sensor.resolution}, which {grid.step} cuts")
    before = int(grid.start.timestamp() % sensor.resolution.total_seconds())
    start = grid.start - timedelta(seconds=before)
    n_events = -(-(grid.end - start) // sensor.resolution)
    events = TimeGrid(start, sensor.resolution, n_events)
    values = _series(sensor, events, asked, probability)
    skipped = (grid.start - start) // grid.step
    refined = refine(values, factor)[skipped : skipped + grid.n_steps]
    return refined / factor if sensor.quantity == Quantity.ENERGY else refined


def read_aggregated(
    sensor: Sensor,
    grid: TimeGrid,
    *,
    known_at: datetime,
    aggregation: str,
    kinds: Sequence[SourceKind] = EXPECTED,
    probability: float = 0.5,
) -> Array:
    """Return values on ``grid``, whose step is the sensor's resolution or a multiple of it.

    Args:
        aggregation: one of ``assets.resample.AGGREGATIONS``.

    Raises:
        ValueError: the step is no multiple of the resolution.
    """
    return _aggregated(
        sensor, grid, Asked(known_at=known_at, kinds=kinds), aggregation, probability
    )


def _aggregated(
    sensor: Sensor, grid: TimeGrid, asked: Asked, aggregation: str, probability: float
) -> Array:
    if sensor.is_instantaneous:
        return _read_held(sensor, grid, asked, aggregation, probability)
    factor, rest = divmod(grid.step, sensor.resolution)
    if rest or not factor:
        raise ValueError(f"{sensor} has events of {sensor.resolution}: {grid.step} is no multiple")
    events = TimeGrid(grid.start, sensor.resolution, grid.n_steps * factor)
    values = _series(sensor, events, asked, probability)
    return values if factor == 1 else coarsen(values, factor, aggregation)


def _series(sensor: Sensor, grid: TimeGrid, asked: Asked, probability: float) -> Array:
    known = read_known([sensor], {sensor.pk: grid}, asked=asked, probabilities=[probability])
    return known[sensor.pk, probability].values


def _read_held(
    sensor: Sensor, grid: TimeGrid, asked: Asked, aggregation: str, probability: float
) -> Array:
    span = (grid.start - longest_hold(sensor), grid.end)
    read = read_points_of([sensor], span, asked=asked, probabilities=[probability])
    steps = np.arange(grid.n_steps + 1) * (int(grid.step.total_seconds()) * 1_000_000)
    edges = microseconds(grid.start) + steps
    values, _ = held_on(
        read, sensor, probability, edges, aggregation=aggregation, known_at=asked.known_at
    )
    return values


def read_quantiles(
    sensor: Sensor, grid: TimeGrid, *, known_at: datetime, probabilities: Sequence[float]
) -> Quantiles:
    """Return forecast quantiles on ``grid``; arguments and NaN as for ``read_series``."""
    asked = Asked(known_at=known_at, kinds=[SourceKind.FORECASTER])
    known = read_known([sensor], {sensor.pk: grid}, asked=asked, probabilities=probabilities)
    values = [known[sensor.pk, probability].values for probability in probabilities]
    return Quantiles(tuple(probabilities), np.stack(values))
