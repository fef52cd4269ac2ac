"""What a list is narrowed by. Each lookup is one that an index or a short scan answers."""

from datetime import datetime
from typing import Generic, TypeVar

import strawberry
from django.db.models import Q
from strawberry import relay

T = TypeVar("T")


@strawberry.input(description="Narrows by text.")
class TextLookup:
    exact: str | None = strawberry.field(default=strawberry.UNSET, description="This very text.")
    in_list: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="One of these."
    )
    i_contains: str | None = strawberry.field(
        default=strawberry.UNSET, description="Holds this text, whatever its letter case."
    )
    i_starts_with: str | None = strawberry.field(
        default=strawberry.UNSET, description="Begins so, whatever its letter case."
    )


@strawberry.input(description="Narrows by one of a set of values.")
class ChoiceLookup(Generic[T]):
    exact: T | None = strawberry.field(default=strawberry.UNSET, description="This very value.")
    in_list: list[T] | None = strawberry.field(
        default=strawberry.UNSET, description="One of these."
    )


@strawberry.input(description="Narrows by time; every time has an offset.")
class TimeLookup:
    gt: datetime | None = strawberry.field(default=strawberry.UNSET, description="After.")
    gte: datetime | None = strawberry.field(default=strawberry.UNSET, description="At or after.")
    lt: datetime | None = strawberry.field(default=strawberry.UNSET, description="Before.")
    lte: datetime | None = strawberry.field(default=strawberry.UNSET, description="At or before.")


def refers_to(id: relay.GlobalID, type_name: str, lookup: str) -> Q:
    """Return the condition that ``lookup`` is the row that ``id`` names; none for another type."""
    if id.type_name != type_name or not id.node_id.isdecimal() or len(id.node_id) > 18:
        return Q(pk__in=[])
    return Q(**{lookup: int(id.node_id)})
