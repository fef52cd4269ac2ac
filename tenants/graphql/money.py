"""Amounts of money, as decimal strings."""

from decimal import Decimal
from typing import Final

import strawberry

from tenants.graphql.context import Info

_PLACES: Final = Decimal("0.000001")


@strawberry.type(description="An amount of money. Costs are positive, earnings negative.")
class Money:
    amount: Decimal = strawberry.field(
        description="Decimal string with six places [currency]; costs positive, earnings negative."
    )
    currency: str = strawberry.field(description="ISO 4217 code, such as EUR.")


def money(amount: float, info: Info, *, currency: str | None = None) -> Money:
    """Return ``amount``, of the tenant's currency where none is given, as money, to 1e-6."""
    exact = Decimal(repr(amount)).quantize(_PLACES)
    return Money(amount=exact, currency=currency or info.context.currency)
