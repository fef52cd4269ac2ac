"""By which keys a list is ordered: ascending or descending, what is unknown last."""

import enum
from typing import Any

import strawberry
import strawberry_django
from django.db.models import F, OrderBy, QuerySet

from tenants.graphql.enums import public_enum


class Direction(enum.Enum):
    ASC = "ASC"
    DESC = "DESC"


public_enum(
    Direction,
    description="Which way a list runs. What has no value of the key comes last either way.",
    says={
        Direction.ASC: "Smallest, earliest or first in the alphabet first.",
        Direction.DESC: "Largest, latest or last in the alphabet first.",
    },
)


class Keys:
    """The base of every order: each field is ``Direction | None = key()``, named as its column.

    A page's cursor stands on the values of the keys, so rows without a value need a place that
    does not change with the direction, as PostgreSQL's own does.
    """

    @strawberry_django.order_field
    def order(self, queryset: QuerySet[Any], prefix: str) -> tuple[QuerySet[Any], list[OrderBy]]:
        keys = []
        for name, direction in vars(self).items():
            if isinstance(direction, Direction):
                last = True if queryset.model._meta.get_field(name).null else None
                column = F(f"{prefix}{name}")
                ascending = direction is Direction.ASC
                keys.append((column.asc if ascending else column.desc)(nulls_last=last))
        return queryset, keys


def key() -> Any:
    """Return the field of an order by one column."""
    return strawberry.field(
        default=strawberry.UNSET,
        description="By this; rows that are equal in it, by their identifiers.",
    )
