"""From an identifier in an input to a row, as the actor may see it."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from strawberry import relay
from strawberry.extensions import FieldExtension
from strawberry_django.optimizer import OptimizerConfig, optimize

from tenants.errors import wrong
from tenants.graphql.context import Info

M = TypeVar("M", bound=models.Model)


def find_visible(model: type[M], id: relay.GlobalID, info: Info) -> M | None:
    """Return the row of ``model`` that ``id`` names; None if it is not the actor's to see.

    The identifier is only looked up in the tenant's schema and among what the actor may see:
    it grants nothing by itself.
    """
    rows = model._default_manager.visible_to(info.context.actor)  # type: ignore[attr-defined]
    if id.type_name != model._meta.object_name:
        return None
    try:
        row: M | None = rows.filter(pk=id.node_id).first()
    except (ValueError, OverflowError, ValidationError):
        return None
    return row


def find_each_visible(model: type[M], ids: Sequence[relay.GlobalID], info: Info) -> list[M | None]:
    """Return the rows of ``model`` that ``ids`` name, as ``find_visible``, in one statement."""
    names = {each.node_id for each in ids if each.type_name == model._meta.object_name}
    keys = [int(name) for name in names if name.isascii() and name.isdecimal() and len(name) < 19]
    rows = model._default_manager.visible_to(info.context.actor)  # type: ignore[attr-defined]
    found: dict[str, M] = {str(row.pk): row for row in rows.filter(pk__in=keys)}
    wanted = model._meta.object_name
    return [found.get(each.node_id) if each.type_name == wanted else None for each in ids]


def visible_row(model: type[M], id: relay.GlobalID, info: Info, *, field: str) -> M:
    """Return the row of ``model`` that ``id`` names.

    Raises:
        ValidationError: there is none, or it is not the actor's to see; named by ``field``.
    """
    row = find_visible(model, id, info)
    if row is None:
        raise wrong(field, f"no such {model._meta.object_name}", code="not_found")
    return row


def as_seen(row: M, info: Info) -> M | None:
    """Return ``row`` read anew with what ``info`` asks of it, all of it narrowed to the actor.

    What hangs on a row that a service made or returned was read by the service, for itself: a
    parent above the actor's subtree, a customer that is not theirs to see.
    """
    rows: models.QuerySet[M] = type(row)._default_manager.all()
    visible = rows.visible_to(info.context.actor)  # type: ignore[attr-defined]
    return with_what_is_asked(visible.filter(pk=row.pk), info).first()


def with_what_is_asked(rows: models.QuerySet[M], info: Info) -> models.QuerySet[M]:
    """Return ``rows``, whole, to be read with what ``info`` asks of them, narrowed to the actor."""
    return optimize(rows, info, config=OptimizerConfig(enable_only=False))


class AsSeen(FieldExtension):
    """For a field that holds a row from a service: resolves it ``as_seen``."""

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **options: Any) -> Any:
        """Resolve the field; values that are no rows stay as they are."""
        value = next_(source, info, **options)
        return as_seen(value, info) if isinstance(value, models.Model) else value
