"""The GraphQL mutation that asks for a plan in the notation of FlexMeasures."""

from datetime import datetime, timedelta

import strawberry
from strawberry import relay
from strawberry.scalars import JSON

from assets.models import Asset
from assets.timegrid import TimeGrid
from scheduling import services
from scheduling.graphql.inputs import (
    sensors_by_key,
)
from scheduling.graphql.types import ScheduleRunNode
from scheduling.models import ScheduleRun
from tenants.errors import wrong
from tenants.graphql.context import Info
from tenants.graphql.lookup import visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.permissions import Permission


@strawberry.input(description="What to plan, in the notation of FlexMeasures.")
class RequestFlexmeasuresScheduleInput(MutationInput):
    asset: relay.GlobalID = strawberry.field(description="The site that is planned.")
    start: datetime = strawberry.field(description="Start of the window, with an offset.")
    end: datetime = strawberry.field(description="End of the window, not part of it.")
    step_minutes: int = strawberry.field(
        default=15, description="Length of a step [min]: 5, 15, 30 or 60."
    )
    problem: JSON = strawberry.field(
        description="`flex_context`, `devices`, `groups`, `stocks` and `series` as in a file for "
        '`solve --format flexmeasures`. {"sensor": id} stands for what is believed now; the '
        "`sensor` of a device's `flex_model` is where its planned power is recorded. Power of "
        "sensors is positive into their asset; fields of production take it with the other sign. "
        "The stock at the start is `soc-at-start`, else what is measured at `state-of-charge`."
    )
    engine: str = strawberry.field(
        default="auto", description='"auto", or the name of an engine: "highs", "gekko".'
    )


@strawberry.type(description="A queued run, or why there is none.")
class RequestFlexmeasuresSchedulePayload(Payload[ScheduleRunNode]):
    pass


@strawberry.type
class FlexmeasuresMutation:
    @mutation(
        RequestFlexmeasuresSchedulePayload,
        needs=Permission.SCHEDULE_REQUEST,
        cost=50,
        description="Ask for a schedule of what is stated in the notation of FlexMeasures. Nothing "
        "that is kept at assets is used.",
    )
    def request_flexmeasures_schedule(
        self, info: Info, input: RequestFlexmeasuresScheduleInput
    ) -> ScheduleRun:
        try:
            grid = TimeGrid.between(input.start, input.end, timedelta(minutes=input.step_minutes))
        except (ValueError, OverflowError) as error:
            raise wrong("end", str(error), code="window") from error
        if not isinstance(input.problem, dict):
            raise wrong("problem", "should be an object")
        return services.request_flexmeasures(
            actor=info.context.actor,
            asset=visible_row(Asset, input.asset, info, field="asset"),
            grid=grid,
            now=info.context.received_at,
            problem=sensors_by_key(input.problem, info, field="problem"),
            currency=info.context.currency,
            engine=input.engine,
        )
