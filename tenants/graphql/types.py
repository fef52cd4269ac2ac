"""The base of every GraphQL type that shows a tenant's rows."""

from binascii import b2a_base64
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Protocol, Self

from django.core.exceptions import ValidationError
from graphql import get_named_type, is_abstract_type
from strawberry import relay
from strawberry.extensions import FieldExtension
from strawberry_django import node
from strawberry_django.relay.utils import resolve_model_node, resolve_model_nodes

from tenants.graphql.context import Info
from tenants.permissions import Actor


class VisibleQuerySet(Protocol):
    def visible_to(self, actor: Actor) -> Self: ...


class VisibleNode(relay.Node):
    """A node that hides, on every road to it, what the actor may not see.

    A test walks the schema and fails on a type of rows without this base.
    """

    # Else it is looked for among the annotations, anew for each row.
    _id_attr: ClassVar[str | None] = "pk"

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


class _OfItsKind(FieldExtension):
    """Identifiers of another kind than the field's, or of none, name nothing."""

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **given: Any) -> Any:
        """Resolve the field for what can be its own."""
        kind = get_named_type(info._raw_info.return_type)
        kinds = info.schema._schema.get_possible_types(kind) if is_abstract_type(kind) else [kind]
        names = {each.name for each in kinds}
        if "id" in given:
            return next_(source, info, **given) if given["id"].type_name in names else None
        fits = [each.type_name in names for each in given["ids"]]
        own = [each for each, is_own in zip(given["ids"], fits, strict=True) if is_own]
        found = iter(next_(source, info, ids=own))
        return [next(found) if is_own else None for is_own in fits]


def global_id(kind: str, key: object) -> str:
    """Return the identifier of a row of the type ``kind``, as the library writes it.

    Its ``to_base64`` asks what it is given; of ten thousand rows that takes a tenth of a second.
    """
    return b2a_base64(f"{kind}:{key}".encode(), newline=False).decode()


def node_field(*, description: str) -> Any:
    """Return a field for the row, or the rows, of its type that identifiers name, if seen."""
    return node(description=description, extensions=[_OfItsKind()])
