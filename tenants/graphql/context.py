"""What every resolver receives."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from strawberry.django.context import StrawberryDjangoContext
from strawberry.types import Info as StrawberryInfo

from tenants.graphql.budget import Budget, Spent
from tenants.permissions import Actor


@dataclass
class Context(StrawberryDjangoContext):
    """Who asks, when, at whose cost, in which schema and currency, and the language of errors."""

    actor: Actor
    received_at: datetime
    schema_name: str
    budget: Budget
    spent: Spent
    currency: str = "EUR"
    language: str = "en"


Info: TypeAlias = StrawberryInfo[Context, None]
