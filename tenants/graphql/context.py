"""What every resolver receives."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from strawberry.django.context import StrawberryDjangoContext
from strawberry.types import Info as StrawberryInfo

from tenants.graphql.budget import Budget, Spent
from tenants.permissions import Access, Actor


@dataclass
class Context(StrawberryDjangoContext):
    """Who asks, when, at whose cost, in which schema and currency, and the language of errors.

    Attributes:
        let_in_as: who asked when the request came.
        access: says anew who asks, for what takes longer than a request; None once they may not.
        let_in_by: the token's key or the session's, never shown or kept.
        last_event_id: cursor with which a stream is taken up again by whoever dropped it.
        cursor: of the event that a stream tells now.
    """

    actor: Actor
    let_in_as: Access
    received_at: datetime
    schema_name: str
    budget: Budget
    spent: Spent
    access: Callable[[], Access | None]
    let_in_by: str = field(repr=False)
    currency: str = "EUR"
    language: str = "en"
    last_event_id: str | None = None
    cursor: str | None = None


Info: TypeAlias = StrawberryInfo[Context, None]
