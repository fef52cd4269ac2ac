"""What is known of sensors event by event, be they measured or put together from others.

A virtual sensor holds no measurements: its value is the sum of its terms, each a sensor's value
times a factor, told in its own quantity and on its own longer steps, whenever it is read. What is
unknown of one term is unknown of the sum. What was believed of the virtual sensor itself, as
forecasts and schedules are, stands where its terms are silent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assets.models import Quantity, Sensor, Source, SourceKind, Term
from assets.queries.beliefs import Believed, read_beliefs, sources_of
from assets.resample import coarsen
from assets.timegrid import TimeGrid

Array = NDArray[np.float64]
Grids = Mapping[int, TimeGrid]
Terms = Mapping[int, Sequence[Term]]

#: How events become a longer step where nothing else is asked; of all others the mean.
USUAL_AGGREGATION: Final = {Quantity.ENERGY: "sum", Quantity.STOCK: "first"}


class Quality(IntEnum):
    """How sure a value is, surest first. That of a longer step is that of its least sure event."""

    MEASURED = 0
    FORECAST = 1
    SCHEDULED = 2
    IMPLAUSIBLE = 3
    FILLED = 4
    MISSING = 5


QUALITY_OF_KINDS: Final = {
    SourceKind.METER: Quality.MEASURED,
    SourceKind.MARKET: Quality.MEASURED,
    SourceKind.PERSON: Quality.MEASURED,
    SourceKind.FORECASTER: Quality.FORECAST,
    SourceKind.SCHEDULER: Quality.SCHEDULED,
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one sensor.

    Attributes:
        values: shape (n_events,), unit of the sensor's quantity; NaN where unknown.
        quality: shape (n_events,), values of ``Quality``.
        sources: who believes, with how many events each; of a virtual sensor those of its terms.
    """

    values: Array
    quality: NDArray[np.uint8]
    sources: tuple[tuple[Source, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose beliefs count, and since when; as for ``read_beliefs``."""

    known_at: datetime
    kinds: Sequence[SourceKind]
    horizon: timedelta | None = None


def usual_aggregation(sensor: Sensor) -> str:
    """Return how events of ``sensor`` become a longer step where nothing else is asked."""
    return USUAL_AGGREGATION.get(Quantity(sensor.quantity), "mean")


def implausible(sensor: Sensor, values: Array) -> NDArray[np.bool_]:
    """Return which of ``values`` lie beyond the plausible limits of ``sensor``."""
    least = -np.inf if sensor.minimum is None else sensor.minimum
    most = np.inf if sensor.maximum is None else sensor.maximum
    beyond: NDArray[np.bool_] = (values < least) | (values > most)
    return beyond


def terms_beneath(sensors: Sequence[Sensor]) -> dict[int, list[Term]]:
    """Return the terms of the virtual ones among ``sensors``, and of those that are terms."""
    found: dict[int, list[Term]] = {}
    unread = {sensor.pk for sensor in sensors if sensor.is_virtual}
    while unread:
        found.update((pk, []) for pk in unread)
        for term in Term.objects.filter(virtual__in=unread).select_related("sensor").order_by("pk"):
            found[term.virtual_id].append(term)
        virtual = {term.sensor for pk in unread for term in found[pk] if term.sensor.is_virtual}
        unread = {sensor.pk for sensor in virtual} - found.keys()
    return found


def read_known(
    sensors: Sequence[Sensor], grids: Grids, *, asked: Asked, probabilities: Sequence[float]
) -> dict[tuple[int, float], Known]:
    """Return what is known of ``sensors``, in one read of beliefs, by sensor and probability.

    Args:
        sensors: measured or virtual.
        grids: by identifier, each of the sensor's own events, all from one start to one end.
        asked: whose beliefs count.
        probabilities: which quantiles. That of a sum is the sum of its terms' quantiles, of what
            is subtracted the opposite one: as if all erred together.
    """
    terms = terms_beneath(sensors)
    sources = sources_of(asked.kinds)
    of_all = {sensor.pk: sensor for sensor in sensors}
    of_all.update((term.sensor_id, term.sensor) for each in terms.values() for term in each)
    span = next(iter(grids.values()))
    steps = {
        pk: grids.get(pk) or TimeGrid.between(span.start, span.end, sensor.resolution)
        for pk, sensor in of_all.items()
    }
    of_terms = [_opposite(each) for each in probabilities] if terms else []
    believed = read_beliefs(
        steps,
        known_at=asked.known_at,
        sources=sources,
        probabilities=list(dict.fromkeys([*probabilities, *of_terms])),
        horizon=asked.horizon,
    )
    reading = _Reading(of_all, steps, terms, believed, sources)
    return {
        (sensor.pk, probability): reading.known(sensor.pk, probability)
        for sensor in sensors
        for probability in probabilities
    }


@dataclass(frozen=True, slots=True)
class _Reading:
    """One read of beliefs, and how virtual sensors come of it."""

    sensors: Mapping[int, Sensor]
    grids: Grids
    terms: Terms
    believed: Mapping[tuple[int, float], Believed]
    sources: Mapping[int, Source]

    def known(self, pk: int, probability: float) -> Known:
        sensor, believed = self.sensors[pk], self.believed[pk, probability]
        if pk not in self.terms:
            return _told(sensor, believed, self.sources)
        added = self._sum(sensor, probability)
        silent = np.isnan(added.values)
        own = Believed(
            np.where(silent, believed.values, np.nan), np.where(silent, believed.sources, 0)
        )
        told = _told(sensor, own, self.sources)
        values = np.where(silent, told.values, added.values)
        quality = np.where(silent, told.quality, added.quality)
        quality[implausible(sensor, values)] = Quality.IMPLAUSIBLE
        return Known(values, quality, sources_together([added.sources, told.sources]))

    def _sum(self, sensor: Sensor, probability: float) -> Known:
        grid, sources = self.grids[sensor.pk], []
        values, quality = np.zeros(grid.n_steps), np.zeros(grid.n_steps, dtype=np.uint8)
        for term in self.terms[sensor.pk]:
            share = probability if term.factor > 0 else _opposite(probability)
            known = self.known(term.sensor_id, share)
            values += term.factor * told_as(sensor, term.sensor, known.values)
            quality = np.maximum(quality, _least_sure(sensor, term.sensor, known.quality))
            sources.append(known.sources)
        quality[np.isnan(values)] = Quality.MISSING
        return Known(values, quality, sources_together(sources))


def told_as(virtual: Sensor, sensor: Sensor, values: Array) -> Array:
    """Return ``values`` of ``sensor`` on the steps of ``virtual``, and in its quantity.

    Power becomes energy, and the reverse, by the length of a step.
    """
    longer = coarsen(values, virtual.resolution // sensor.resolution, usual_aggregation(sensor))
    if virtual.quantity == sensor.quantity:
        return longer
    hours = virtual.resolution / timedelta(hours=1)
    return longer * hours if virtual.quantity == Quantity.ENERGY else longer / hours


def _least_sure(virtual: Sensor, sensor: Sensor, quality: NDArray[np.uint8]) -> NDArray[np.uint8]:
    how = "first" if usual_aggregation(sensor) == "first" else "max"
    longer = coarsen(quality.astype(np.float64), virtual.resolution // sensor.resolution, how)
    return longer.astype(np.uint8)


def _opposite(probability: float) -> float:
    # Rounded, for 1 - 0.9 is not quite the 0.1 that is kept.
    return round(1 - probability, 12)


def _told(sensor: Sensor, believed: Believed, sources: Mapping[int, Source]) -> Known:
    quality = quality_of(sensor, believed.values, believed.sources, sources)
    return Known(believed.values, quality, believers(believed.sources, sources))


def quality_of(
    sensor: Sensor,
    values: Array,
    identifiers: NDArray[np.int64],
    sources: Mapping[int, Source],
) -> NDArray[np.uint8]:
    """Return how sure each of ``values`` is, by who believes it: 0 for nobody."""
    distinct = np.unique(identifiers)
    qualities = [
        QUALITY_OF_KINDS[SourceKind(sources[pk].kind)] if pk else Quality.MISSING
        for pk in distinct.tolist()
    ]
    quality = np.array(qualities, dtype=np.uint8)[np.searchsorted(distinct, identifiers)]
    quality[implausible(sensor, values)] = Quality.IMPLAUSIBLE
    return quality


def believers(
    identifiers: NDArray[np.int64], sources: Mapping[int, Source]
) -> tuple[tuple[Source, int], ...]:
    """Return who believes, with how many events each; of ``identifiers`` 0 is nobody."""
    distinct, counts = np.unique(identifiers, return_counts=True)
    told = zip(distinct.tolist(), counts.tolist(), strict=True)
    return tuple((sources[pk], count) for pk, count in told if pk)


def sources_together(
    several: Sequence[tuple[tuple[Source, int], ...]],
) -> tuple[tuple[Source, int], ...]:
    """Return who believes in ``several`` columns, with how many events each in all."""
    counts: dict[int, int] = {}
    sources = {source.pk: source for told in several for source, _ in told}
    for told in several:
        for source, events in told:
            counts[source.pk] = counts.get(source.pk, 0) + events
    return tuple((sources[pk], counts[pk]) for pk in sorted(counts))
