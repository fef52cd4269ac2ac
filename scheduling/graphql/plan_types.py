"""GraphQL types of what a plan says: costs, breaches, what each device is asked to do."""

from datetime import datetime
from typing import Final

import strawberry

from assets.graphql.series import Series, planned
from scheduling import models
from tenants.graphql.money import Money
from tenants.graphql.scalars import Numbers


@strawberry.type(description="A share of the expected cost. All terms add up to the run's cost.")
class CostTerm:
    name: str = strawberry.field(description="What is paid for.")
    cost: Money = strawberry.field(description="Costs are positive, earnings negative.")


@strawberry.type(description="What a plan costs in one scenario.")
class ScenarioCost:
    name: str = strawberry.field(description="Which: `quantile 0.9`.")
    weight: float = strawberry.field(description="How likely it is [share, 0 to 1].")
    cost: Money = strawberry.field(description="Costs are positive, earnings negative.")


@strawberry.type(description="A soft limit that the plan does not keep.")
class Breach:
    limit: str = strawberry.field(description="Which limit, in words.")
    start: datetime = strawberry.field(description="Beginning of the excess.")
    end: datetime = strawberry.field(description="Its end, not part of it.")
    text: str = strawberry.field(
        description="Which limit and by how much at most, in the language of the request."
    )
    most_kw: float = strawberry.field(
        description="Largest excess of a limit of power [kW, >= 0]; 0 of a stock."
    )
    most_kwh: float = strawberry.field(
        description="Most that a stock misses: what a vehicle lacks at departure, heat for "
        "comfort, a goal [kWh, >= 0]; 0 of a limit of power."
    )
    energy_kwh: float = strawberry.field(
        description="Excess of a limit of power over the whole interval [kWh, >= 0]."
    )


@strawberry.type(
    description="One of a set of hard limits that cannot be kept together, though without any one "
    "of them they can."
)
class ConflictingLimit:
    text: str = strawberry.field(
        description="In plain words with its value, in the language asked for, times of the site."
    )
    limit: str = strawberry.field(description="Which limit, such as `import limit`.")
    of: str = strawberry.field(description="Whose limit: a device, a stock, a node.")
    start: datetime = strawberry.field(description="Beginning of the interval.")
    end: datetime = strawberry.field(description="Its end, not part of it.")


_SETPOINTS_UNTIL: Final = "Until 2027-06-01: use"


@strawberry.type(description="What one device is asked to do. Power is positive into the device.")
class DeviceSetpoints:
    device: str = strawberry.field(description="Name of the device in the plan.")
    power: Series = strawberry.field(
        description="Mean power of each step, positive into the device; unit kW."
    )
    stock: Series | None = strawberry.field(
        description="Energy held at the start of each step and, one step more, at the end; unit "
        "kWh. Null for what has no stock."
    )
    start: datetime = strawberry.field(
        description="Beginning of the first step, UTC.",
        deprecation_reason=f"{_SETPOINTS_UNTIL} `power {{ start }}`.",
    )
    step_seconds: int = strawberry.field(
        description="Length of a step [s].",
        deprecation_reason=f"{_SETPOINTS_UNTIL} `power {{ stepSeconds }}`.",
    )
    power_kw: Numbers = strawberry.field(
        description="Mean power per step [kW, positive into the device].",
        deprecation_reason=f"{_SETPOINTS_UNTIL} `power {{ values }}`.",
    )
    stock_kwh: Numbers | None = strawberry.field(
        description="Energy held at the start of each step and, last, at the end [kWh, >= 0].",
        deprecation_reason=f"{_SETPOINTS_UNTIL} `stock {{ values }}`.",
    )


def setpoints_of(
    name: str, power: list[float], stock: list[float] | None, run: models.ScheduleRun
) -> DeviceSetpoints:
    """Return the columns of one device; ``power`` [kW] and ``stock`` [kWh] as they were planned."""
    return DeviceSetpoints(
        device=name,
        power=planned(power, run.start, run.step, "kW"),
        stock=planned(stock, run.start, run.step, "kWh") if stock else None,
        start=run.start,
        step_seconds=int(run.step.total_seconds()),
        power_kw=Numbers(power),
        stock_kwh=Numbers(stock) if stock else None,
    )
