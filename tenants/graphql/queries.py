"""Who asks, and what they may still spend."""

import enum
from datetime import datetime
from typing import Any

import strawberry
from strawberry import relay

from tenants.accounts.models import Customer
from tenants.graphql.accounts import CustomerNode, asset_at
from tenants.graphql.connections import MAX_FIRST
from tenants.graphql.context import Info
from tenants.graphql.cost import MAX_COST
from tenants.graphql.enums import public_enum
from tenants.permissions import Permission


class ViewerKind(enum.Enum):
    PERSON = "PERSON"
    TOKEN = "TOKEN"  # noqa: S105  # a word, no secret


public_enum(
    ViewerKind,
    description="What kind of client asks.",
    says={
        ViewerKind.PERSON: "Somebody who signed in.",
        ViewerKind.TOKEN: "A programme with a token.",
    },
)


@strawberry.type(description="The budget from which requests are paid; see docs/api.md.")
class RateLimit:
    requested: float = strawberry.field(description="What this request costs [points].")
    available: float = strawberry.field(description="What is left after it [points].")
    capacity: int = strawberry.field(description="What a full budget holds [points].")
    restored_per_second: float = strawberry.field(description="How fast it refills [points/s].")


@strawberry.type(description="What one request may hold.")
class RequestLimits:
    max_cost: float = strawberry.field(description="Cost of one request at most [points].")
    max_first: int = strawberry.field(description="Rows of one page at most [count].")
    points_per_minute: int = strawberry.field(description="Budget of a minute [points].")


@strawberry.type(description="The company on whose host you are.")
class TenantInfo:
    name: str = strawberry.field(description="Its name.")
    currency: str = strawberry.field(description="ISO 4217 code of all money and prices.")
    time_zone: str = strawberry.field(description="IANA name.")


@strawberry.type(description="What you may do on one subtree of the assets.")
class ViewerGrant:
    scopes: list[Permission] = strawberry.field(description="What you may do there.")
    everywhere: bool = strawberry.field(description="Whether that is on the whole tenant.")
    asset: relay.GlobalID | None = strawberry.field(
        description="The asset beneath which it is, if you may read it; null for the whole tenant."
    )
    customer: CustomerNode | None = strawberry.field(
        description="The customer all of whose assets these are; null for the whole tenant, or for "
        "a part of a customer's."
    )


@strawberry.type(description="Who asks.")
class Viewer:
    name: str = strawberry.field(description='As the audit trail calls you: "token:lst_1a2b3c4d".')
    kind: ViewerKind = strawberry.field(description="Whether you are a person or a token.")
    display_name: str = strawberry.field(
        description="The token's name; a person's, or their e-mail address."
    )
    prefix: str | None = strawberry.field(description="How your key begins; null for a person.")
    scopes: list[Permission] = strawberry.field(
        description="What you may do, somewhere: `grants` says where."
    )
    everywhere: bool = strawberry.field(
        description="Whether you may read the assets of the whole tenant."
    )
    expires_at: datetime | None = strawberry.field(
        description="When your token ends; null for a person."
    )
    limits: RequestLimits = strawberry.field(description="What your requests may hold.")
    tenant: TenantInfo = strawberry.field(description="Where you are.")

    @strawberry.field(
        description="What you may do, and where. A right on one subtree is none on another."
    )
    def grants(self, info: Info) -> list[ViewerGrant]:
        return _grants(info)


@strawberry.type
class TenantsQuery:
    @strawberry.field(description="Who you are here, what you may do, and your limits.")
    def viewer(self, info: Info) -> Viewer:
        context = info.context
        actor = context.actor
        tenant = context.request.tenant  # type: ignore[attr-defined]
        prefix = actor.name.partition("token:")[2]
        return Viewer(
            name=actor.name,
            kind=ViewerKind.TOKEN if prefix else ViewerKind.PERSON,
            display_name=context.let_in_as.name,
            prefix=prefix or None,
            scopes=[each for each in Permission if actor.may(each)],
            everywhere=actor.may_everywhere(Permission.ASSET_READ),
            expires_at=context.let_in_as.ends_at,
            limits=RequestLimits(
                max_cost=min(MAX_COST, context.budget.points_per_minute),
                max_first=MAX_FIRST,
                points_per_minute=context.budget.points_per_minute,
            ),
            tenant=TenantInfo(
                name=tenant.name, currency=tenant.currency, time_zone=tenant.time_zone
            ),
        )

    @strawberry.field(description="What this request costs and what is left.")
    def rate_limit(self, info: Info) -> RateLimit:
        budget, spent = info.context.budget, info.context.spent
        return RateLimit(
            requested=spent.requested,
            available=spent.available,
            capacity=budget.points_per_minute,
            restored_per_second=budget.restored_per_second,
        )


def _grants(info: Info) -> list[ViewerGrant]:
    actor = info.context.actor
    roots = [grant.root_path for grant in actor.grants if grant.root_path]
    found = Customer.objects.visible_to(actor).filter(root_path__in=roots)
    customers: dict[str | None, Any] = {each.root_path: each for each in found}
    return [
        ViewerGrant(
            scopes=[each for each in Permission if each in grant.permissions],
            everywhere=not grant.root_path,
            asset=asset_at(grant.root_path, info),
            customer=customers.get(grant.root_path),
        )
        for grant in actor.grants
    ]
