"""The base of every GraphQL type that shows a tenant's rows."""

from collections.abc import Iterable
from typing import Any, Protocol, Self

from django.core.exceptions import ValidationError
from strawberry import relay
from strawberry_django.relay.utils import resolve_model_node, resolve_model_nodes

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

    @classmethod
    def resolve_node(cls, node_id: str, **options: Any) -> Any:
        return resolve_model_node(cls, cls._key(node_id), **options)

    @classmethod
    def resolve_nodes(cls, *, node_ids: Iterable[str] | None = None, **options: Any) -> Any:
        keys = None if node_ids is None else [cls._key(each) for each in node_ids]
        return resolve_model_nodes(cls, node_ids=keys, **options)

    @classmethod
    def _key(cls, node_id: str) -> Any:
        """Return ``node_id`` as a key; what is none names nothing, as a row that is gone does."""
        key: Any = cls.__strawberry_django_definition__.model._meta.pk  # type: ignore[attr-defined]
        try:
            return key.to_python(node_id)
        except ValidationError:
            return key.to_python(0)
