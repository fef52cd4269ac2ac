"""GraphQL mutations of scheduling. Each translates, makes one call, translates back."""

from datetime import datetime, timedelta

import strawberry
from pydantic import ValidationError as DocumentInvalid
from strawberry import relay
from strawberry.scalars import JSON

from assets.models import Asset
from assets.timegrid import TimeGrid
from scheduling import services
from scheduling.flex.parts import OnInfeasible
from scheduling.flex.uncertainty import Quantiles
from scheduling.formulation.preferences import Ties
from scheduling.graphql.flex_types import AssetFlexNode
from scheduling.graphql.inputs import (
    DeviceFlexInput,
    SiteContextInput,
    sensors_by_key,
    to_context,
    to_device,
)
from scheduling.graphql.types import ScheduleRunNode
from scheduling.models import AssetFlex, ScheduleRun
from scheduling.planning.varying import Knob
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


@strawberry.input(
    description="Scenarios by quantiles of the forecasts that the plan reads: a scenario of "
    "probability p takes of each price, and of the power of each load and roof into the site, the "
    "quantile p. What is known for certain is the same in all."
)
class QuantilesInput:
    probabilities: list[float] = strawberry.field(
        description="Rising [share, 0 to 1], such as 0.1, 0.5, 0.9."
    )
    weights: list[float] = strawberry.field(
        description="Of the scenarios, in the same order [share, > 0]; they sum to 1."
    )
    decided_hours: float = strawberry.field(
        default=4.0,
        description="From the start on, in which all scenarios share one plan [h, >= 0].",
    )
    risk_weight: float = strawberry.field(
        default=0.0,
        description="Of the mean cost of the worst scenarios, beside the mean cost of all "
        "[ratio, >= 0].",
    )
    tail_share: float = strawberry.field(
        default=0.1, description="How many, by weight, are the worst [share, > 0]."
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


@strawberry.type(description="A queued run, or why there is none.")
class RequestSchedulePayload(Payload[ScheduleRunNode]):
    pass


@strawberry.input(description="What would be otherwise. At least one; all else stays.")
class ChangesInput:
    battery_kwh: float | None = strawberry.field(
        default=None,
        description="Capacity of all batteries together [kWh, >= 0]; their power and stock keep "
        "their ratio to it.",
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
        "`sensor` of a device's `flex_model` is where its planned power is recorded."
    )
    engine: str = strawberry.field(
        default="auto", description='"auto", or the name of an engine: "highs", "gekko".'
    )


@strawberry.type(description="A queued run, or why there is none.")
class RequestFlexmeasuresSchedulePayload(Payload[ScheduleRunNode]):
    pass


@strawberry.input(description="The time for which something is kept.")
class ValidityInput:
    valid_from: datetime | None = strawberry.field(
        default=None, description="From then on, with an offset; from now on when not given."
    )
    valid_to: datetime | None = strawberry.field(
        default=None, description="Until then; until something newer when not given."
    )


@strawberry.input(description="What a device can do, to be kept with it.")
class SetDeviceFlexInput(MutationInput):
    device: DeviceFlexInput = strawberry.field(description="The device, and what it can do.")
    validity: ValidityInput | None = strawberry.field(
        default=None, description="For which time; from now on when not given."
    )


@strawberry.input(description="What a site, a feeder or an area faces, to be kept with it.")
class SetSiteContextInput(MutationInput):
    asset: relay.GlobalID = strawberry.field(description="The site, feeder or area.")
    context: SiteContextInput = strawberry.field(
        description="Tariffs, which all beneath it share, and its point of the grid."
    )
    members: list[relay.GlobalID] = strawberry.field(
        default_factory=list,
        description="Assets elsewhere in the tree that lie behind this point too, such as sites of "
        "several customers behind one station. Who asks for its schedule needs the right on each.",
    )
    validity: ValidityInput | None = strawberry.field(
        default=None, description="For which time; from now on when not given."
    )


@strawberry.type(description="What is kept of a device, or why it is not.")
class SetDeviceFlexPayload(Payload[AssetFlexNode]):
    pass


@strawberry.type(description="What is kept of a site, or why it is not.")
class SetSiteContextPayload(Payload[AssetFlexNode]):
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
            quantiles=_quantiles(input.quantiles),
        )

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

    @mutation(
        SetDeviceFlexPayload,
        needs=Permission.ASSET_MANAGE,
        description="Keep what a device can do. A new row each time: runs made with an older one "
        "stay as they were.",
    )
    def set_device_flex(self, info: Info, input: SetDeviceFlexInput) -> AssetFlex:
        valid_from, valid_to = _validity(input.validity, info)
        return services.keep_device(
            actor=info.context.actor,
            device=to_device(input.device, info, field="device"),
            valid_from=valid_from,
            valid_to=valid_to,
        )

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

    @mutation(
        SetSiteContextPayload,
        needs=Permission.ASSET_MANAGE,
        description="Keep what a site, a feeder or an area faces: prices, limits, peak tariffs, "
        "commitments, load that no plan moves. Each with limits of its own is a node of the plan.",
    )
    def set_site_context(self, info: Info, input: SetSiteContextInput) -> AssetFlex:
        valid_from, valid_to = _validity(input.validity, info)
        context = to_context(input.context, info, field="context")
        members = [
            visible_row(Asset, member, info, field=f"members.{index}").pk
            for index, member in enumerate(input.members)
        ]
        if members:
            context = context.model_copy(update={"members": tuple(members)})
        return services.keep_context(
            actor=info.context.actor,
            asset=visible_row(Asset, input.asset, info, field="asset"),
            context=context,
            valid_from=valid_from,
            valid_to=valid_to,
        )


def _quantiles(given: QuantilesInput | None) -> Quantiles | None:
    if given is None:
        return None
    try:
        return Quantiles(
            probabilities=tuple(given.probabilities),
            weights=tuple(given.weights),
            decided_hours=given.decided_hours,
            risk_weight=given.risk_weight,
            tail_share=given.tail_share,
        )
    except DocumentInvalid as error:
        raise as_validation_error(error, field="quantiles") from error


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


def _validity(given: ValidityInput | None, info: Info) -> tuple[datetime, datetime | None]:
    valid_from = given.valid_from if given else None
    return valid_from or info.context.received_at, given.valid_to if given else None
