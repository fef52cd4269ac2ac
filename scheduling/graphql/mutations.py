"""GraphQL mutations of scheduling. Each translates, makes one call, translates back."""

from datetime import datetime, timedelta
from typing import cast

import strawberry
from strawberry import relay

from assets.models import Asset
from assets.timegrid import TimeGrid
from scheduling import services
from scheduling.graphql.inputs import DeviceFlexInput, SiteContextInput, to_context, to_device
from scheduling.graphql.types import ScheduleRunNode
from tenants.errors import wrong
from tenants.graphql.context import Info
from tenants.graphql.lookup import visible_row
from tenants.graphql.payloads import UserError, answering


@strawberry.input
class RequestScheduleInput:
    asset: relay.GlobalID = strawberry.field(
        description="Root of what is planned: everything flexible beneath it."
    )
    start: datetime = strawberry.field(description="Start of the window, with an offset.")
    end: datetime = strawberry.field(description="End of the window, not part of it.")
    step_minutes: int = strawberry.field(default=15, description="5, 15, 30 or 60.")
    context: SiteContextInput | None = strawberry.field(
        default=None, description="Prices and connection instead of those kept at the site."
    )
    devices: list[DeviceFlexInput] = strawberry.field(
        default_factory=list,
        description="Flexibility instead of, or beside, that kept at the devices.",
    )
    engine: str = strawberry.field(
        default="auto", description='"auto", or the name of an engine: "highs", "gekko".'
    )


@strawberry.type(description="A queued run, or why there is none.")
class RequestSchedulePayload:
    schedule_run: ScheduleRunNode | None = None
    errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class SchedulingMutation:
    @strawberry.mutation(
        description="Ask for a schedule of everything flexible beneath an asset. Answers at once "
        "with a queued run; the subscription scheduleRunChanged tells how it ends. Needs "
        "SCHEDULE_REQUEST on the asset."
    )
    @answering(RequestSchedulePayload)
    def request_schedule(self, info: Info, input: RequestScheduleInput) -> RequestSchedulePayload:
        try:
            step = timedelta(minutes=input.step_minutes)
            grid = TimeGrid.between(input.start, input.end, step)
        except (ValueError, OverflowError) as error:
            raise wrong("end", str(error), code="window") from error
        run = services.request_schedule(
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
        )
        return RequestSchedulePayload(schedule_run=cast("ScheduleRunNode", run))
