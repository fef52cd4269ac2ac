"""Reads of beliefs, as arrays on a time grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from assets.models import Quantity, Sensor, SourceKind
from assets.resample import coarsen, refine
from assets.timegrid import TimeGrid

Array = NDArray[np.float64]

#: Who may be believed about what was, and about what will be.
MEASURED: Final = (SourceKind.METER, SourceKind.MARKET, SourceKind.PERSON)
EXPECTED: Final = (*MEASURED, SourceKind.FORECASTER)

_USUAL_AGGREGATION: Final = {Quantity.ENERGY: "sum", Quantity.STOCK: "first"}

# A row of binary COPY: number of fields, then length and value of each (PostgreSQL, "COPY").
_ROW: Final = np.dtype(
    [("n", ">i2"), ("a", ">i4"), ("step", ">i4"), ("b", ">i4"), ("value", ">f8")]
)
_HEADER_BYTES: Final = 19
_TRAILER_BYTES: Final = 2

# The newest belief of an event wins; of two formed at once, the source made last.
_NEWEST: Final = """
COPY (
    SELECT DISTINCT ON (b.event_start)
        (extract(epoch FROM b.event_start - %(start)s) / %(step)s)::int4, b.value
    FROM {table} b
    WHERE b.sensor_id = %(sensor)s AND b.event_start >= %(start)s AND b.event_start < %(end)s
        AND b.cumulative_probability = %(probability)s AND b.source_id = ANY(%(sources)s)
        AND b.belief_time <= %(known_at)s
    ORDER BY b.event_start, b.belief_time DESC, b.source_id DESC
) TO STDOUT (FORMAT BINARY)
"""
_IS_LATER_KNOWN: Final = """
SELECT EXISTS (
    SELECT FROM assets_latestbelief b
    WHERE b.sensor_id = %(sensor)s AND b.event_start >= %(start)s AND b.event_start < %(end)s
        AND b.cumulative_probability = %(probability)s AND b.source_id = ANY(%(sources)s)
        AND b.belief_time > %(known_at)s
)
"""


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
    wanted: dict[str, Any] = {
        "sensor": sensor.pk,
        "start": grid.start,
        "end": grid.end,
        "step": int(grid.step.total_seconds()),
        "probability": probability,
        "known_at": known_at,
    }
    series = np.full(grid.n_steps, np.nan)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM assets_source WHERE kind = ANY(%s)", [list(kinds)])
        wanted["sources"] = [row[0] for row in cursor.fetchall()]
        # The side table holds what is newest now. Only where something newer than
        # ``known_at`` stands in it has the whole history to be searched.
        cursor.execute(_IS_LATER_KNOWN, wanted)
        [(later_known,)] = cursor.fetchall()
        table = "assets_belief" if later_known else "assets_latestbelief"
        query = _NEWEST.format(table=table)
        with cursor.cursor.copy(query, wanted) as copy:  # with values: only psycopg's own
            rows = _parse(b"".join(bytes(block) for block in copy))
    series[rows["step"]] = rows["value"]
    return series


def read_onto(
    sensor: Sensor,
    grid: TimeGrid,
    *,
    known_at: datetime,
    kinds: Sequence[SourceKind] = EXPECTED,
    probability: float = 0.5,
) -> Array:
    """Return values on ``grid``, whose step may be longer or shorter than the sensor's.

    Arguments and NaN as for ``read_series``. Power and prices hold over the whole event and
    are averaged over longer steps; energy is shared out and summed; a stock is that of the start.

    Raises:
        ValueError: neither of step and resolution is a multiple of the other.
    """
    usual = _USUAL_AGGREGATION.get(Quantity(sensor.quantity), "mean")
    if sensor.resolution <= grid.step:
        return read_aggregated(
            sensor, grid, known_at=known_at, aggregation=usual, kinds=kinds, probability=probability
        )
    factor, rest = divmod(sensor.resolution, grid.step)
    if rest:
        raise ValueError(f"{sensor} has events of {sensor.resolution}, which {grid.step} cuts")
    before = int(grid.start.timestamp() % sensor.resolution.total_seconds())
    start = grid.start - timedelta(seconds=before)
    n_events = -(-(grid.end - start) // sensor.resolution)
    events = TimeGrid(start, sensor.resolution, n_events)
    values = read_series(sensor, events, known_at=known_at, kinds=kinds, probability=probability)
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
    factor, rest = divmod(grid.step, sensor.resolution)
    if rest or not factor:
        raise ValueError(f"{sensor} has events of {sensor.resolution}: {grid.step} is no multiple")
    events = TimeGrid(grid.start, sensor.resolution, grid.n_steps * factor)
    values = read_series(sensor, events, known_at=known_at, kinds=kinds, probability=probability)
    return values if factor == 1 else coarsen(values, factor, aggregation)


def read_quantiles(
    sensor: Sensor, grid: TimeGrid, *, known_at: datetime, probabilities: Sequence[float]
) -> Quantiles:
    """Return forecast quantiles on ``grid``; arguments and NaN as for ``read_series``."""
    values = [
        read_series(
            sensor, grid, known_at=known_at, kinds=[SourceKind.FORECASTER], probability=probability
        )
        for probability in probabilities
    ]
    return Quantiles(tuple(probabilities), np.stack(values))


def _parse(stream: bytes) -> NDArray[Any]:
    return np.frombuffer(stream[_HEADER_BYTES:-_TRAILER_BYTES], dtype=_ROW)
