"""Customers and tokens in the public interface. A new token names an asset: see ``assets``."""

from datetime import datetime
from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import Q
from strawberry import relay
from strawberry_django.relay import DjangoCursorConnection

from tenants.accounts import models, tokens
from tenants.graphql.connections import connection
from tenants.graphql.context import Info
from tenants.graphql.enums import public_enum
from tenants.graphql.filters import (
    ChoiceLookup,
    TextLookup,
    TimeLookup,
    condition,
    filter_type,
    refers_to,
)
from tenants.graphql.lookup import AsSeen, visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.ordering import Direction, Keys, key
from tenants.graphql.payloads import MutationInput, Payload
from tenants.graphql.remembering import TOLD_ONCE
from tenants.graphql.types import VisibleNode, node_field
from tenants.permissions import Permission, Role

public_enum(Permission, description="What a token, or a person's role, may do.")
public_enum(
    Role,
    description="Which rights a token or a person has.",
    says={
        Role.VIEWER: "ASSET_READ alone.",
        Role.PLANNER: "ASSET_READ, BELIEF_RECORD, SCHEDULE_REQUEST and FORECAST_REQUEST.",
        Role.MANAGER: "Every right.",
    },
)


@strawberry_django.type(
    models.Customer,
    name="Customer",
    description="An organisation of end customers: a household, or a company with its sites.",
)
class CustomerNode(VisibleNode):
    name: str = strawberry_django.field(description="Unique within the tenant.")
    created_at: datetime = strawberry_django.field(description="When it was added.")
    updated_at: datetime = strawberry_django.field(
        description="When it last changed; order and filter by it to keep a copy in step."
    )

    @strawberry_django.field(
        only=["root_path"],
        description="The asset under which all of its assets hang, if it is yours to see.",
    )
    def portfolio(
        self, root: strawberry.Parent[models.Customer], info: Info
    ) -> relay.GlobalID | None:
        return asset_at(root.root_path, info)


@strawberry_django.type(
    models.ApiToken,
    name="ApiToken",
    description="A key for a programme. The key itself is told once, when it is issued.",
)
class TokenNode(VisibleNode):
    name: str = strawberry_django.field(description="What it is for.")
    prefix: str = strawberry_django.field(description="How its key begins; seen in logs.")
    customer: CustomerNode | None = strawberry_django.field(
        description="Whose it is, if that is yours to see; null for the whole tenant's."
    )
    role: Role = strawberry_django.field(description="Its role.")
    points_per_minute: int | None = strawberry_django.field(
        description="What it may spend [points]; null for what the tenant's plan says."
    )
    created_at: datetime = strawberry_django.field(description="When it was issued.")
    updated_at: datetime = strawberry_django.field(
        description="When it last changed, its use apart; order and filter by it to keep a copy "
        "in step."
    )
    expires_at: datetime | None = strawberry_django.field(description="When it ends by itself.")
    revoked_at: datetime | None = strawberry_django.field(description="When it was ended, if so.")
    last_used_at: datetime | None = strawberry_django.field(
        description="When it was last used, to the minute."
    )
    predecessor: Annotated["TokenNode", strawberry.lazy("tenants.graphql.accounts")] | None = (
        strawberry_django.field(description="The token that it was issued to replace.")
    )

    @strawberry_django.field(only=["role", "scopes"], description="What it may do.")
    def scopes(self, root: strawberry.Parent[models.ApiToken]) -> list[Permission]:
        return [each for each in Permission if each in root.rights]

    @strawberry_django.field(
        only=["subtree"],
        description="The asset beneath which alone it is good, if that is yours to see; null for "
        "all of its customer's.",
    )
    def subtree(
        self, root: strawberry.Parent[models.ApiToken], info: Info
    ) -> relay.GlobalID | None:
        return asset_at(root.subtree, info)


def asset_at(path: str | None, info: Info) -> relay.GlobalID | None:
    """Return the identifier of the asset at ``path``, the last of the chain, if it may be seen."""
    if not path or not info.context.actor.may_on(Permission.ASSET_READ, path):
        return None
    return relay.GlobalID("Asset", path.rstrip(".").rpartition(".")[2])


@filter_type(
    models.Customer, name="CustomerFilter", description="Which customers; all conditions hold."
)
class CustomerFilter:
    name: TextLookup | None = condition("By name.")
    updated_at: TimeLookup | None = condition("By when they last changed.")


@filter_type(
    models.ApiToken, name="ApiTokenFilter", description="Which tokens; all conditions hold."
)
class TokenFilter:
    name: TextLookup | None = condition("By name.")
    prefix: TextLookup | None = condition("By how their keys begin.")
    role: ChoiceLookup[Role] | None = condition("By role.")
    expires_at: TimeLookup | None = condition("By when they end by themselves.")
    revoked_at: TimeLookup | None = condition("By when they were ended by hand.")
    last_used_at: TimeLookup | None = condition("By when they were last used.")
    updated_at: TimeLookup | None = condition("By when they last changed, their use apart.")

    @strawberry_django.filter_field(description="Of this customer.")
    def customer(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        return refers_to(value, models.Customer, f"{prefix}customer_id", info)

    @strawberry_django.filter_field(description="Issued to replace this token.")
    def predecessor(self, info: Info, value: relay.GlobalID, prefix: str) -> Q:
        return refers_to(value, models.ApiToken, f"{prefix}predecessor_id", info)

    @strawberry_django.filter_field(description="Whether they were ended by hand.")
    def is_revoked(self, value: bool, prefix: str) -> Q:  # noqa: FBT001
        return Q(**{f"{prefix}revoked_at__isnull": not value})


@strawberry_django.order_type(
    models.Customer,
    name="CustomerOrder",
    description="By which key; several in a list, first to last.",
)
class CustomerOrder(Keys):
    name: Direction | None = key()
    created_at: Direction | None = key()
    updated_at: Direction | None = key()


@strawberry_django.order_type(
    models.ApiToken,
    name="ApiTokenOrder",
    description="By which key; several in a list, first to last.",
)
class TokenOrder(Keys):
    name: Direction | None = key()
    created_at: Direction | None = key()
    expires_at: Direction | None = key()
    updated_at: Direction | None = key()


@strawberry.type
class AccountsQuery:
    customer: CustomerNode | None = node_field(description="One customer, if it is yours to see.")
    customers: DjangoCursorConnection[CustomerNode] = connection(
        filters=CustomerFilter,
        ordering=CustomerOrder,
        description="Customers whose assets, or whose accounts, are all yours.",
    )
    token: TokenNode | None = node_field(
        description="One token, if its accounts are yours to manage."
    )
    tokens: DjangoCursorConnection[TokenNode] = connection(
        filters=TokenFilter,
        ordering=TokenOrder,
        description="Tokens that are good only where you manage accounts.",
    )


@strawberry.type(description="A new token with its key.")
class IssuedToken:
    token: TokenNode = strawberry.field(
        description="What may be seen of it later.", extensions=[AsSeen()]
    )
    key: str | None = strawberry.field(
        description="To be sent as 'Authorization: Bearer KEY'. Told once: null when the answer is "
        "replayed. Who lost it rotates the token.",
        metadata={TOLD_ONCE: True},
    )


def as_told(issued: tokens.IssuedToken) -> IssuedToken:
    """Return ``issued`` as the interface tells it, this once."""
    return IssuedToken(token=issued.token, key=issued.key)  # type: ignore[arg-type]  # a row


@strawberry.input(description="Which token gets a successor.")
class RotateTokenInput(MutationInput):
    token: relay.GlobalID = strawberry.field(description="The token to replace.")
    overlap_hours: float = strawberry.field(
        default=0.0,
        description="How long the old key still works beside the new one [h, 0 to 744].",
    )


@strawberry.type(description="The successor, or why there is none.")
class RotateTokenPayload(Payload[IssuedToken]):
    pass


@strawberry.input(description="Which token ends.")
class RevokeTokenInput(MutationInput):
    token: relay.GlobalID = strawberry.field(description="The token to end.")


@strawberry.type(description="The token that ended, or why none did.")
class RevokeTokenPayload(Payload[TokenNode]):
    pass


@strawberry.type
class AccountsMutation:
    @mutation(
        RotateTokenPayload,
        needs=Permission.ACCOUNT_MANAGE,
        description="Issue a successor with the same rights, for a year, and end the old token "
        "after an overlap.",
    )
    def rotate_token(self, info: Info, input: RotateTokenInput) -> IssuedToken:
        issued = tokens.rotate_token(
            actor=info.context.actor,
            token=visible_row(models.ApiToken, input.token, info, field="token"),
            now=info.context.received_at,
            overlap_hours=input.overlap_hours,
        )
        return as_told(issued)

    @mutation(
        RevokeTokenPayload,
        needs=Permission.ACCOUNT_MANAGE,
        description="End a token at once. One that has ended stays as it was.",
    )
    def revoke_token(self, info: Info, input: RevokeTokenInput) -> models.ApiToken:
        return tokens.revoke_token(
            actor=info.context.actor,
            token=visible_row(models.ApiToken, input.token, info, field="token"),
            now=info.context.received_at,
        )
