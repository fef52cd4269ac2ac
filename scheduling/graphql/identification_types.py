"""GraphQL types of identifications: what buildings and batteries are, by their measurements."""

from datetime import datetime, timedelta
from typing import Final

import strawberry
import strawberry_django
from django.db.models import Q
from strawberry import relay
from strawberry_django.relay import DjangoCursorConnection

from assets.graphql.types import AssetNode
from assets.models import Asset
from scheduling import models
from scheduling.flex.identification import IdentificationResult
from scheduling.graphql.inquiry_state import InquiryState
from tenants.graphql.connections import connection
from tenants.graphql.context import Info
from tenants.graphql.filters import ChoiceLookup, TimeLookup, condition, filter_type, refers_to
from tenants.graphql.ordering import Direction, Keys, key
from tenants.graphql.types import VisibleNode, node_field

#: Units of parameters by the end of their names; of the others, a ratio.
_UNITS: Final = {
    "_k_per_kw": "K/kW",
    "_kwh_per_k": "kWh/K",
    "_m2": "m²",
    "_kw": "kW",
    "_efficiency": "ratio",
}


@strawberry.type(description="One parameter of a building or a battery.")
class IdentifiedParameter:
    name: str = strawberry.field(
        description="Which: `inner_resistance_k_per_kw`, `wall_capacity_kwh_per_k`, "
        "`charge_efficiency` and so on."
    )
    value: float = strawberry.field(description="As measured [unit of the field, either sign].")
    unit: str = strawberry.field(description="Its unit.")
    relative_error: float | None = strawberry.field(
        description="Standard error over the value [share, >= 0]; null where it cannot be told."
    )


@strawberry_django.type(
    models.Identification,
    name="Identification",
    description="One attempt to tell what a building or a battery is from what was measured of it.",
)
class IdentificationNode(VisibleNode):
    asset: AssetNode = strawberry_django.field(description="The building or the battery.")
    state: InquiryState = strawberry_django.field(description="Where it stands.")
    start: datetime = strawberry_django.field(description="Start of what is read.")
    end: datetime = strawberry_django.field(description="Its end, not part of it.")
    requested_at: datetime = strawberry_django.field(description="When it was asked for.")
    updated_at: datetime = strawberry_django.field(description="When its state last changed.")
    finished_at: datetime | None = strawberry_django.field(description="When it ended, if it has.")

    @strawberry_django.field(
        only=["failure", "said"],
        description="What the measurements lack, in words for the user, in the language asked for; "
        "empty if nothing.",
    )
    def failure(self, root: strawberry.Parent[models.Identification], info: Info) -> str:
        return root.failure_in(info.context.language)

    @strawberry_django.field(only=["step"], description="Length of a step [min].")
    def step_minutes(self, root: strawberry.Parent[models.Identification]) -> float:
        return root.step / timedelta(minutes=1)

    @strawberry_django.field(
        only=["result"], description="What was found; empty while there is nothing."
    )
    def parameters(
        self, root: strawberry.Parent[models.Identification]
    ) -> list[IdentifiedParameter]:
        found = _result(root)
        if found is None:
            return []
        return [
            IdentifiedParameter(
                name=name,
                value=value,
                unit=next((unit for end, unit in _UNITS.items() if name.endswith(end)), "ratio"),
                relative_error=found.errors.get(name),
            )
            for name, value in found.parameters.items()
        ]

    @strawberry_django.field(
        only=["result"],
        description="Root of the mean squared error of what the parameters explain "
        "[unit of the series, >= 0]: K of a building, kWh of a battery.",
    )
    def rmse(self, root: strawberry.Parent[models.Identification]) -> float | None:
        found = _result(root)
        return None if found is None else found.rmse


def _result(row: models.Identification) -> IdentificationResult | None:
    return None if row.result is None else IdentificationResult.model_validate(row.result)


@filter_type(
    models.Identification,
    name="IdentificationFilter",
    description="Which identifications; all conditions hold.",
)
class IdentificationFilter:
    state: ChoiceLookup[InquiryState] | None = condition("By where they stand.")
    requested_at: TimeLookup | None = condition("By when they were asked for.")
    updated_at: TimeLookup | None = condition("By when their state last changed.")

    @strawberry_django.filter_field(description="Those of this asset.")
    def asset(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        return refers_to(value, Asset, f"{prefix}asset_id", info)


@strawberry_django.order_type(
    models.Identification,
    name="IdentificationOrder",
    description="By which key; several in a list, first to last.",
)
class IdentificationOrder(Keys):
    requested_at: Direction | None = key()
    updated_at: Direction | None = key()


@strawberry.type
class IdentificationQuery:
    identification: IdentificationNode | None = node_field(
        description="One identification, if it is yours to see."
    )
    identifications: DjangoCursorConnection[IdentificationNode] = connection(
        filters=IdentificationFilter,
        ordering=IdentificationOrder,
        description="Identifications that you may see. Order by requestedAt for the newest.",
    )
