"""Who asks, and what they may still spend."""

from datetime import datetime

import strawberry

from tenants.accounts.models import ApiToken
from tenants.graphql.connections import MAX_FIRST
from tenants.graphql.context import Info
from tenants.graphql.cost import MAX_COST
from tenants.graphql.enums import public_enum
from tenants.permissions import Permission

public_enum(Permission, description="What a token, or a person's role, may do.")


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


@strawberry.type(description="Who asks.")
class Viewer:
    name: str = strawberry.field(description='As the audit trail calls you: "token:lst_1a2b3c4d".')
    scopes: list[Permission] = strawberry.field(description="What you may do, somewhere.")
    everywhere: bool = strawberry.field(description="Whether that is on the whole tenant.")
    expires_at: datetime | None = strawberry.field(description="When your token ends.")
    limits: RequestLimits = strawberry.field(description="What your requests may hold.")
    tenant: TenantInfo = strawberry.field(description="Where you are.")


@strawberry.type
class TenantsQuery:
    @strawberry.field(description="Who you are here, what you may do, and your limits.")
    def viewer(self, info: Info) -> Viewer:
        context = info.context
        actor = context.actor
        tenant = context.request.tenant  # type: ignore[attr-defined]
        prefix = actor.name.partition("token:")[2]
        token = ApiToken.objects.filter(prefix=prefix).first() if prefix else None
        return Viewer(
            name=actor.name,
            scopes=[each for each in Permission if actor.may(each)],
            everywhere=actor.may_everywhere(Permission.ASSET_READ),
            expires_at=token.expires_at if token else None,
            limits=RequestLimits(
                max_cost=MAX_COST,
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
            requested=spent.requested if spent else 0.0,
            available=spent.available if spent else float(budget.points_per_minute),
            capacity=budget.points_per_minute,
            restored_per_second=budget.restored_per_second,
        )
