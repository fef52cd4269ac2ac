"""The base of every GraphQL type that shows a tenant's rows."""

from typing import Any, Protocol, Self

from strawberry import relay

from tenants.graphql.context import Info
from tenants.permissions import Actor


class VisibleQuerySet(Protocol):
    def visible_to(self, actor: Actor) -> Self: ...


class VisibleNode(relay.Node):
    """A node that hides, on every road to it, what the actor may not see.

    A test walks the schema and fails on a type of rows without this base.
    """

    @classmethod
    def get_queryset(cls, queryset: VisibleQuerySet, info: Info, **_: Any) -> VisibleQuerySet:
        return queryset.visible_to(info.context.actor)
