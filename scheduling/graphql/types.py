"""GraphQL types of scheduling."""

from datetime import datetime, timedelta

import strawberry
import strawberry_django
from strawberry import auto

from assets.graphql.types import AssetNode
from scheduling import models
from scheduling.flex.run import RunResult
from tenants.graphql.scalars import Numbers
from tenants.graphql.types import VisibleNode

strawberry.enum(models.RunState, description="Where a schedule run stands.")


@strawberry.type(description="A share of the expected cost. All terms add up to the run's cost.")
class CostTerm:
    name: str
    amount: float = strawberry.field(description="In the tenant's currency; negative earns.")


@strawberry.type(description="A soft limit that the plan does not keep.")
class Breach:
    limit: str = strawberry.field(description="Which limit, in words.")
    start: datetime
    end: datetime
    most_kw: float = strawberry.field(description="Largest excess [kW].")
    energy_kwh: float = strawberry.field(description="Excess over the whole interval [kWh].")


@strawberry.type(description="Why the plan is as it is, over one interval.")
class Reason:
    text: str
    start: datetime
    end: datetime


@strawberry.type(description="What one device is asked to do. Power is positive into the device.")
class DeviceSetpoints:
    device: str = strawberry.field(description="Name of the device in the plan.")
    start: datetime = strawberry.field(description="Beginning of the first step, UTC.")
    step_seconds: int
    power_kw: Numbers = strawberry.field(description="Mean power per step [kW].")
    stock_kwh: Numbers | None = strawberry.field(
        description="Energy held at the start of each step and, last, at the end [kWh]."
    )


@strawberry_django.type(
    models.ScheduleRun,
    name="ScheduleRun",
    description="One attempt to plan one site over one window [start, end). The planned power "
    "is also read as series of the devices' sensors, with source SCHEDULER.",
)
class ScheduleRunNode(VisibleNode):
    asset: AssetNode
    state: models.RunState
    engine: auto
    start: auto
    end: auto
    requested_at: auto
    finished_at: auto
    cost: float | None = strawberry_django.field(
        description="Expected cost over the window, in the tenant's currency; negative earns."
    )
    failure: str = strawberry_django.field(
        description="Why there is no plan, in words for the user; empty if there is one."
    )

    @strawberry_django.field(only=["step"], description="Length of a step in minutes.")
    def step_minutes(self, root: strawberry.Parent[models.ScheduleRun]) -> float:
        return root.step / timedelta(minutes=1)

    @strawberry_django.field(only=["result"], description="The cost, by what it is paid for.")
    def costs(self, root: strawberry.Parent[models.ScheduleRun]) -> list[CostTerm]:
        result = _result(root)
        return [CostTerm(name=name, amount=amount) for name, amount in result.costs.items()]

    @strawberry_django.field(only=["result"], description="Soft limits that could not be kept.")
    def breaches(self, root: strawberry.Parent[models.ScheduleRun]) -> list[Breach]:
        return [
            Breach(
                limit=each.limit,
                start=each.start,
                end=each.end,
                most_kw=each.most_kw,
                energy_kwh=each.energy_kwh,
            )
            for each in _result(root).breaches
        ]

    @strawberry_django.field(only=["result"], description="Which limits bound, and their worth.")
    def reasons(self, root: strawberry.Parent[models.ScheduleRun]) -> list[Reason]:
        return [
            Reason(text=each.text, start=each.start, end=each.end) for each in _result(root).reasons
        ]

    @strawberry_django.field(
        only=["result", "start", "step"], description="The plan, one column per device."
    )
    def setpoints(self, root: strawberry.Parent[models.ScheduleRun]) -> list[DeviceSetpoints]:
        result = _result(root)
        return [
            DeviceSetpoints(
                device=name,
                start=root.start,
                step_seconds=int(root.step.total_seconds()),
                power_kw=Numbers(list(power)),
                stock_kwh=Numbers(list(stock)) if (stock := result.stock_kwh.get(name)) else None,
            )
            for name, power in result.power_kw.items()
        ]


def _result(run: models.ScheduleRun) -> RunResult:
    return RunResult.model_validate(run.result or {})


@strawberry_django.filter_type(models.ScheduleRun, lookups=True, name="ScheduleRunFilter")
class ScheduleRunFilter:
    state: auto
    start: auto
    requested_at: auto
    asset_id: auto


@strawberry.type
class SchedulingQuery:
    schedule_run: ScheduleRunNode | None = strawberry_django.node(
        description="One run, if it is yours to see."
    )
    schedule_runs: strawberry_django.relay.DjangoCursorConnection[ScheduleRunNode] = (
        strawberry_django.connection(
            filters=ScheduleRunFilter, description="Runs that you may see, oldest first."
        )
    )
