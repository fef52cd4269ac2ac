"""What every resolver receives."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from strawberry.django.context import StrawberryDjangoContext
from strawberry.types import Info as StrawberryInfo

from tenants.permissions import Actor


@dataclass
class Context(StrawberryDjangoContext):
    """Who asks, when, in which schema, and in which language errors are told."""

    actor: Actor
    received_at: datetime
    schema_name: str
    language: str = "en"


Info: TypeAlias = StrawberryInfo[Context, None]
