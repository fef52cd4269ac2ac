"""From an identifier in an input to a row, as the actor may see it."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from strawberry import relay

from tenants.errors import wrong
from tenants.graphql.context import Info

M = TypeVar("M", bound=models.Model)


def visible_row(model: type[M], id: relay.GlobalID, info: Info, *, field: str) -> M:
    """Return the row of ``model`` that ``id`` names.

    The identifier is only looked up in the tenant's schema and among what the actor may see:
    it grants nothing by itself.

    Raises:
        ValidationError: there is none, or it is not the actor's to see; named by ``field``.
    """
    rows = model._default_manager.visible_to(info.context.actor)  # type: ignore[attr-defined]
    wanted = model._meta.object_name
    row: M | None = None
    if id.type_name == wanted:
        try:
            row = rows.filter(pk=id.node_id).first()
        except (ValueError, OverflowError, ValidationError):
            row = None
    if row is None:
        raise wrong(field, f"no such {wanted}", code="not_found")
    return row
