"""GraphQL types of studies: what fits behind a connection, and what batteries would earn."""

from datetime import datetime, timedelta

import strawberry
import strawberry_django
from django.db.models import Q
from strawberry import relay
from strawberry_django.relay import DjangoCursorConnection

from assets.graphql.types import AssetNode
from assets.models import Asset
from scheduling import models
from scheduling.flex import study_result
from scheduling.graphql.inquiry_state import InquiryState
from tenants.graphql.connections import connection
from tenants.graphql.context import Info
from tenants.graphql.filters import ChoiceLookup, TimeLookup, condition, filter_type, refers_to
from tenants.graphql.money import Money, money
from tenants.graphql.ordering import Direction, Keys, key
from tenants.graphql.types import VisibleNode, node_field


@strawberry.type(description="What a battery of one size earns.")
class StudiedSize:
    size_kwh: float = strawberry.field(description="Capacity [kWh, >= 0].")
    cost: Money | None = strawberry.field(
        description="Of the site with it; null where no plan keeps the limits."
    )
    saving: Money | None = strawberry.field(description="Against the site without it.")
    full_cycles: float = strawberry.field(
        description="Energy discharged by capacity [count, >= 0]."
    )


@strawberry.type(description="How a number of chargers fits with a battery of one size.")
class HostingPoint:
    chargers: int = strawberry.field(description="How many [count, >= 0].")
    size_kwh: float = strawberry.field(description="Capacity of the battery [kWh, >= 0].")
    fits: bool = strawberry.field(description="Whether all are served within the limit.")
    short_kw: float = strawberry.field(description="What the connection lacks at most [kW, >= 0].")
    short_kwh: float = strawberry.field(description="Energy that it lacks [kWh, >= 0].")
    short_hours: float = strawberry.field(description="For how long it lacks it [h, >= 0].")


@strawberry.type(description="The smallest battery with which a number of chargers fits.")
class SmallestBattery:
    chargers: int = strawberry.field(description="How many [count, >= 0].")
    size_kwh: float | None = strawberry.field(
        description="Capacity [kWh, >= 0]; null if none of those asked is large enough."
    )


@strawberry.type(description="The most chargers that fit with a battery of one size.")
class LargestFleet:
    size_kwh: float = strawberry.field(description="Capacity of the battery [kWh, >= 0].")
    chargers: int | None = strawberry.field(
        description="How many [count, >= 0]; null if none of those asked fits."
    )


@strawberry.type(description="A time in which the connection is too small.")
class ShortHours:
    start: datetime = strawberry.field(description="Its start.")
    end: datetime = strawberry.field(description="Its end, not part of it.")
    most_kw: float = strawberry.field(description="What is lacking at most [kW, > 0].")
    energy_kwh: float = strawberry.field(description="What is lacking in all [kWh, > 0].")


@strawberry.type(description="The smallest fleet that does not fit with a battery of one size.")
class Barrier:
    size_kwh: float = strawberry.field(description="Capacity of the battery [kWh, >= 0].")
    chargers: int = strawberry.field(description="How many do not fit [count, >= 0].")
    hours: list[ShortHours] = strawberry.field(
        description="When, the 100 worst times at most, in order."
    )


@strawberry.type(description="How much of a series was not measured.")
class FilledShare:
    series: str = strawberry.field(description="Which: `load_kw`, `pv_kw` and so on.")
    share: float = strawberry.field(
        description="Of the steps, those that are taken from the same time of another week "
        "[share, > 0]."
    )


@strawberry_django.type(
    models.Study,
    name="Study",
    description="What a year says of a site: which fleet fits behind its connection, or what "
    "batteries would have earned.",
)
class StudyNode(VisibleNode):
    asset: AssetNode = strawberry_django.field(description="The site.")
    state: InquiryState = strawberry_django.field(description="Where it stands.")
    start: datetime = strawberry_django.field(description="Start of what is read.")
    end: datetime = strawberry_django.field(description="Its end, not part of it.")
    requested_at: datetime = strawberry_django.field(description="When it was asked for.")
    updated_at: datetime = strawberry_django.field(description="When its state last changed.")
    finished_at: datetime | None = strawberry_django.field(description="When it ended, if it has.")

    @strawberry_django.field(
        only=["failure", "said"],
        description="Why there is no answer, in words for the user, in the language asked for, "
        "times in UTC; empty if there is one.",
    )
    def failure(self, root: strawberry.Parent[models.Study], info: Info) -> str:
        return root.failure_in(info.context.language)

    @strawberry_django.field(only=["step"], description="Length of a step [min].")
    def step_minutes(self, root: strawberry.Parent[models.Study]) -> float:
        return root.step / timedelta(minutes=1)

    @strawberry_django.field(only=["asked"], description="`battery` or `hosting`.")
    def kind(self, root: strawberry.Parent[models.Study]) -> str:
        return str(root.asked["study"]["kind"])

    @strawberry_django.field(
        only=["result", "asked"], description="What each size of the battery earns."
    )
    def sizes(self, root: strawberry.Parent[models.Study], info: Info) -> list[StudiedSize]:
        def as_money(amount: float | None) -> Money | None:
            return None if amount is None else money(amount, info, currency=currency)

        currency = str(root.asked["study"]["currency"])
        return [
            StudiedSize(
                size_kwh=each.size_kwh,
                cost=as_money(each.cost),
                saving=as_money(each.saving),
                full_cycles=each.full_cycles,
            )
            for each in _result(root).sizes
        ]

    @strawberry_django.field(
        only=["result"], description="How each pair of chargers and size fits."
    )
    def points(self, root: strawberry.Parent[models.Study]) -> list[HostingPoint]:
        return [HostingPoint(**each.model_dump()) for each in _result(root).points]

    @strawberry_django.field(
        only=["result"], description="The smallest battery for each number of chargers."
    )
    def smallest_battery(self, root: strawberry.Parent[models.Study]) -> list[SmallestBattery]:
        found = _result(root).smallest_battery_kwh
        return [SmallestBattery(**each.model_dump()) for each in found]

    @strawberry_django.field(only=["result"], description="The largest fleet for each size.")
    def largest_fleet(self, root: strawberry.Parent[models.Study]) -> list[LargestFleet]:
        return [LargestFleet(**each.model_dump()) for each in _result(root).largest_fleet]

    @strawberry_django.field(
        only=["result"], description="What is in the way of more, for each size."
    )
    def in_the_way(self, root: strawberry.Parent[models.Study]) -> list[Barrier]:
        return [
            Barrier(
                size_kwh=each.size_kwh,
                chargers=each.chargers,
                hours=[ShortHours(**hour.model_dump()) for hour in each.hours],
            )
            for each in _result(root).in_the_way
        ]

    @strawberry_django.field(
        only=["result"], description="Series that were not measured throughout."
    )
    def filled(self, root: strawberry.Parent[models.Study]) -> list[FilledShare]:
        shares = _result(root).filled_share
        return [FilledShare(series=series, share=share) for series, share in shares.items()]


def _result(row: models.Study) -> study_result.StudyResult:
    return study_result.StudyResult.model_validate(row.result or {})


@filter_type(models.Study, name="StudyFilter", description="Which studies; all conditions hold.")
class StudyFilter:
    state: ChoiceLookup[InquiryState] | None = condition("By where they stand.")
    requested_at: TimeLookup | None = condition("By when they were asked for.")
    updated_at: TimeLookup | None = condition("By when their state last changed.")

    @strawberry_django.filter_field(description="Those of this asset.")
    def asset(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        return refers_to(value, Asset, f"{prefix}asset_id", info)


@strawberry_django.order_type(
    models.Study, name="StudyOrder", description="By which key; several in a list, first to last."
)
class StudyOrder(Keys):
    requested_at: Direction | None = key()
    updated_at: Direction | None = key()


@strawberry.type
class StudyQuery:
    study: StudyNode | None = node_field(description="One study, if it is yours to see.")
    studies: DjangoCursorConnection[StudyNode] = connection(
        filters=StudyFilter,
        ordering=StudyOrder,
        description="Studies that you may see. Order by requestedAt for the newest.",
    )
