"""What a list is narrowed by. Each lookup is one that an index or a short scan answers."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

import strawberry
import strawberry_django
from django.db.models import Model, Q
from strawberry import relay

from tenants.graphql.context import Info
from tenants.graphql.lookup import find_visible

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


_COMBINED: Final = {
    "AND": "And these hold too.",
    "OR": "Or these hold instead.",
    "NOT": "And these do not hold.",
}


def condition(description: str) -> Any:
    """Return a filter's field that narrows by one of the lookups above."""
    return strawberry.field(default=strawberry.UNSET, description=description)


def filter_type(model: type[Model], *, name: str, description: str) -> Callable[[type], type]:
    """Declare the filter of lists of ``model``; conditions combine by AND, OR and NOT.

    The library's DISTINCT is left out: no condition of ours finds a row twice.
    """

    def declare(conditions: type) -> type:
        for word, says in _COMBINED.items():
            setattr(conditions, word, condition(says))
        made: Any = strawberry_django.filter_type(model, name=name, description=description)(
            conditions
        )
        definition = made.__strawberry_definition__
        definition.fields = [each for each in definition.fields if each.name != "DISTINCT"]
        return made  # type: ignore[no-any-return]

    return declare


def refers_to(id: relay.GlobalID, model: type[Model], lookup: str, info: Info) -> Q:
    """Return the condition that ``lookup`` is the row of ``model`` that ``id`` names.

    What the actor may not see matches nothing, as what does not exist: else a list would tell
    what stands above its rows.
    """
    row = find_visible(model, id, info)
    return Q(pk__in=[]) if row is None else Q(**{lookup: row.pk})
