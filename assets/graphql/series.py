"""Series as columns: the one way in which measurements, forecasts and schedules are read."""

import enum
from datetime import datetime, timedelta
from typing import Final

import strawberry
from django.conf import settings

from assets import queries
from assets.models import Quantity, Sensor, SourceKind
from assets.timegrid import TimeGrid
from tenants.errors import wrong
from tenants.graphql.enums import public_enum
from tenants.graphql.scalars import Numbers

UNITS: Final = {
    Quantity.POWER: "kW",
    Quantity.ENERGY: "kWh",
    Quantity.STOCK: "kWh",
    Quantity.PRICE: "currency/kWh",
    Quantity.TEMPERATURE: "°C",
    Quantity.IRRADIANCE: "W/m²",
    Quantity.CO2: "kg/kWh",
}

public_enum(
    SourceKind,
    description="Who believes.",
    says={
        SourceKind.METER: "A meter, a gateway, or a programme that records readings.",
        SourceKind.MARKET: "A market that publishes prices.",
        SourceKind.FORECASTER: "A forecaster of ours.",
        SourceKind.SCHEDULER: "A schedule: what was planned.",
        SourceKind.PERSON: "A person.",
    },
)


class Aggregation(enum.Enum):
    MEAN = "mean"
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    LAST = "last"


public_enum(
    Aggregation,
    description="How several events become one longer step.",
    says={
        Aggregation.MEAN: "Their mean: of power, prices, temperatures.",
        Aggregation.SUM: "Their sum: of energy.",
        Aggregation.MIN: "The least.",
        Aggregation.MAX: "The greatest.",
        Aggregation.LAST: "That of the last event.",
    },
)


@strawberry.type(
    description="Equal steps from `start`, half open: value i holds over "
    "[start + i·step, start + (i + 1)·step)."
)
class Series:
    start: datetime = strawberry.field(description="Beginning of the first step, UTC.")
    step_seconds: int = strawberry.field(description="Length of a step [s].")
    unit: str = strawberry.field(
        description="Unit of the values. Power is positive into the asset."
    )
    values: Numbers = strawberry.field(
        description="One value per step, null where unknown [unit of the series]."
    )


def read_columns(
    sensor: Sensor,
    start: datetime,
    end: datetime,
    *,
    known_at: datetime,
    resolution_minutes: int | None,
    aggregation: Aggregation,
    sources: list[SourceKind] | None,
    probability: float,
) -> Series:
    """Return what is believed of ``sensor`` over [start, end).

    Raises:
        ValidationError: a bound is naive or off the grid, the span is empty or too long, or
            the resolution is not a multiple of the sensor's.
    """
    step = timedelta(minutes=resolution_minutes) if resolution_minutes else sensor.resolution
    if not 0 < probability < 1:
        raise wrong("probability", f"{probability} is not between 0 and 1")
    try:
        grid = TimeGrid.between(start, end, step)
    except ValueError as error:
        raise wrong("end", str(error), code="window") from error
    if grid.start.timestamp() % sensor.resolution.total_seconds():
        raise wrong(
            "start",
            f"events of {sensor.name} start on multiples of {sensor.resolution} in UTC",
            code="start",
        )
    if grid.n_steps > settings.GRAPHQL_MAX_POINTS:
        raise wrong(
            "end",
            f"{grid.n_steps} steps; at most {settings.GRAPHQL_MAX_POINTS} in one series",
            code="too_long",
        )
    try:
        values = queries.read_aggregated(
            sensor,
            grid,
            known_at=known_at,
            aggregation=aggregation.value,
            kinds=sources or queries.EXPECTED,
            probability=probability,
        )
    except ValueError as error:
        raise wrong("resolution_minutes", str(error), code="step") from error
    return Series(
        start=grid.start,
        step_seconds=int(step.total_seconds()),
        unit=UNITS[Quantity(sensor.quantity)],
        values=values,  # type: ignore[arg-type]  # an array until it leaves
    )
