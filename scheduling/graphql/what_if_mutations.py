"""The GraphQL mutation that asks for the plan of a run with something otherwise."""

import strawberry
from strawberry import relay

from scheduling import services
from scheduling.graphql.types import ScheduleRunNode
from scheduling.models import ScheduleRun
from scheduling.planning.varying import Knob
from tenants.graphql.context import Info
from tenants.graphql.lookup import visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.permissions import Permission


@strawberry.input(description="What would be otherwise. At least one; all else stays.")
class ChangesInput:
    battery_kwh: float | None = strawberry.field(
        default=None,
        description="Capacity of all batteries together [kWh, >= 0]; their power and stock keep "
        "their ratio to it. Where there is none, of one that is empty at first and full in two "
        "hours.",
    )
    import_limit_kw: float | None = strawberry.field(
        default=None, description="Import limit of the grid connection [kW, >= 0]."
    )
    export_limit_kw: float | None = strawberry.field(
        default=None, description="Export limit of the grid connection [kW, >= 0]."
    )
    chargers: int | None = strawberry.field(
        default=None,
        description="Number of vehicle sessions [count, >= 0]; further ones are copies.",
    )
    pv_kw: float | None = strawberry.field(
        default=None, description="Highest power of all roofs together [kW, >= 0]."
    )


@strawberry.input(description="A run, and what would be otherwise.")
class RequestWhatIfInput(MutationInput):
    run: relay.GlobalID = strawberry.field(description="The run whose problem is varied.")
    changes: ChangesInput = strawberry.field(description="What would be otherwise.")


@strawberry.type(description="A queued run of the varied problem, or why there is none.")
class RequestWhatIfPayload(Payload[ScheduleRunNode]):
    pass


@strawberry.type
class WhatIfMutation:
    @mutation(
        RequestWhatIfPayload,
        needs=Permission.SCHEDULE_REQUEST,
        cost=50,
        description="Ask what the plan of a run would be with a larger battery, another "
        "connection, more chargers or more PV, with what was known then. Nothing of it becomes a "
        "schedule of a device.",
    )
    def request_what_if(self, info: Info, input: RequestWhatIfInput) -> ScheduleRun:
        changes = {
            knob: float(value)
            for knob in Knob
            if (value := getattr(input.changes, knob.value)) is not None
        }
        return services.request_what_if(
            actor=info.context.actor,
            run=visible_row(ScheduleRun, input.run, info, field="run"),
            changes=changes,
            now=info.context.received_at,
        )
