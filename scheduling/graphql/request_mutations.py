"""The GraphQL mutation that asks for a plan: it translates, makes one call, translates back."""

from datetime import datetime, timedelta

import strawberry
from pydantic import ValidationError as DocumentInvalid
from strawberry import relay

from assets.models import Asset
from assets.timegrid import TimeGrid
from scheduling import services
from scheduling.flex.parts import OnInfeasible
from scheduling.flex.window import Coarser
from scheduling.formulation.preferences import Ties
from scheduling.graphql.inputs import (
    DeviceFlexInput,
    SiteContextInput,
    to_context,
    to_device,
)
from scheduling.graphql.types import ScheduleRunNode
from scheduling.graphql.uncertainty_inputs import (
    QuantilesInput,
    ScenariosInput,
    to_quantiles,
    to_uncertainty,
)
from scheduling.models import ScheduleRun
from tenants.errors import as_validation_error, wrong
from tenants.graphql.context import Info
from tenants.graphql.enums import public_enum
from tenants.graphql.lookup import visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.permissions import Permission

public_enum(
    OnInfeasible,
    description="What to answer when no plan keeps every hard limit.",
    says={
        OnInfeasible.EXPLAIN: "Which limits contradict each other.",
        OnInfeasible.NEAREST: "That, and the plan that breaks them least, its breaches named.",
    },
)


@strawberry.input(description="What is kept of the last plan of the asset in the same steps.")
class FollowInput:
    frozen_until: datetime | None = strawberry.field(
        default=None,
        description="Steps that begin before this keep the power that was planned for them, as a "
        "hard limit: started jobs, called flexibility.",
    )
    change_price_per_kwh: float = strawberry.field(
        default=0.0,
        description="What deviating from the last plan costs in the first 24 hours that are not "
        "frozen [currency/kWh, >= 0]: small changes of a forecast then move nothing.",
    )
    from_now: bool = strawberry.field(
        default=False,
        description="Whether of the step that runs at the request only the rest is planned, with "
        "stocks as last measured.",
    )


@strawberry.input(description="A part of the window in which powers hold for longer than a step.")
class CoarserInput:
    after_hours: float = strawberry.field(
        description="From so long after the start on, until the next part [h, >= 0]."
    )
    step_minutes: int = strawberry.field(
        description="How long a power holds, from a full multiple on the clock (UTC) on "
        "[min, > 0]: a multiple of the step before that divides a day."
    )


@strawberry.input(description="What to plan, over which window.")
class RequestScheduleInput(MutationInput):
    asset: relay.GlobalID = strawberry.field(
        description="Root of what is planned: everything flexible beneath it, as one problem."
    )
    start: datetime | None = strawberry.field(
        default=None,
        description="Start of the window, with an offset. Give start and end, or neither: then the "
        "next 24 hours are planned from the running step on, or as much of them as all that the "
        "plan needs is known for.",
    )
    end: datetime | None = strawberry.field(
        default=None, description="End of the window, not part of it."
    )
    step_minutes: int = strawberry.field(
        default=15, description="Length of a step [min]: 5, 15, 30 or 60."
    )
    coarser: list[CoarserInput] = strawberry.field(
        default_factory=list,
        description="Later parts of the window in which stores and heat hold their power for "
        "longer than a step, at most 8: fine first. What is told of the plan stays in steps.",
    )
    context: SiteContextInput | None = strawberry.field(
        default=None, description="Instead of what is kept at the asset or above, field by field."
    )
    devices: list[DeviceFlexInput] = strawberry.field(
        default_factory=list,
        description="Flexibility instead of, or beside, that kept at the devices.",
    )
    engine: str = strawberry.field(
        default="auto", description='"auto", or the name of an engine: "highs", "dp", "gekko".'
    )
    ties: Ties | None = strawberry.field(
        default=None,
        description="What to prefer among plans of equal cost; what is kept when not given, early "
        "where nothing is.",
    )
    on_infeasible: OnInfeasible = strawberry.field(
        default=OnInfeasible.EXPLAIN,
        description="What to answer when no plan keeps every hard limit.",
    )
    follow: FollowInput | None = strawberry.field(
        default=None, description="What is kept of the last plan; nothing when not given."
    )
    quantiles: QuantilesInput | None = strawberry.field(
        default=None,
        description="What may come otherwise: planned over quantiles of forecasts. Point values "
        "alone when not given.",
    )
    scenarios: ScenariosInput | None = strawberry.field(
        default=None,
        description="Instead of that, scenarios with numbers of their own.",
    )
    resolves: int = strawberry.field(
        default=0,
        description="At how many of the limits that bind most [count, 0 to 10] what a whole kW or "
        "kWh more is worth is found by planning anew, in ten seconds at most. Over quantiles and "
        "scenarios the limit is loosened in each.",
    )


@strawberry.type(description="A queued run, or why there is none.")
class RequestSchedulePayload(Payload[ScheduleRunNode]):
    pass


@strawberry.type
class RequestMutation:
    @mutation(
        RequestSchedulePayload,
        needs=Permission.SCHEDULE_REQUEST,
        cost=50,
        description="Ask for a schedule of everything flexible beneath an asset. Answers at once "
        "with a queued run; the subscription scheduleRunChanged tells how it ends.",
    )
    def request_schedule(self, info: Info, input: RequestScheduleInput) -> ScheduleRun:
        step = timedelta(minutes=input.step_minutes)
        return services.request_schedule(
            actor=info.context.actor,
            asset=visible_row(Asset, input.asset, info, field="asset"),
            grid=_grid(input, step),
            step=step,
            now=info.context.received_at,
            context=to_context(input.context, info, field="context") if input.context else None,
            devices=[
                to_device(each, info, field=f"devices.{index}")
                for index, each in enumerate(input.devices)
            ],
            engine=input.engine,
            ties=input.ties,
            on_infeasible=input.on_infeasible,
            follow=_follow(input.follow),
            quantiles=to_quantiles(input.quantiles),
            scenarios=to_uncertainty(input.scenarios),
            coarser=_coarser(input.coarser),
            resolves=input.resolves,
        )


def _coarser(given: list[CoarserInput]) -> list[Coarser]:
    try:
        return [
            Coarser(after_hours=each.after_hours, step_minutes=each.step_minutes) for each in given
        ]
    except DocumentInvalid as error:
        raise as_validation_error(error, field="coarser") from error


def _follow(given: FollowInput | None) -> services.Follow | None:
    if given is None:
        return None
    return services.Follow(
        frozen_until=given.frozen_until,
        change_price_per_kwh=given.change_price_per_kwh,
        from_now=given.from_now,
    )


def _grid(given: RequestScheduleInput, step: timedelta) -> TimeGrid | None:
    if given.start is None and given.end is None:
        return None
    if given.start is None or given.end is None:
        missing = "start" if given.start is None else "end"
        raise wrong(missing, "give start and end, or neither", code="required")
    try:
        return TimeGrid.between(given.start, given.end, step)
    except (ValueError, OverflowError) as error:
        raise wrong("end", str(error), code="window") from error
