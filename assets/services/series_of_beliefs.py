"""What is to be recorded: a column of beliefs of one sensor, and what makes it wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from django.core.exceptions import ValidationError
from numpy.typing import NDArray

from assets.models import Sensor, Source, SourceKind
from assets.queries import MEASURED
from assets.queries.moments import microseconds, microseconds_of
from assets.services.storing import BELIEF, Beliefs
from assets.timegrid import Instants, TimeGrid
from tenants.errors import wrong

Array = NDArray[np.float64]

#: A thousand times the world's power [kW]: what is above is a unit gone wrong.
MAX_MAGNITUDE: Final = 1e13


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesOfBeliefs:
    """What one source believes of one sensor: one value per step of ``grid``.

    Attributes:
        grid: its step is the sensor's resolution; of an instantaneous sensor the moments.
        values: shape (n_steps,), unit of the sensor's quantity; NaN steps are skipped.
        belief_time: when all values became known; None for the end of each event, as
            a meter knows them.
        cumulative_probability: see ``Belief``; in (0, 1).
    """

    sensor: Sensor
    source: Source
    grid: TimeGrid | Instants
    values: Array
    belief_time: datetime | None
    cumulative_probability: float = 0.5


def check_all(series: Sequence[SeriesOfBeliefs], fields: Sequence[str]) -> None:
    """Refuse with what is wrong with each of ``series``, so that a sender mends all at once.

    Args:
        fields: what stands before each series' own fields in an error: "series.0.".

    Raises:
        ValidationError: a series does not fit its sensor, or holds what is no value.
    """
    refusals: dict[str, object] = {}
    for each, field in zip(series, fields, strict=True):
        try:
            _check(each, field)
        except ValidationError as refusal:
            refusals |= refusal.error_dict
    if refusals:
        raise ValidationError(refusals)


def _check(series: SeriesOfBeliefs, field: str) -> None:
    sensor, grid, values = series.sensor, series.grid, series.values
    if grid.step != sensor.resolution:
        raise wrong(
            f"{field}step",
            f"{sensor} has events of {sensor.resolution}, not {grid.step}",
            code="step",
        )
    if sensor.is_instantaneous:
        if SourceKind(series.source.kind) not in MEASURED:
            words = f"{sensor} has points in time, which are measured, neither planned nor foretold"
            raise wrong(f"{field}source", words, code="choice")
    elif grid.start.timestamp() % sensor.resolution.total_seconds():
        raise wrong(
            f"{field}start",
            f"events of {sensor} start on multiples of {sensor.resolution} "
            f"in UTC, not at {grid.start.isoformat()}",
            code="start",
        )
    if values.shape != (grid.n_steps,):
        raise wrong(
            f"{field}values", f"{grid.n_steps} steps but {values.size} values", code="length"
        )
    infinite = np.flatnonzero(np.isinf(values))
    if infinite.size:
        raise wrong(
            f"{field}values",
            f"value {infinite[0]} is infinite; leave out what is unknown",
            code="infinite",
        )
    largest = float(np.nanmax(np.abs(values), initial=0.0))
    if largest > MAX_MAGNITUDE:
        raise wrong(
            f"{field}values",
            f"{largest:.3g} is no plausible {sensor.quantity}: is the unit right?",
            code="range",
            minimum=-MAX_MAGNITUDE,
            maximum=MAX_MAGNITUDE,
        )
    if series.belief_time is not None and series.belief_time.tzinfo is None:
        raise wrong(f"{field}belief_time", "needs a time zone: add an offset", code="naive")


def as_beliefs(series: SeriesOfBeliefs) -> Beliefs:
    """Return a belief for each value that is known."""
    known = np.flatnonzero(~np.isnan(series.values))
    beliefs = np.empty(known.size, BELIEF)
    beliefs["sensor"], beliefs["source"] = series.sensor.pk, series.source.pk
    beliefs["probability"] = series.cumulative_probability
    step = int(series.grid.step.total_seconds()) * 1_000_000
    if isinstance(series.grid, Instants):
        beliefs["event_start"] = microseconds_of(series.grid.starts())[known]
    else:
        beliefs["event_start"] = microseconds(series.grid.start) + known * step
    beliefs["implied"] = series.belief_time is None
    beliefs["belief_time"] = (
        beliefs["event_start"] + step
        if series.belief_time is None
        else microseconds(series.belief_time)
    )
    beliefs["value"] = series.values[known]
    return beliefs
