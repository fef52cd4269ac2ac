"""Issuing a token: on this floor, since it may be narrowed to an asset."""

from datetime import datetime

import strawberry
from strawberry import relay

from assets.models import Asset
from tenants.accounts import tokens
from tenants.accounts.models import Customer
from tenants.graphql.accounts import IssuedToken, as_told
from tenants.graphql.context import Info
from tenants.graphql.lookup import visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.permissions import Permission, Role


@strawberry.input(description="What a new token is for, and how far it reaches.")
class IssueTokenInput(MutationInput):
    name: str = strawberry.field(description="What it is for, up to 100 characters.")
    role: Role = strawberry.field(description="What it may do; at most what you may.")
    customer: relay.GlobalID | None = strawberry.field(
        default=None,
        description="Whose it is. Without it and without `subtree`, the whole tenant's.",
    )
    scopes: list[Permission] = strawberry.field(
        default_factory=list,
        description="Rights of the role to which it is narrowed; empty for all of them.",
    )
    subtree: relay.GlobalID | None = strawberry.field(
        default=None, description="The asset beneath which alone it is good."
    )
    points_per_minute: int | None = strawberry.field(
        default=None,
        description="What it may spend [points, > 0]; at most, and without it, what the tenant's "
        "plan says.",
    )
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it ends: within a year; without it, in a year."
    )


@strawberry.type(description="A new token, or why there is none.")
class IssueTokenPayload(Payload[IssuedToken]):
    pass


@strawberry.type
class TokensMutation:
    @mutation(
        IssueTokenPayload,
        needs=Permission.ACCOUNT_MANAGE,
        description="Issue a token for a programme of yours. Its key is told once.",
    )
    def issue_token(self, info: Info, input: IssueTokenInput) -> IssuedToken:
        customer = subtree = None
        if input.customer is not None:
            customer = visible_row(Customer, input.customer, info, field="customer")
        if input.subtree is not None:
            subtree = visible_row(Asset, input.subtree, info, field="subtree")
        issued = tokens.issue_token(
            actor=info.context.actor,
            name=input.name,
            role=input.role,
            customer=customer,
            now=info.context.received_at,
            expires_at=input.expires_at,
            scopes=input.scopes,
            subtree=subtree.path if subtree else "",
            points_per_minute=input.points_per_minute,
        )
        return as_told(issued)
