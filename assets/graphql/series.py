"""Series as columns: the one way in which measurements, forecasts and schedules are read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import strawberry
from django.conf import settings
from strawberry.relay import to_base64

from assets import queries
from assets.graphql.enums import SourceKind
from assets.models import Quantity, Sensor, Source
from assets.queries import Column, Span, Wanted, terms_beneath
from assets.resample import Buckets, Calendar, as_duration
from assets.timegrid import TimeGrid
from tenants.errors import wrong
from tenants.graphql.context import Info
from tenants.graphql.cost import COST
from tenants.graphql.scalars import Numbers

UNITS: Final = {
    Quantity.POWER: "kW",
    Quantity.ENERGY: "kWh",
    Quantity.STOCK: "kWh",
    Quantity.TEMPERATURE: "°C",
    Quantity.IRRADIANCE: "W/m²",
    Quantity.CO2: "kg/kWh",
}
#: By ``assets.queries.Quality``.
LETTERS: Final = np.frombuffer(b"MFSXE-", dtype=np.uint8)


@strawberry.type(description="Who believes, and how much of it.")
class SeriesSource:
    name: str = strawberry.field(description="Of the meter, market, forecaster or person.")
    version: str = strawberry.field(description="Of a forecaster or scheduler; empty otherwise.")
    kind: SourceKind = strawberry.field(description="What it is.")
    events: int = strawberry.field(description="How many events are told as it believes [count].")
    row: strawberry.Private[Source]
    span: strawberry.Private[Span]

    @strawberry.field(
        description="The runs that formed what it believed of the span, as identifiers of "
        "ForecastRun or ScheduleRun; those that are yours to see, of the 100 newest times at which "
        "it formed beliefs. Empty for meters, markets and people.",
        metadata={COST: 5.0},
    )
    def runs(self, info: Info) -> list[strawberry.ID]:
        found = queries.read_runs(info.context.actor, self.row, self.span)
        return [strawberry.ID(to_base64(name, key)) for name, key in found]


@strawberry.type(description="A quantile of a series, step by step as its `values`.")
class Quantile:
    probability: float = strawberry.field(
        description="The chance that the truth is at most the value [share, above 0 and below 1]."
    )
    values: Numbers = strawberry.field(
        description="One per step, null where unknown [unit of the series]. Of a longer step: the "
        "aggregate of its events' quantiles, as if all erred together."
    )


@strawberry.type(
    description="Steps from `start` to `end`, half open. Value i holds from the i-th start to the "
    "next; with `stepSeconds`, over [start + i·step, start + (i + 1)·step). Of an instantaneous "
    "sensor, read without a resolution, value i is that of the i-th of `starts`."
)
class Series:
    column: strawberry.Private[Column]
    fan: strawberry.Private[tuple[tuple[float, Column], ...]]
    kept_unit: strawberry.Private[str]
    span: strawberry.Private[Span | None] = None

    @strawberry.field(description="Beginning of the first step, UTC.")
    def start(self) -> datetime:
        return self.column.events.start

    @strawberry.field(description="End of the last step, not part of it, UTC.")
    def end(self) -> datetime:
        return self.column.events.end

    @strawberry.field(
        description="Length of a step as ISO 8601: PT15M, PT24H; by the calendar: P1D, P1W, P1M, "
        "P1Y. The first and last day, week, ... are cut short by the span. PT0S: points in time."
    )
    def step(self) -> str:
        step = self.column.buckets.step
        return step.value if isinstance(step, Calendar) else as_duration(step)

    @strawberry.field(
        description="Length of a step [s]; null where the calendar's steps differ, and for points."
    )
    def step_seconds(self) -> int | None:
        step = self.column.buckets.step
        return None if isinstance(step, Calendar) or not step else int(step.total_seconds())

    @strawberry.field(
        description="Beginning of each step of the calendar, or moment of each point, UTC; null "
        "where `stepSeconds` tells."
    )
    def starts(self) -> list[datetime] | None:
        events, moments = self.column.events, self.column.moments
        if moments is not None:
            return [each.replace(tzinfo=UTC) for each in moments.tolist()]
        if not isinstance(self.column.buckets.step, Calendar):
            return None
        return [events.start + first * events.step for first in self.column.buckets.firsts.tolist()]

    @strawberry.field(
        description="Unit of the values: kW, kWh, EUR/kWh, °C, W/m² or kg/kWh. Power and its "
        "energy are positive into the asset."
    )
    def unit(self) -> str:
        return self.kept_unit

    @strawberry.field(description="One value per step, null where unknown [unit of the series].")
    def values(self) -> Numbers:
        return Numbers(self.column.values)  # type: ignore[arg-type]  # an array until it leaves

    @strawberry.field(
        description="One letter per step, of its least sure event: M measured, published or "
        "entered, F forecast, S scheduled, X beyond the sensor's plausible limits, E estimated by "
        "`fill`, - unknown (the value is null)."
    )
    def quality(self) -> str:
        return LETTERS[self.column.quality].tobytes().decode("ascii")

    @strawberry.field(description="Who believes what `values` tell.")
    def sources(self) -> list[SeriesSource]:
        if self.span is None:
            return []
        return [
            SeriesSource(
                name=source.name,
                version=source.version,
                kind=SourceKind(source.kind),
                events=events,
                row=source,
                span=self.span,
            )
            for source, events in self.column.sources
        ]

    @strawberry.field(description="The quantiles asked for, in the order of the argument.")
    def quantiles(self) -> list[Quantile]:
        return [
            Quantile(probability=probability, values=column.values)  # type: ignore[arg-type]
            for probability, column in self.fan
        ]


def read(sensors: Sequence[Sensor], wanted: Wanted, info: Info) -> list[Series]:
    """Return the series of ``sensors``, read at once.

    Raises:
        ValidationError: an argument does not fit a sensor, or too much is asked for.
    """
    with refusals(sensors, wanted):
        found = queries.read_columns(sensors, wanted)
    return [
        Series(
            column=columns[0],
            fan=tuple(zip(wanted.probabilities, columns, strict=True)),
            kept_unit=unit_of(sensor, wanted.aggregation, info.context.currency),
            span=span_of([sensor], wanted),
        )
        for sensor, columns in zip(sensors, found, strict=True)
    ]


def span_of(sensors: Sequence[Sensor], wanted: Wanted) -> Span:
    """Return what is read of ``sensors``, of virtual ones of their terms too."""
    terms = [term.sensor_id for each in terms_beneath(sensors).values() for term in each]
    return Span(
        sensor_ids=(*(sensor.pk for sensor in sensors), *terms),
        start=wanted.start,
        end=wanted.end,
        known_at=wanted.known_at,
        horizon=wanted.horizon,
        probability=wanted.probabilities[0],
    )


@contextmanager
def refusals(sensors: Sequence[Sensor], wanted: Wanted, *, summed: bool = False) -> Iterator[None]:
    """Refuse what is too much, and tell what does not fit by the name of its argument.

    ``summed``: the sensors are told as one column.
    """
    _check_size(sensors, wanted, n_told=1 if summed else len(sensors))
    try:
        yield
    except queries.OffGrid as error:
        raise wrong("start", str(error), code="start") from error
    except queries.WrongResolution as error:
        raise wrong("resolution", str(error), code="step") from error
    except queries.WrongAggregation as error:
        raise wrong("aggregation", str(error), code="choice") from error
    except ValueError as error:
        raise wrong("end", str(error), code="window") from error


def planned(values: Sequence[float], start: datetime, step: timedelta, unit: str) -> Series:
    """Return a column of a schedule run's result as a series."""
    events = TimeGrid(start, step, len(values))
    buckets = Buckets(np.arange(events.n_steps), events.n_steps, step)
    quality = np.full(events.n_steps, queries.Quality.SCHEDULED, dtype=np.uint8)
    column = Column(events, buckets, np.asarray(values, dtype=np.float64), quality, ())
    return Series(column=column, fan=(), kept_unit=unit)


def _check_size(sensors: Sequence[Sensor], wanted: Wanted, *, n_told: int) -> None:
    span = wanted.end - wanted.start
    n_columns = len(wanted.probabilities)
    terms = [term.sensor for each in queries.terms_beneath(sensors).values() for term in each]
    events = sum(max(span // each.resolution, 0) * n_columns for each in terms)
    points, n_points = _points_of(sensors, wanted)
    events += n_points
    for sensor in sensors:
        if sensor.is_instantaneous:
            continue
        own = max(span // sensor.resolution, 0)
        step = wanted.resolution if isinstance(wanted.resolution, timedelta) else sensor.resolution
        told = max(span // step, 0)
        told = told if wanted.max_points is None else min(told, wanted.max_points)
        events, points = events + own * n_columns, points + told * n_columns
    points = points * n_told // max(len(sensors), 1)
    for number, most, what in (
        (points, settings.GRAPHQL_MAX_POINTS, "values; ask for a longer resolution or maxPoints"),
        (events, settings.GRAPHQL_MAX_EVENTS, "events; ask for a shorter span or fewer sensors"),
    ):
        if number > most:
            words = f"{number} {what}: at most {most} in one field"
            raise wrong("end", words, code="too_long", maximum=most)


def _points_of(sensors: Sequence[Sensor], wanted: Wanted) -> tuple[int, int]:
    """Return how many values are told of instantaneous sensors, and how many points are read."""
    instantaneous = [sensor for sensor in sensors if sensor.is_instantaneous]
    if not instantaneous:
        return 0, 0
    most = settings.GRAPHQL_MAX_EVENTS + 1
    found = queries.count_points(instantaneous, wanted.start, wanted.end, most=most)
    told = found
    if isinstance(wanted.resolution, timedelta):
        steps = max((wanted.end - wanted.start) // wanted.resolution, 0)
        told = steps * len(instantaneous) * len(wanted.probabilities)
    if wanted.max_points is not None:
        most_told = wanted.max_points * len(instantaneous) * len(wanted.probabilities)
        told = min(told, most_told)
    return told, found


def unit_of(sensor: Sensor, aggregation: str | None, currency: str) -> str:
    """Return the unit in which a series of ``sensor`` is told."""
    if aggregation == "energy":
        return "kWh"
    return UNITS.get(Quantity(sensor.quantity), f"{currency}/kWh")
