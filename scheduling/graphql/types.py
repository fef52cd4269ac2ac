"""GraphQL types of scheduling."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import strawberry
import strawberry_django
from django.db.models import Q
from strawberry import relay
from strawberry_django.relay import DjangoCursorConnection

from assets.graphql.types import AssetNode
from assets.models import Asset
from scheduling import models
from scheduling.flex.run import RunResult
from scheduling.graphql.plan_types import (
    Breach,
    ConflictingLimit,
    CostTerm,
    DeviceSetpoints,
    ScenarioCost,
    setpoints_of,
)
from scheduling.graphql.reason_types import (
    BaselineCost,
    DeviceReason,
    MarginalPrice,
    Reason,
    ResolvedLimit,
    marginal_prices,
)
from scheduling.graphql.refinement_types import Refinement
from scheduling.graphql.wear_types import BatteryWear, PlannedWear
from scheduling.planning import PlanStatus
from tenants.graphql.connections import connection
from tenants.graphql.context import Info
from tenants.graphql.enums import public_enum
from tenants.graphql.filters import ChoiceLookup, TimeLookup, condition, filter_type, refers_to
from tenants.graphql.money import Money, money
from tenants.graphql.ordering import Direction, Keys, key
from tenants.graphql.types import VisibleNode, node_field

public_enum(
    models.RunState,
    description="Where a schedule run stands.",
    says={
        models.RunState.QUEUED: "Waits for a worker.",
        models.RunState.SOLVING: "A worker plans it.",
        models.RunState.READY: "There is a plan.",
        models.RunState.INFEASIBLE: "No plan keeps every hard limit; `failure` says which.",
        models.RunState.FAILED: "There is no plan; `failure` says why.",
    },
)

public_enum(
    PlanStatus,
    description="How far a plan can be relied on.",
    says={
        PlanStatus.OPTIMAL: "No plan costs less.",
        PlanStatus.LOCAL: "Physics bend: no plan nearby costs less; `bound` says what none costs "
        "less than.",
        PlanStatus.TIME_LIMIT: "The best found in time; `bound` says what none costs less than.",
        PlanStatus.NEAREST: "No plan keeps every hard limit; this one breaks them least.",
        PlanStatus.INFEASIBLE: "No plan keeps every hard limit.",
    },
)


@strawberry_django.type(
    models.ScheduleRun,
    name="ScheduleRun",
    description="One attempt to plan one site over one window [start, end). The planned power "
    "is also read as series of the devices' sensors, with source SCHEDULER.",
)
class ScheduleRunNode(VisibleNode):
    asset: AssetNode = strawberry_django.field(description="Root of what is planned.")
    state: models.RunState = strawberry_django.field(description="Where it stands.")
    engine: str = strawberry_django.field(description="Which solver was asked for or used.")
    start: datetime = strawberry_django.field(description="Start of the window.")
    end: datetime = strawberry_django.field(description="End of the window, not part of it.")
    requested_at: datetime = strawberry_django.field(description="When it was asked for.")
    updated_at: datetime = strawberry_django.field(description="When its state last changed.")
    finished_at: datetime | None = strawberry_django.field(description="When it ended, if it has.")
    variation: str = strawberry_django.field(
        description="What differs from the site as it is, in a run that asks what if; empty in a "
        "plan of the site. Nothing of such a run is a schedule."
    )

    @strawberry_django.field(
        only=["failure", "said"],
        description="Why there is no plan, in words for the user, in the language asked for, times "
        "in UTC; empty if there is one.",
    )
    def failure(self, root: strawberry.Parent[models.ScheduleRun], info: Info) -> str:
        return root.failure_in(info.context.language)

    @strawberry_django.field(only=["step"], description="Length of a step [min].")
    def step_minutes(self, root: strawberry.Parent[models.ScheduleRun]) -> float:
        return root.step / timedelta(minutes=1)

    @strawberry_django.field(
        only=["cost"], description="Expected cost over the window, once there is a plan."
    )
    def cost(self, root: strawberry.Parent[models.ScheduleRun], info: Info) -> Money | None:
        return None if root.cost is None else money(root.cost, info)

    @strawberry_django.field(only=["result"], description="The cost, by what it is paid for.")
    def costs(self, root: strawberry.Parent[models.ScheduleRun], info: Info) -> list[CostTerm]:
        terms = _result(root).costs.items()
        return [CostTerm(name=name, cost=money(amount, info)) for name, amount in terms]

    @strawberry_django.field(
        only=["result"],
        description="How far the plan can be relied on; null where there is none.",
    )
    def plan_status(self, root: strawberry.Parent[models.ScheduleRun]) -> PlanStatus | None:
        status = _result(root).status
        return PlanStatus(status) if status else None

    @strawberry_django.field(
        only=["result"],
        description="No plan costs less than this. Equal to cost when OPTIMAL; null where none is "
        "known.",
    )
    def bound(self, root: strawberry.Parent[models.ScheduleRun], info: Info) -> Money | None:
        bound = _result(root).bound
        return None if bound is None else money(bound, info)

    @strawberry_django.field(
        only=["result"],
        description="Whether the plan follows the exact equations of what bends (quadratic losses, "
        "efficiencies by stock, a COP by temperature), and if not, why; null where all is linear.",
    )
    def refinement(
        self, root: strawberry.Parent[models.ScheduleRun], info: Info
    ) -> Refinement | None:
        found = _result(root).refinement
        return None if found is None else Refinement.of_found(found, info)

    @strawberry_django.field(only=["result"], description="Soft limits that could not be kept.")
    def breaches(self, root: strawberry.Parent[models.ScheduleRun], info: Info) -> list[Breach]:
        return [
            Breach(
                limit=each.limit,
                start=each.start,
                end=each.end,
                text=each.words(language=info.context.language),
                most_kw=each.most_kw,
                most_kwh=each.most_kwh,
                energy_kwh=each.energy_kwh,
            )
            for each in _result(root).breaches
        ]

    @strawberry_django.field(
        only=["result"],
        description="Hard limits that cannot be kept together, the first in time; empty where a "
        "plan keeps all.",
    )
    def contradiction(
        self, root: strawberry.Parent[models.ScheduleRun], info: Info
    ) -> list[ConflictingLimit]:
        result = _result(root)
        zone, language = ZoneInfo(result.time_zone), info.context.language
        return [
            ConflictingLimit(
                text=each.words(language=language, zone=zone),
                limit=each.limit,
                of=each.of,
                start=each.start,
                end=each.end,
            )
            for each in result.contradiction
        ]

    @strawberry_django.field(only=["result"], description="Which limits bind, and their worth.")
    def reasons(self, root: strawberry.Parent[models.ScheduleRun], info: Info) -> list[Reason]:
        return [Reason.of_found(each, info) for each in _result(root).reasons]

    @strawberry_django.field(
        only=["result"],
        description="What a whole kW or kWh more at the limits that bind most is worth, planned "
        "anew; empty where that was not asked for.",
    )
    def resolved_limits(
        self, root: strawberry.Parent[models.ScheduleRun], info: Info
    ) -> list[ResolvedLimit]:
        return [ResolvedLimit.of_found(each, info) for each in _result(root).resolves]

    @strawberry_django.field(
        only=["result"],
        description="Why each device does what it does, by time.",
    )
    def device_reasons(
        self, root: strawberry.Parent[models.ScheduleRun], info: Info
    ) -> list[DeviceReason]:
        result = _result(root)
        zone = result.time_zone
        return [DeviceReason.of_found(each, zone, info) for each in result.device_reasons]

    @strawberry_django.field(
        only=["result"], description="What the site would cost unplanned, and what is saved."
    )
    def baselines(
        self, root: strawberry.Parent[models.ScheduleRun], info: Info
    ) -> list[BaselineCost]:
        return [BaselineCost.of_found(each, info) for each in _result(root).savings]

    @strawberry_django.field(
        only=["result"],
        description="What the plan costs in each scenario that it was made over, if any. Its cost "
        "is their mean, with the price of risk; powers and stocks are those of the likeliest.",
    )
    def scenarios(
        self, root: strawberry.Parent[models.ScheduleRun], info: Info
    ) -> list[ScenarioCost]:
        return [
            ScenarioCost(name=each.name, weight=each.weight, cost=money(each.cost, info))
            for each in _result(root).scenarios
        ]

    @strawberry_django.field(
        only=["result"],
        description="What the plan takes of each battery, counted by rainflow afterwards.",
    )
    def wear(self, root: strawberry.Parent[models.ScheduleRun], info: Info) -> list[PlannedWear]:
        return [
            PlannedWear(device=name, wear=BatteryWear.of(wear, info))
            for name, wear in _result(root).wear.items()
        ]

    @strawberry_django.field(
        only=["result", "start", "step"],
        description="What one kWh more costs at each node, and is worth in each stock.",
    )
    def marginal_prices(
        self, root: strawberry.Parent[models.ScheduleRun], info: Info
    ) -> list[MarginalPrice]:
        return marginal_prices(root, _result(root), info.context.currency)

    @strawberry_django.field(
        only=["result", "start", "step"], description="The plan, one column per device."
    )
    def setpoints(self, root: strawberry.Parent[models.ScheduleRun]) -> list[DeviceSetpoints]:
        result = _result(root)
        return [
            setpoints_of(name, power, result.stock_kwh.get(name), root)
            for name, power in result.power_kw.items()
        ]


def _result(run: models.ScheduleRun) -> RunResult:
    return RunResult.model_validate(run.result or {})


@filter_type(
    models.ScheduleRun, name="ScheduleRunFilter", description="Which runs; all conditions hold."
)
class ScheduleRunFilter:
    state: ChoiceLookup[models.RunState] | None = condition("By where they stand.")
    start: TimeLookup | None = condition("By the start of their window.")
    requested_at: TimeLookup | None = condition("By when they were asked for.")
    updated_at: TimeLookup | None = condition("By when their state last changed.")

    @strawberry_django.filter_field(description="Runs that plan this asset.")
    def asset(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        return refers_to(value, Asset, f"{prefix}asset_id", info)


@strawberry_django.order_type(
    models.ScheduleRun,
    name="ScheduleRunOrder",
    description="By which key; several in a list, first to last.",
)
class ScheduleRunOrder(Keys):
    start: Direction | None = key()
    requested_at: Direction | None = key()
    updated_at: Direction | None = key()


@strawberry.type
class SchedulingQuery:
    schedule_run: ScheduleRunNode | None = node_field(description="One run, if it is yours to see.")
    schedule_runs: DjangoCursorConnection[ScheduleRunNode] = connection(
        filters=ScheduleRunFilter,
        ordering=ScheduleRunOrder,
        description="Runs that you may see. Order by requestedAt for the newest.",
    )
