"""GraphQL mutations of scheduling. Each translates, makes one call, translates back."""

from datetime import datetime, timedelta

import strawberry
from strawberry import relay

from assets.models import Asset
from assets.timegrid import TimeGrid
from scheduling import services
from scheduling.flex.parts import OnInfeasible
from scheduling.formulation.preferences import Ties
from scheduling.graphql.inputs import DeviceFlexInput, SiteContextInput, to_context, to_device
from scheduling.graphql.types import ScheduleRunNode
from scheduling.models import ScheduleRun
from tenants.errors import wrong
from tenants.graphql.context import Info
from tenants.graphql.enums import public_enum
from tenants.graphql.lookup import visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.permissions import Permission

public_enum(
    Ties,
    description="What to prefer among plans of equal cost. No money is given up for it.",
    says={
        Ties.EARLY: "Stores fill sooner and empty later.",
        Ties.LATE: "Stores fill later and empty sooner.",
        Ties.SMOOTH: "The power of each device changes as little as it can.",
    },
)
public_enum(
    OnInfeasible,
    description="What to answer when no plan keeps every hard limit.",
    says={
        OnInfeasible.EXPLAIN: "Which limits contradict each other.",
        OnInfeasible.NEAREST: "That, and the plan that breaks them least, its breaches named.",
    },
)


@strawberry.input(description="What to plan, over which window.")
class RequestScheduleInput(MutationInput):
    asset: relay.GlobalID = strawberry.field(
        description="Root of what is planned: everything flexible beneath it."
    )
    start: datetime = strawberry.field(description="Start of the window, with an offset.")
    end: datetime = strawberry.field(description="End of the window, not part of it.")
    step_minutes: int = strawberry.field(
        default=15, description="Length of a step [min]: 5, 15, 30 or 60."
    )
    context: SiteContextInput | None = strawberry.field(
        default=None, description="Prices and connection instead of those kept at the site."
    )
    devices: list[DeviceFlexInput] = strawberry.field(
        default_factory=list,
        description="Flexibility instead of, or beside, that kept at the devices.",
    )
    engine: str = strawberry.field(
        default="auto", description='"auto", or the name of an engine: "highs", "dp", "gekko".'
    )
    ties: Ties = strawberry.field(
        default=Ties.EARLY, description="What to prefer among plans of equal cost."
    )
    on_infeasible: OnInfeasible = strawberry.field(
        default=OnInfeasible.EXPLAIN,
        description="What to answer when no plan keeps every hard limit.",
    )


@strawberry.type(description="A queued run, or why there is none.")
class RequestSchedulePayload(Payload[ScheduleRunNode]):
    pass


@strawberry.type
class SchedulingMutation:
    @mutation(
        RequestSchedulePayload,
        needs=Permission.SCHEDULE_REQUEST,
        cost=50,
        description="Ask for a schedule of everything flexible beneath an asset. Answers at once "
        "with a queued run; the subscription scheduleRunChanged tells how it ends.",
    )
    def request_schedule(self, info: Info, input: RequestScheduleInput) -> ScheduleRun:
        try:
            step = timedelta(minutes=input.step_minutes)
            grid = TimeGrid.between(input.start, input.end, step)
        except (ValueError, OverflowError) as error:
            raise wrong("end", str(error), code="window") from error
        return services.request_schedule(
            actor=info.context.actor,
            asset=visible_row(Asset, input.asset, info, field="asset"),
            grid=grid,
            now=info.context.received_at,
            context=to_context(input.context, info, field="context") if input.context else None,
            devices=[
                to_device(each, info, field=f"devices.{index}")
                for index, each in enumerate(input.devices)
            ],
            engine=input.engine,
            ties=input.ties,
            on_infeasible=input.on_infeasible,
        )
