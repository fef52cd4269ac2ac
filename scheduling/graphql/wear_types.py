"""GraphQL of what batteries went through: planned and measured."""

from datetime import datetime
from typing import Annotated, Self

import strawberry
from strawberry import relay

from assets.models import Asset
from scheduling import queries
from scheduling.flex.run import WearFound
from scheduling.interpret.rainflow import Wear
from tenants.graphql.context import Info
from tenants.graphql.cost import COST
from tenants.graphql.lookup import find_visible
from tenants.graphql.money import Money, money
from tenants.graphql.scalars import Numbers


@strawberry.type(description="What a battery goes through, counted by rainflow (ASTM E1049).")
class BatteryWear:
    full_cycles: float = strawberry.field(
        description="Equivalent cycles from full to empty, by the energy that leaves it "
        "[count, >= 0]."
    )
    deepest_share: float = strawberry.field(
        description="Depth of the deepest cycle, of its capacity [share, 0 to 1]."
    )
    cycles_by_depth: Numbers = strawberry.field(
        description="Cycles of a depth up to a tenth of its capacity, up to two tenths, ... "
        "[count, >= 0]: ten numbers; halves of cycles count half."
    )
    life_share: float = strawberry.field(
        description="Share of its life that it takes [share, >= 0]."
    )
    cost: Money = strawberry.field(
        description="That share of what replacing it costs, by its chemistry or as kept."
    )

    @classmethod
    def of(cls, wear: Wear | WearFound, info: Info) -> Self:
        return cls(
            full_cycles=wear.full_cycles,
            deepest_share=wear.deepest,
            cycles_by_depth=Numbers(wear.by_depth),  # type: ignore[arg-type]
            life_share=wear.life,
            cost=money(wear.cost, info),
        )


@strawberry.type(description="What the plan takes of one battery.")
class PlannedWear:
    device: str = strawberry.field(description="Name of the battery in the plan.")
    wear: BatteryWear = strawberry.field(description="What it goes through by the plan.")


@strawberry.type
class WearQuery:
    @strawberry.field(
        description="What a battery went through, by what was measured of its stock in "
        "[start, end); null for an asset that is not yours to see, or that is no battery with a "
        "sensor of its stock.",
        metadata={COST: 10.0},
    )
    def battery_wear(
        self,
        info: Info,
        asset: Annotated[relay.GlobalID, strawberry.argument(description="The battery.")],
        start: Annotated[datetime, strawberry.argument(description="Beginning of the span.")],
        end: Annotated[datetime, strawberry.argument(description="Its end, not part of it.")],
    ) -> BatteryWear | None:
        row = find_visible(Asset, asset, info)
        if row is None:
            return None
        wear = queries.measured_wear(row, start, end, now=info.context.received_at)
        return None if wear is None else BatteryWear.of(wear, info)
